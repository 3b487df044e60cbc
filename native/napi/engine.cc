// Loading engines, by backend.
#include "engine/engine.h"

#include "napi/bindings.h"
#include "napi/engine_class.h"
#include "napi/promise.h"
#include "onnxruntime/session.h"

namespace brrr::addon {
namespace {

/// loadOnnxRuntime({library, path, bytes, externalData, memoryBudget, lanes, steady}, job): Promise<EngineHandle>
Napi::Value load_onnxruntime(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    Napi::Env env = info.Env();
    Napi::Object spec = info[0].As<Napi::Object>();
    onnxruntime::LoadRequest request;
    request.library = spec.Get("library").ToString();
    request.external_data = spec.Get("externalData").ToString();
    request.memory_budget = static_cast<size_t>(spec.Get("memoryBudget").As<Napi::Number>().Int64Value());
    request.steady = spec.Get("steady").As<Napi::Boolean>();
    Keep keep;
    if (spec.Get("bytes").IsTypedArray()) {
      auto bytes = spec.Get("bytes").As<Napi::Uint8Array>();
      request.bytes = bytes.Data();
      request.size = bytes.ByteLength();
      keep.add(bytes);
    } else {
      request.path = spec.Get("path").ToString();
    }
    int lanes = spec.Get("lanes").As<Napi::Number>();
    std::shared_ptr<Job> job = job_from(info[1]);
    return run_async(
        env, info[1], std::move(keep),
        [request, lanes, job](Job&) { return engine::Engine::create(onnxruntime::load_model(request, job), lanes); },
        [](Napi::Env e, std::shared_ptr<engine::Engine>& engine) { return EngineClass::create(e, std::move(engine)); });
  });
}

/// onnxRuntimeVersion(path, job): Promise<string>
Napi::Value onnxruntime_version(const Napi::CallbackInfo& info) {
  return run_async(
      info.Env(), info[1], {},
      [path = info[0].ToString().Utf8Value()](Job&) { return onnxruntime::load_library(path).version; },
      [](Napi::Env e, std::string& version) { return Napi::String::New(e, version); });
}

}  // namespace

void define_engine(Napi::Env env, Napi::Object exports) {
  Napi::Function handle = EngineClass::define(env);
  Environment::of(env).engine_class = Napi::Persistent(handle);
  exports.Set("EngineHandle", handle);
  exports.Set("loadOnnxRuntime", Napi::Function::New<load_onnxruntime>(env, "loadOnnxRuntime"));
  exports.Set("onnxRuntimeVersion", Napi::Function::New<onnxruntime_version>(env, "onnxRuntimeVersion"));
}

}  // namespace brrr::addon
