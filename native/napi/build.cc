// Building plans. Meant for a process of its own: lib/inference/tensorrt/build-child.ts.
#include "napi/bindings.h"
#include "napi/promise.h"
#include "tensorrt/builder.h"
#include "tensorrt/message_log.h"

namespace brrr::addon {
namespace {

tensorrt::Dims dims_from(const Napi::Value& value) {
  const Napi::Array list = value.As<Napi::Array>();
  tensorrt::Dims dims;
  for (uint32_t i = 0; i < list.Length(); i++) dims.push_back(list.Get(i).As<Napi::Number>().Int64Value());
  return dims;
}

std::map<std::string, tensorrt::Range> profile_from(const Napi::Object& profile) {
  std::map<std::string, tensorrt::Range> ranges;
  const Napi::Array names = profile.GetPropertyNames();
  for (uint32_t i = 0; i < names.Length(); i++) {
    const Napi::Object range = profile.Get(names.Get(i)).As<Napi::Object>();
    ranges[names.Get(i).ToString()] = {dims_from(range.Get("min")), dims_from(range.Get("opt")),
                                       dims_from(range.Get("max"))};
  }
  return ranges;
}

tensorrt::Compatibility hardware_from(const std::string& name) {
  if (name == "ampere+") return tensorrt::Compatibility::kAmperePlus;
  return name == "same" ? tensorrt::Compatibility::kSameComputeCapability : tensorrt::Compatibility::kNone;
}

tensorrt::BuildRequest request_from(const Napi::Object& spec) {
  tensorrt::BuildRequest request;
  const auto onnx = spec.Get("onnx").As<Napi::Uint8Array>();
  request.onnx = onnx.Data();
  request.onnx_size = onnx.ByteLength();
  request.path = spec.Get("path").ToString();
  const Napi::Array profiles = spec.Get("profiles").As<Napi::Array>();
  for (uint32_t i = 0; i < profiles.Length(); i++)
    request.profiles.push_back(profile_from(profiles.Get(i).As<Napi::Object>()));
  request.tf32 = spec.Get("tf32").ToBoolean();
  request.workspace = static_cast<size_t>(spec.Get("workspaceBytes").As<Napi::Number>().Int64Value());
  request.optimization_level = spec.Get("optimizationLevel").As<Napi::Number>();
  request.aux_streams = spec.Get("auxStreams").As<Napi::Number>();
  request.hardware = hardware_from(spec.Get("hardwareCompatible").ToString());
  request.version_compatible = spec.Get("versionCompatible").ToBoolean();
  const auto timings = spec.Get("timings").As<Napi::Uint8Array>();
  request.timings.assign(timings.Data(), timings.Data() + timings.ByteLength());
  return request;
}

Napi::Value built_to_js(Napi::Env env, tensorrt::Built& built) {
  Napi::Object o = Napi::Object::New(env);
  o.Set("plan", Napi::Buffer<uint8_t>::Copy(env, built.plan.data(), built.plan.size()));
  o.Set("timings", Napi::Buffer<uint8_t>::Copy(env, built.timings.data(), built.timings.size()));
  o.Set("workspaceBytes", static_cast<double>(built.workspace));
  return o;
}

/// buildPlan(request, job): Promise<NativeBuilt>
Napi::Value build_plan(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    const Napi::Object spec = info[0].As<Napi::Object>();
    Keep keep;
    keep.add(spec.Get("onnx").As<Napi::Object>());
    return run_async(
        info.Env(), info[1], std::move(keep),
        [request = request_from(spec), library = spec.Get("tensorrt").ToString().Utf8Value(),
         cudart = spec.Get("cudaRuntime").ToString().Utf8Value(),
         device = spec.Get("device").As<Napi::Number>().Int32Value()](Job& job) {
          return tensorrt::build_plan(tensorrt::require_library(library), cuda::api(cudart), device, request, job);
        },
        built_to_js);
  });
}

/// tensorrtMessages(mark): {messages, mark}
Napi::Value messages(const Napi::CallbackInfo& info) {
  static constexpr const char* kSeverities[] = {"internal error", "error", "warning", "info", "verbose"};
  Napi::Env env = info.Env();
  const auto& log = tensorrt::MessageLog::get();
  const uint64_t next = log.mark();
  Napi::Array list = Napi::Array::New(env);
  for (const tensorrt::Message& message : log.since(static_cast<uint64_t>(info[0].As<Napi::Number>().Int64Value()))) {
    Napi::Object entry = Napi::Object::New(env);
    entry.Set("severity", kSeverities[static_cast<int>(message.severity)]);
    entry.Set("text", message.text);
    list.Set(list.Length(), entry);
  }
  Napi::Object o = Napi::Object::New(env);
  o.Set("messages", list);
  o.Set("mark", static_cast<double>(next));
  return o;
}

}  // namespace

void define_build(Napi::Env env, Napi::Object exports) {
  exports.Set("buildPlan", Napi::Function::New<build_plan>(env, "buildPlan"));
  exports.Set("tensorrtMessages", Napi::Function::New<messages>(env, "tensorrtMessages"));
}

}  // namespace brrr::addon
