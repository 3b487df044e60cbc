#include "napi/sources.h"

#include <cmath>
#include <string>

#include "edf/channel_source.h"
#include "napi/recording_class.h"

namespace brrr::addon {
namespace {

/// Samples of a caller's array, checked where they are read: an analysis must never see NaN or infinity.
template <class Sample>
class CheckedArraySource final : public SampleSource {
 public:
  CheckedArraySource(const Sample* samples, int64_t size, double rate) : samples_(samples), size_(size), rate_(rate) {}
  int64_t size() const override { return size_; }
  double rate() const override { return rate_; }
  void read(int64_t start, int64_t count, double* out) const override {
    double spoiled = 0;  // stays 0 unless a sample is not finite
    for (int64_t i = 0; i < count; i++) {
      out[i] = samples_[start + i];
      spoiled += out[i] * 0;
    }
    if (spoiled != 0) refuse(start, count);
  }

 private:
  [[noreturn]] void refuse(int64_t start, int64_t count) const {
    int64_t at = start;
    while (at + 1 < start + count && std::isfinite(samples_[at])) at++;
    throw Error("INVALID_ARGUMENT", "Sample " + std::to_string(at) +
                                        " of the array is not a finite number; cut such stretches out or fill them.");
  }

  const Sample* samples_;
  int64_t size_;
  double rate_;
};

template <class Sample>
std::shared_ptr<const SampleSource> checked_source(const Napi::TypedArrayOf<Sample>& array, double rate) {
  return std::make_shared<CheckedArraySource<Sample>>(array.Data(), static_cast<int64_t>(array.ElementLength()), rate);
}

std::shared_ptr<const SampleSource> array_source(const Napi::Object& object, Keep& keep) {
  Napi::Env env = object.Env();
  Napi::Value samples = object.Get("samples");
  double rate = object.Get("rate").ToNumber().DoubleValue();
  if (samples.IsTypedArray()) {
    keep.add(samples.As<Napi::Object>());
    auto type = samples.As<Napi::TypedArray>().TypedArrayType();
    if (type == napi_float64_array) return checked_source(samples.As<Napi::Float64Array>(), rate);
    if (type == napi_float32_array) return checked_source(samples.As<Napi::Float32Array>(), rate);
  }
  throw coded_error(env, "INVALID_ARGUMENT", "Samples must be a Float64Array or a Float32Array.");
}

}  // namespace

std::shared_ptr<const SampleSource> source_from(const Napi::Value& value, Keep& keep) {
  Napi::Object object = value.As<Napi::Object>();
  if (object.Has("samples")) return array_source(object, keep);
  auto reader = RecordingClass::reader_of(object.Get("recording"));
  auto integer = [&](const char* name) { return object.Get(name).ToNumber().Int64Value(); };
  keep.check_after([reader] { reader->verify_unchanged(); });
  edf::Segment stretch;
  stretch.first_record = integer("firstRecord");
  stretch.records = integer("records");
  return std::make_shared<edf::ChannelSource>(std::move(reader), stretch, static_cast<int>(integer("signal")),
                                              static_cast<int>(integer("minus")),
                                              object.Get("scale").ToNumber().DoubleValue());
}

}  // namespace brrr::addon
