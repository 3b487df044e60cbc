// The JavaScript face of an engine. One JavaScript object owns one engine; collecting it closes the engine, cancelling
// nothing: its runs keep it alive.
#pragma once

#include <napi.h>

#include <memory>
#include <vector>

#include "engine/engine.h"
#include "napi/environment.h"

namespace brrr::addon {

class EngineClass : public Napi::ObjectWrap<EngineClass> {
 public:
  static Napi::Function define(Napi::Env env);
  static Napi::Object create(Napi::Env env, std::shared_ptr<engine::Engine> engine);
  explicit EngineClass(const Napi::CallbackInfo& info);
  ~EngineClass() override;

 private:
  Napi::Value run(const Napi::CallbackInfo& info);
  Napi::Value stats(const Napi::CallbackInfo& info);
  void reset_stats(const Napi::CallbackInfo&) { engine_->reset_stats(); }
  void keep_timeline(const Napi::CallbackInfo& info);
  Napi::Value timeline(const Napi::CallbackInfo& info);
  Napi::Value memory(const Napi::CallbackInfo& info);
  Napi::Value graphs(const Napi::CallbackInfo& info);
  Napi::Value allow_padding(const Napi::CallbackInfo& info);
  Napi::Value buffer(const Napi::CallbackInfo& info);
  Napi::Value close(const Napi::CallbackInfo& info);

  std::shared_ptr<TaskGroup> tasks_;
  std::shared_ptr<engine::Engine> engine_;
  std::vector<engine::TensorInfo> inputs_, outputs_;
  /// Host memory that was reported to V8.
  int64_t reported_bytes_ = 0;
};

}  // namespace brrr::addon
