// run_async: a native computation as a promise, and the conversions that its entry points share.
#pragma once

#include <napi.h>

#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/error.h"
#include "common/job.h"
#include "napi/environment.h"

namespace brrr::addon {

/// A JavaScript Error with `code` set.
Napi::Error coded_error(Napi::Env env, const char* code, const std::string& message);

/// The job behind a native Job object.
std::shared_ptr<Job> job_from(const Napi::Value& value);

/// What a task needs besides its own: JavaScript values whose memory it reads or writes, kept alive until it settles,
/// and checks that run when its work is done.
struct Keep {
  std::vector<Napi::ObjectReference> references;
  std::vector<std::function<void()>> checks;

  void add(const Napi::Object& object) { references.push_back(Napi::Persistent(object)); }
  void check_after(std::function<void()> check) { checks.push_back(std::move(check)); }
};

template <class Result>
class PromiseTask final : public Task {
 public:
  using Work = std::function<Result(Job&)>;
  using Convert = std::function<Napi::Value(Napi::Env, Result&)>;

  PromiseTask(Napi::Env env, std::shared_ptr<Job> job, Keep keep, Work work, Convert convert)
      : Task(std::move(job)),
        deferred_(Napi::Promise::Deferred::New(env)),
        keep_(std::move(keep)),
        work_(std::move(work)),
        convert_(std::move(convert)) {}

  Napi::Promise promise() const { return deferred_.Promise(); }

  void run() noexcept override {
    try {
      job().check();
      Result result = work_(job());
      for (const auto& check : keep_.checks) check();
      result_.emplace(std::move(result));
    } catch (const Error& e) {
      fail(e.code(), e.what());
    } catch (const std::bad_alloc&) {
      fail("OUT_OF_MEMORY", "Not enough memory for this computation.");
    } catch (const std::exception& e) {
      fail("INTERNAL", e.what());
    } catch (...) {
      fail("INTERNAL", "Unknown native error.");
    }
  }

  void settle(Napi::Env env) override {
    if (!result_) {
      deferred_.Reject(coded_error(env, code_, message_).Value());
      return;
    }
    try {
      deferred_.Resolve(convert_(env, *result_));
    } catch (const Napi::Error& e) {
      deferred_.Reject(e.Value());
    }
  }

  void abandon() noexcept override {
    for (auto& reference : keep_.references) reference.SuppressDestruct();
  }

 private:
  void fail(const char* code, const char* message) noexcept {
    code_ = code;
    try {
      message_ = message;
    } catch (...) {
    }
  }

  Napi::Promise::Deferred deferred_;
  Keep keep_;
  Work work_;
  Convert convert_;
  std::optional<Result> result_;
  const char* code_ = "INTERNAL";
  std::string message_;
};

/// Starts work(Job&) on a thread of ours; the promise resolves with convert(env, result) or rejects with a coded error.
template <class Work, class Convert>
Napi::Value run_async(Napi::Env env, const Napi::Value& job, Keep keep, Work work, Convert convert) {
  using Result = decltype(work(std::declval<Job&>()));
  auto task =
      std::make_unique<PromiseTask<Result>>(env, job_from(job), std::move(keep), std::move(work), std::move(convert));
  Napi::Value promise = task->promise();
  Environment::of(env).tasks->start(env, std::move(task));
  return promise;
}

/// Stands for "no result".
struct Nothing {};

/// A typed array over the vector's memory, without a copy.
Napi::Float64Array to_array(Napi::Env env, std::vector<double>&& values);
Napi::Float32Array to_array(Napi::Env env, std::vector<float>&& values);

/// Runs an entry point; a core Error thrown by it becomes a JavaScript one.
template <class Body>
Napi::Value guarded(const Napi::CallbackInfo& info, Body body) {
  try {
    return body();
  } catch (const Error& e) {
    throw coded_error(info.Env(), e.code(), e.what());
  } catch (const std::bad_alloc&) {
    throw coded_error(info.Env(), "OUT_OF_MEMORY", "Not enough memory for this call.");
  }
}

}  // namespace brrr::addon
