// Epochs in memory, and what is measured on them.
#include <memory>
#include <vector>

#include "napi/bindings.h"
#include "napi/epoch_store_class.h"
#include "napi/promise.h"
#include "napi/sources.h"
#include "quality/alike_pairs.h"
#include "quality/cell_measures.h"
#include "quality/load_epochs.h"

namespace brrr::addon {
namespace {

double number(const Napi::Object& object, const char* name) { return object.Get(name).ToNumber().DoubleValue(); }
int integer(const Napi::Object& object, const char* name) { return object.Get(name).ToNumber().Int32Value(); }

quality::LoadOptions load_options(const Napi::Value& value) {
  Napi::Object object = value.As<Napi::Object>();
  quality::LoadOptions options;
  options.rate_hz = number(object, "rate");
  options.length_s = number(object, "lengthS");
  options.high_pass_hz = number(object, "highPassHz");
  options.flat_uv = number(object, "flatUv");
  options.max_bytes = static_cast<uint64_t>(number(object, "maxBytes"));
  options.artifacts = object.Get("artifacts").ToBoolean();
  return options;
}

std::vector<quality::ChannelInput> channels_from(const Napi::Array& list, Keep& keep) {
  std::vector<quality::ChannelInput> channels(list.Length());
  for (uint32_t c = 0; c < list.Length(); c++) {
    Napi::HandleScope scope(list.Env());
    Napi::Object object = Napi::Value(list[c]).As<Napi::Object>();
    channels[c].rails = {number(object, "lowRail"), number(object, "highRail")};
    Napi::Array stretches = object.Get("stretches").As<Napi::Array>();
    for (uint32_t i = 0; i < stretches.Length(); i++) channels[c].stretches.push_back(source_from(stretches[i], keep));
  }
  return channels;
}

Napi::Value store_to_js(Napi::Env env, std::shared_ptr<quality::EpochStore>& store) {
  return EpochStoreClass::create(env, store);
}

Napi::Value load_epochs(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    Keep keep;
    auto channels = channels_from(info[0].As<Napi::Array>(), keep);
    Napi::Array starts = info[1].As<Napi::Array>();
    std::vector<double> start_s;
    for (uint32_t i = 0; i < starts.Length(); i++) start_s.push_back(Napi::Value(starts[i]).ToNumber().DoubleValue());
    quality::LoadOptions options = load_options(info[2]);
    return run_async(
        info.Env(), info[3], std::move(keep),
        [=](Job& job) { return quality::load_epochs(channels, start_s, options, job); }, store_to_js);
  });
}

template <class Sample>
Napi::Value start_from_array(const Napi::CallbackInfo& info, const quality::ArrayShape& shape) {
  auto array = info[0].As<Napi::TypedArrayOf<Sample>>();
  const double wanted = static_cast<double>(shape.epochs) * shape.channels * shape.samples;
  if (static_cast<double>(array.ElementLength()) != wanted)
    throw Error("INVALID_ARGUMENT", "The array holds " + std::to_string(array.ElementLength()) +
                                        " values, not epochs x channels x samples = " + std::to_string(shape.epochs) +
                                        " x " + std::to_string(shape.channels) + " x " + std::to_string(shape.samples) +
                                        ".");
  Keep keep;
  keep.add(array);
  const Sample* data = array.Data();
  quality::LoadOptions options = load_options(info[2]);
  return run_async(
      info.Env(), info[3], std::move(keep),
      [=](Job& job) { return quality::epochs_from_array(data, shape, options, job); }, store_to_js);
}

Napi::Value epochs_from_array(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    Napi::Object object = info[1].As<Napi::Object>();
    const quality::ArrayShape shape = {integer(object, "epochs"), integer(object, "channels"),
                                       integer(object, "samples"), number(object, "rate"), number(object, "toUv")};
    if (info[0].IsTypedArray()) {
      auto type = info[0].As<Napi::TypedArray>().TypedArrayType();
      if (type == napi_float64_array) return start_from_array<double>(info, shape);
      if (type == napi_float32_array) return start_from_array<float>(info, shape);
    }
    throw Error("INVALID_ARGUMENT", "Samples must be a Float64Array or a Float32Array.");
  });
}

Napi::Value measure_cells(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    auto store = EpochStoreClass::store_of(info[0]);
    const double flat_uv = number(info[1].As<Napi::Object>(), "flatUv");
    return run_async(
        info.Env(), info[2], Keep(), [=](Job& job) { return quality::measure_cells(*store, flat_uv, job); },
        [store](Napi::Env env, quality::CellMeasures& cells) -> Napi::Value {
          std::vector<double> rates;
          for (int c = 0; c < store->channels(); c++) rates.push_back(store->recorded_rate_hz(c));
          Napi::Object o = Napi::Object::New(env);
          o.Set("ptpUv", to_array(env, std::move(cells.ptp_uv)));
          o.Set("varianceUv2", to_array(env, std::move(cells.variance_uv2)));
          o.Set("calmVarianceUv2", to_array(env, std::move(cells.calm_variance_uv2)));
          o.Set("flatShare", to_array(env, std::move(cells.flat_share)));
          o.Set("clippedShare", to_array(env, std::move(cells.clipped_share)));
          o.Set("mains50Share", to_array(env, std::move(cells.mains50_share)));
          o.Set("mains60Share", to_array(env, std::move(cells.mains60_share)));
          o.Set("mains50Hz", to_array(env, std::move(cells.mains50_hz)));
          o.Set("mains60Hz", to_array(env, std::move(cells.mains60_hz)));
          o.Set("slowShare", to_array(env, std::move(cells.slow_share)));
          o.Set("recordedRateHz", to_array(env, std::move(rates)));
          return o;
        });
  });
}

Napi::Value alike_pairs(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    auto store = EpochStoreClass::store_of(info[0]);
    const double distance = number(info[1].As<Napi::Object>(), "distance");
    return run_async(
        info.Env(), info[2], Keep(), [=](Job& job) { return quality::find_alike_pairs(*store, distance, job); },
        [](Napi::Env env, quality::AlikePairs& pairs) -> Napi::Value {
          auto channels = Napi::Int32Array::New(env, 2 * pairs.first.size());
          for (size_t i = 0; i < pairs.first.size(); i++) {
            channels[2 * i] = pairs.first[i];
            channels[2 * i + 1] = pairs.second[i];
          }
          auto alike = Napi::Uint8Array::New(env, pairs.alike.size());
          std::copy(pairs.alike.begin(), pairs.alike.end(), alike.Data());
          Napi::Object o = Napi::Object::New(env);
          o.Set("channels", channels);
          o.Set("alike", alike);
          o.Set("differenceUv", to_array(env, std::move(pairs.difference_uv)));
          return o;
        });
  });
}

}  // namespace

void define_quality(Napi::Env env, Napi::Object exports) {
  Napi::Function store = EpochStoreClass::define(env);
  Environment::of(env).epoch_store_class = Napi::Persistent(store);
  exports.Set("EpochStore", store);
  exports.Set("loadEpochs", Napi::Function::New<load_epochs>(env, "loadEpochs"));
  exports.Set("epochsFromArray", Napi::Function::New<epochs_from_array>(env, "epochsFromArray"));
  exports.Set("measureCells", Napi::Function::New<measure_cells>(env, "measureCells"));
  exports.Set("alikePairs", Napi::Function::New<alike_pairs>(env, "alikePairs"));
}

}  // namespace brrr::addon
