// Detectors of events.
#include <memory>
#include <optional>
#include <vector>

#include "events/rems.h"
#include "events/slow_waves.h"
#include "events/spindles.h"
#include "napi/bindings.h"
#include "napi/promise.h"
#include "napi/sources.h"

namespace brrr::addon {
namespace {

/// Reads the fields of an options object; null stands for an absent number.
class Fields {
 public:
  explicit Fields(const Napi::Value& value) : object_(value.As<Napi::Object>()) {}

  double number(const char* name) const { return object_.Get(name).ToNumber().DoubleValue(); }
  bool flag(const char* name) const { return object_.Get(name).ToBoolean(); }
  std::optional<double> optional(const char* name) const { return optional(object_.Get(name)); }
  double low(const char* name) const { return item(name, 0).ToNumber().DoubleValue(); }
  double high(const char* name) const { return item(name, 1).ToNumber().DoubleValue(); }
  events::Band band(const char* name) const { return {low(name), high(name)}; }
  events::Limits limits(const char* name) const { return {optional(item(name, 0)), optional(item(name, 1))}; }

  std::vector<int> integers(const char* name) const {
    Napi::Array array = object_.Get(name).As<Napi::Array>();
    std::vector<int> values;
    for (uint32_t i = 0; i < array.Length(); i++) values.push_back(Napi::Value(array[i]).ToNumber().Int32Value());
    return values;
  }

 private:
  static std::optional<double> optional(const Napi::Value& value) {
    if (!value.IsNumber()) return std::nullopt;
    return value.ToNumber().DoubleValue();
  }
  Napi::Value item(const char* name, uint32_t i) const { return object_.Get(name).As<Napi::Array>()[i]; }

  Napi::Object object_;
};

std::shared_ptr<const events::Hypnogram> hypnogram_from(const Napi::Value& value) {
  if (!value.IsObject()) return nullptr;
  Napi::Object object = value.As<Napi::Object>();
  auto stages = object.Get("stages").As<Napi::Int8Array>();
  auto hypnogram = std::make_shared<events::Hypnogram>();
  hypnogram->stages.assign(stages.Data(), stages.Data() + stages.ElementLength());
  hypnogram->epoch_s = object.Get("epochS").ToNumber().DoubleValue();
  hypnogram->offset_s = object.Get("offsetS").ToNumber().DoubleValue();
  return hypnogram;
}

Napi::Value table_to_js(Napi::Env env, events::EventTable& table) {
  Napi::Object columns = Napi::Object::New(env);
  for (auto& column : table.columns) columns.Set(column.name, to_array(env, std::move(column.values)));
  Napi::Object o = Napi::Object::New(env);
  o.Set("columns", columns);
  o.Set("skipped", table.skipped);
  return o;
}

Napi::Value detect_spindles(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    Keep keep;
    auto source = source_from(info[0], keep);
    auto hypnogram = hypnogram_from(info[1]);
    Fields fields(info[2]);
    events::SpindleOptions options;
    options.include = fields.integers("include");
    options.freq_sp = fields.band("freqSp");
    options.freq_broad = fields.band("freqBroad");
    options.min_duration = fields.low("duration");
    options.max_duration = fields.high("duration");
    options.min_distance = fields.number("minDistanceMs");
    options.rel_pow = fields.optional("relPow");
    options.corr = fields.optional("corr");
    options.rms = fields.optional("rms");
    return run_async(
        info.Env(), info[3], std::move(keep),
        [=](Job& job) { return events::detect_spindles(*source, hypnogram.get(), options, job); }, table_to_js);
  });
}

Napi::Value detect_slow_waves(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    Keep keep;
    auto source = source_from(info[0], keep);
    auto hypnogram = hypnogram_from(info[1]);
    Fields fields(info[2]);
    events::SlowWaveOptions options;
    options.include = fields.integers("include");
    options.freq_sw = fields.band("freqSw");
    options.min_dur_neg = fields.low("durNeg");
    options.max_dur_neg = fields.high("durNeg");
    options.min_dur_pos = fields.low("durPos");
    options.max_dur_pos = fields.high("durPos");
    options.amp_neg = fields.limits("ampNeg");
    options.amp_pos = fields.limits("ampPos");
    options.amp_ptp = fields.limits("ampPtp");
    if (fields.flag("coupling")) {
      options.coupling.emplace();
      options.coupling->freq_sp = fields.band("couplingFreqSp");
      options.coupling->time = fields.number("couplingTimeS");
      options.coupling->p = fields.optional("couplingP");
    }
    return run_async(
        info.Env(), info[3], std::move(keep),
        [=](Job& job) { return events::detect_slow_waves(*source, hypnogram.get(), options, job); }, table_to_js);
  });
}

Napi::Value detect_rems(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    Keep keep;
    auto loc = source_from(info[0], keep), roc = source_from(info[1], keep);
    auto hypnogram = hypnogram_from(info[2]);
    Fields fields(info[3]);
    events::RemOptions options;
    options.include = fields.integers("include");
    options.amplitude = fields.limits("amplitude");
    options.min_duration = fields.low("duration");
    options.max_duration = fields.high("duration");
    options.relative_prominence = fields.number("relativeProminence");
    options.freq_rem = fields.band("freqRem");
    return run_async(
        info.Env(), info[4], std::move(keep),
        [=](Job& job) { return events::detect_rems(*loc, *roc, hypnogram.get(), options, job); }, table_to_js);
  });
}

}  // namespace

void define_events(Napi::Env env, Napi::Object exports) {
  exports.Set("detectSpindles", Napi::Function::New<detect_spindles>(env, "detectSpindles"));
  exports.Set("detectSlowWaves", Napi::Function::New<detect_slow_waves>(env, "detectSlowWaves"));
  exports.Set("detectRems", Napi::Function::New<detect_rems>(env, "detectRems"));
}

}  // namespace brrr::addon
