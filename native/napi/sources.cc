#include "napi/sources.h"

#include "edf/channel_source.h"
#include "napi/recording_class.h"

namespace brrr::addon {
namespace {

/// float32 samples in memory, widened where they are read.
class FloatArraySource final : public SampleSource {
 public:
  FloatArraySource(const float* samples, int64_t size, double rate) : samples_(samples), size_(size), rate_(rate) {}
  int64_t size() const override { return size_; }
  double rate() const override { return rate_; }
  void read(int64_t start, int64_t count, double* out) const override {
    for (int64_t i = 0; i < count; i++) out[i] = samples_[start + i];
  }

 private:
  const float* samples_;
  int64_t size_;
  double rate_;
};

std::shared_ptr<const SampleSource> array_source(const Napi::Object& object, Keep& keep) {
  Napi::Env env = object.Env();
  Napi::Value samples = object.Get("samples");
  double rate = object.Get("rate").ToNumber().DoubleValue();
  if (samples.IsTypedArray()) {
    keep.add(samples.As<Napi::Object>());
    auto type = samples.As<Napi::TypedArray>().TypedArrayType();
    if (type == napi_float64_array) {
      auto array = samples.As<Napi::Float64Array>();
      return std::make_shared<ArraySource>(array.Data(), static_cast<int64_t>(array.ElementLength()), rate);
    }
    if (type == napi_float32_array) {
      auto array = samples.As<Napi::Float32Array>();
      return std::make_shared<FloatArraySource>(array.Data(), static_cast<int64_t>(array.ElementLength()), rate);
    }
  }
  throw coded_error(env, "INVALID_ARGUMENT", "Samples must be a Float64Array or a Float32Array.");
}

}  // namespace

std::shared_ptr<const SampleSource> source_from(const Napi::Value& value, Keep& keep) {
  Napi::Object object = value.As<Napi::Object>();
  if (object.Has("samples")) return array_source(object, keep);
  auto reader = RecordingClass::reader_of(object.Get("recording"));
  auto integer = [&](const char* name) { return object.Get(name).ToNumber().Int64Value(); };
  edf::Segment stretch;
  stretch.first_record = integer("firstRecord");
  stretch.records = integer("records");
  return std::make_shared<edf::ChannelSource>(std::move(reader), stretch, static_cast<int>(integer("signal")),
                                              static_cast<int>(integer("minus")),
                                              object.Get("scale").ToNumber().DoubleValue());
}

}  // namespace brrr::addon
