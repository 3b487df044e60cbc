// Blinks, muscle, electrode pops and movement.
#include "quality/artifacts.h"

#include <memory>
#include <vector>

#include "napi/bindings.h"
#include "napi/epoch_store_class.h"
#include "napi/promise.h"

namespace brrr::addon {
namespace {

const char* name_of(quality::ArtifactKind kind) {
  switch (kind) {
    case quality::ArtifactKind::kBlink:
      return "blink";
    case quality::ArtifactKind::kMuscle:
      return "muscle";
    case quality::ArtifactKind::kElectrodePop:
      return "electrode_pop";
    case quality::ArtifactKind::kMovement:
      return "movement";
  }
  return "";
}

std::vector<int> integers(const Napi::Value& value) {
  Napi::Array array = value.As<Napi::Array>();
  std::vector<int> list;
  for (uint32_t i = 0; i < array.Length(); i++) list.push_back(Napi::Value(array[i]).ToNumber().Int32Value());
  return list;
}

quality::ArtifactOptions options_from(const Napi::Object& object) {
  quality::ArtifactOptions options;
  if (object.Get("leads").IsObject()) {
    Napi::Object leads = object.Get("leads").As<Napi::Object>();
    options.leads = {leads.Get("left").ToNumber(), leads.Get("right").ToNumber(), integers(leads.Get("front")),
                     integers(leads.Get("middle")), integers(leads.Get("back"))};
  }
  Napi::Object limits = object.Get("limits").As<Napi::Object>();
  quality::each_limit(options.limits,
                      [&](const char* name, double& value) { value = limits.Get(name).ToNumber().DoubleValue(); });
  options.max_bytes = static_cast<uint64_t>(object.Get("maxBytes").ToNumber().DoubleValue());
  return options;
}

Napi::Array to_js(Napi::Env env, const std::vector<int>& list) {
  Napi::Array array = Napi::Array::New(env, list.size());
  for (size_t i = 0; i < list.size(); i++) array.Set(static_cast<uint32_t>(i), list[i]);
  return array;
}

Napi::Object to_js(Napi::Env env, const quality::Artifact& artifact) {
  Napi::Object o = Napi::Object::New(env);
  o.Set("type", name_of(artifact.kind));
  o.Set("startS", artifact.start_s);
  o.Set("durationS", artifact.duration_s);
  o.Set("channels", to_js(env, artifact.channels));
  o.Set("confidence", artifact.confidence);
  o.Set("ratio", artifact.ratio);
  o.Set("sizeUv", artifact.size_uv);
  return o;
}

struct Found {
  std::vector<quality::Artifact> artifacts;
  std::vector<int> slow_channels;
};

Napi::Value found_to_js(Napi::Env env, Found& found) {
  Napi::Array artifacts = Napi::Array::New(env, found.artifacts.size());
  for (size_t i = 0; i < found.artifacts.size(); i++) {
    Napi::HandleScope scope(env);
    artifacts.Set(static_cast<uint32_t>(i), to_js(env, found.artifacts[i]));
  }
  Napi::Object o = Napi::Object::New(env);
  o.Set("artifacts", artifacts);
  o.Set("slowChannels", to_js(env, found.slow_channels));
  return o;
}

Napi::Value detect_artifacts(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    auto store = EpochStoreClass::store_of(info[0]);
    Napi::Object object = info[1].As<Napi::Object>();
    const std::vector<int> picks = integers(object.Get("picks"));
    const quality::ArtifactOptions options = options_from(object);
    return run_async(
        info.Env(), info[2], Keep(),
        [=](Job& job) {
          const quality::ContinuousView view = quality::continuous_view(*store, picks);
          return Found{quality::detect_artifacts(view, options, job),
                       quality::slow_channels(view, options.limits.muscle)};
        },
        found_to_js);
  });
}

Napi::Value artifact_limits(const Napi::CallbackInfo& info) {
  const quality::ArtifactLimits limits;
  Napi::Object o = Napi::Object::New(info.Env());
  quality::each_limit(limits, [&](const char* name, double value) { o.Set(name, value); });
  return o;
}

}  // namespace

void define_artifacts(Napi::Env env, Napi::Object exports) {
  exports.Set("detectArtifacts", Napi::Function::New<detect_artifacts>(env, "detectArtifacts"));
  exports.Set("artifactLimits", Napi::Function::New<artifact_limits>(env, "artifactLimits"));
}

}  // namespace brrr::addon
