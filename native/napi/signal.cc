// The signal core as it is offered by itself: spectra, resampling, filters.
#include <cmath>
#include <vector>

#include "napi/bindings.h"
#include "napi/promise.h"
#include "napi/sources.h"
#include "signal/fir.h"
#include "signal/resample.h"
#include "signal/welch.h"

namespace brrr::addon {
namespace {

Napi::Value spectra(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    Keep keep;
    auto source = source_from(info[0], keep);
    Napi::Object options = info[1].As<Napi::Object>();
    double epoch_s = options.Get("epochS").ToNumber().DoubleValue();
    double segment_s = options.Get("segmentS").ToNumber().DoubleValue();
    auto average =
        options.Get("average").ToString().Utf8Value() == "median" ? SegmentAverage::kMedian : SegmentAverage::kMean;
    auto window =
        options.Get("window").ToString().Utf8Value() == "hamming" ? WindowShape::kHamming : WindowShape::kHann;
    return run_async(
        info.Env(), info[2], std::move(keep),
        [=](Job& job) { return welch_spectra(*source, epoch_s, segment_s, window, average, job); },
        [](Napi::Env env, Spectra& spectra) -> Napi::Value {
          Napi::Object o = Napi::Object::New(env);
          o.Set("epochs", static_cast<double>(spectra.epochs));
          o.Set("bins", spectra.bins);
          o.Set("stepHz", spectra.bin_hz);
          o.Set("power", to_array(env, std::move(spectra.power)));
          return o;
        });
  });
}

Napi::Value resample(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    Keep keep;
    auto source = source_from(info[0], keep);
    double rate = info[1].ToNumber().DoubleValue();
    return run_async(
        info.Env(), info[2], std::move(keep), [=](Job& job) { return resample_fft(*source, rate, job); },
        [](Napi::Env env, std::vector<double>& samples) { return to_array(env, std::move(samples)); });
  });
}

std::vector<double> design(double rate, const Napi::Value& low, const Napi::Value& high) {
  if (low.IsNumber() && high.IsNumber())
    return design_bandpass(rate, low.ToNumber().DoubleValue(), high.ToNumber().DoubleValue());
  if (low.IsNumber()) return design_highpass(rate, low.ToNumber().DoubleValue());
  if (high.IsNumber()) return design_lowpass(rate, high.ToNumber().DoubleValue());
  throw Error("INVALID_ARGUMENT", "A filter needs a low edge, a high edge or both.");
}

Napi::Value bandpass(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    Keep keep;
    auto source = source_from(info[0], keep);
    std::vector<double> taps = design(source->rate(), info[1], info[2]);
    return run_async(
        info.Env(), info[3], std::move(keep),
        [=](Job& job) {
          std::vector<double> out(static_cast<size_t>(source->size()));
          filter_zero_phase(taps, *source, out.data(), job);
          return out;
        },
        [](Napi::Env env, std::vector<double>& samples) { return to_array(env, std::move(samples)); });
  });
}

}  // namespace

void define_signal(Napi::Env env, Napi::Object exports) {
  exports.Set("spectra", Napi::Function::New<spectra>(env, "spectra"));
  exports.Set("resample", Napi::Function::New<resample>(env, "resample"));
  exports.Set("bandpass", Napi::Function::New<bandpass>(env, "bandpass"));
}

}  // namespace brrr::addon
