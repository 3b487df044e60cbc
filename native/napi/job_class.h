// The JavaScript face of a Job: `cancel()` and `progress`. lib/native.ts ties one to each AbortSignal.
#pragma once

#include <napi.h>

#include <memory>

#include "common/job.h"

namespace brrr::addon {

class JobClass : public Napi::ObjectWrap<JobClass> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit JobClass(const Napi::CallbackInfo& info) : ObjectWrap(info), job_(std::make_shared<Job>()) {}
  const std::shared_ptr<Job>& job() const { return job_; }

 private:
  void cancel(const Napi::CallbackInfo&) { job_->cancel(); }
  Napi::Value progress(const Napi::CallbackInfo& info) { return Napi::Number::New(info.Env(), job_->progress()); }

  std::shared_ptr<Job> job_;
};

}  // namespace brrr::addon
