// Synthetic recordings.
#include "synth/synth.h"

#include "napi/bindings.h"
#include "napi/promise.h"

namespace brrr::addon {
namespace {

template <class Options>
Options options_from(const Napi::Object& object) {
  Options options;
  options.seed = static_cast<uint64_t>(object.Get("seed").ToNumber().Int64Value());
  options.hours = object.Get("hours").ToNumber().DoubleValue();
  options.rate = object.Get("rate").ToNumber().Int32Value();
  Napi::Array channels = object.Get("channels").As<Napi::Array>();
  for (uint32_t i = 0; i < channels.Length(); i++)
    options.channels.push_back(Napi::Value(channels[i]).ToString().Utf8Value());
  return options;
}

Napi::Object describe(Napi::Env env, const synth::PlantedEvent& event) {
  Napi::Object o = Napi::Object::New(env);
  o.Set("type", event.type);
  o.Set("startS", event.start_s);
  o.Set("durationS", event.duration_s);
  o.Set("amplitudeUv", event.amplitude_uv);
  Napi::Array channels = Napi::Array::New(env, event.channels.size());
  for (size_t i = 0; i < event.channels.size(); i++) channels.Set(static_cast<uint32_t>(i), event.channels[i]);
  o.Set("channels", channels);
  return o;
}

Napi::Value truth_to_js(Napi::Env env, synth::Truth& truth) {
  Napi::Object o = Napi::Object::New(env);
  auto stages = Napi::Int8Array::New(env, truth.stages.size());
  for (size_t i = 0; i < truth.stages.size(); i++) stages[i] = truth.stages[i];
  o.Set("stages", stages);
  Napi::Array events = Napi::Array::New(env, truth.events.size());
  for (size_t i = 0; i < truth.events.size(); i++) {
    Napi::HandleScope scope(env);
    events.Set(static_cast<uint32_t>(i), describe(env, truth.events[i]));
  }
  o.Set("events", events);
  return o;
}

Napi::Value synthesise(const Napi::CallbackInfo& info) {
  return guarded(info, [&]() -> Napi::Value {
    std::string path = info[0].ToString();
    Napi::Object object = info[1].As<Napi::Object>();
    if (object.Get("kind").ToString().Utf8Value() == "routine") {
      auto options = options_from<synth::RoutineOptions>(object);
      options.artifacts = object.Get("artifacts").ToBoolean();
      return run_async(
          info.Env(), info[2], Keep(), [=](Job& job) { return synth::synthesise_routine(options, path, job); },
          truth_to_js);
    }
    auto options = options_from<synth::NightOptions>(object);
    return run_async(
        info.Env(), info[2], Keep(), [=](Job& job) { return synth::synthesise_night(options, path, job); },
        truth_to_js);
  });
}

}  // namespace

void define_synth(Napi::Env env, Napi::Object exports) {
  exports.Set("synthesise", Napi::Function::New<synthesise>(env, "synthesise"));
}

}  // namespace brrr::addon
