// Writing the cleaned copy of a recording.
#include "quality/clean_recording.h"

#include "napi/bindings.h"
#include "napi/promise.h"
#include "napi/recording_class.h"

namespace brrr::addon {
namespace {

double number(const Napi::Object& o, const char* name) { return o.Get(name).ToNumber().DoubleValue(); }
std::string text(const Napi::Object& o, const char* name) { return o.Get(name).ToString(); }

template <class Read>
void each(const Napi::Value& list, Read read) {
  const Napi::Array array = list.As<Napi::Array>();
  for (uint32_t i = 0; i < array.Length(); i++) {
    Napi::HandleScope scope(array.Env());
    read(Napi::Value(array[i]).As<Napi::Object>());
  }
}

edf::Format copy_format(const std::string& name) {
  for (edf::Format format :
       {edf::Format::kEdfPlusC, edf::Format::kEdfPlusD, edf::Format::kBdfPlusC, edf::Format::kBdfPlusD})
    if (name == edf::format_name(format)) return format;
  throw Error("INVALID_ARGUMENT", "A cleaned copy is EDF+C, EDF+D, BDF+C or BDF+D, not " + name + ".");
}

quality::CopiedSignal copied_signal(const Napi::Object& o) {
  quality::CopiedSignal copied;
  copied.signal = o.Get("signal").ToNumber().Int32Value();
  copied.to_uv = number(o, "toUv");
  edf::SignalSpec& header = copied.header;
  header.label = text(o, "label");
  header.transducer = text(o, "transducer");
  header.dimension = text(o, "dimension");
  header.prefilter = text(o, "prefilter");
  header.physical_min = number(o, "physicalMin");
  header.physical_max = number(o, "physicalMax");
  header.digital_min = o.Get("digitalMin").ToNumber().Int32Value();
  header.digital_max = o.Get("digitalMax").ToNumber().Int32Value();
  return copied;
}

quality::CleanCopy copy_from(const Napi::Object& o, Keep& keep) {
  quality::CleanCopy copy;
  copy.header.format = copy_format(text(o, "format"));
  copy.header.patient = text(o, "patient");
  copy.header.recording = text(o, "recording");
  copy.header.start_date = text(o, "startDate");
  copy.header.start_time = text(o, "startTime");
  copy.high_pass_hz = number(o, "highPassHz");
  each(o.Get("signals"), [&](const Napi::Object& signal) { copy.signals.push_back(copied_signal(signal)); });
  each(o.Get("repairs"), [&](const Napi::Object& item) {
    const auto samples = item.Get("samples").As<Napi::Float32Array>();
    keep.add(samples);
    copy.repairs.push_back({item.Get("copied").ToNumber().Int32Value(), item.Get("start").ToNumber().Int64Value(),
                            samples.Data(), static_cast<int64_t>(samples.ElementLength())});
  });
  each(o.Get("interpolations"), [&](const Napi::Object& item) {
    quality::Interpolation interpolation;
    interpolation.copied = item.Get("copied").ToNumber().Int32Value();
    const Napi::Array sources = item.Get("sources").As<Napi::Array>();
    for (uint32_t i = 0; i < sources.Length(); i++)
      interpolation.sources.push_back(Napi::Value(sources[i]).ToNumber().Int32Value());
    const auto weights = item.Get("weights").As<Napi::Float64Array>();
    interpolation.weights.assign(weights.Data(), weights.Data() + weights.ElementLength());
    copy.interpolations.push_back(std::move(interpolation));
  });
  each(o.Get("annotations"), [&](const Napi::Object& item) {
    edf::Annotation annotation;
    annotation.onset_s = number(item, "onset");
    annotation.has_duration = item.Get("duration").IsNumber();
    if (annotation.has_duration) annotation.duration_s = number(item, "duration");
    annotation.text = text(item, "text");
    copy.annotations.push_back(std::move(annotation));
  });
  return copy;
}

Napi::Value write_clean_copy(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    std::string path = info[0].ToString();
    auto reader = RecordingClass::reader_of(info[1]);
    Keep keep;
    quality::CleanCopy copy = copy_from(info[2].As<Napi::Object>(), keep);
    keep.check_after([reader] { reader->verify_unchanged(); });
    return run_async(
        info.Env(), info[3], std::move(keep),
        [=](Job& job) {
          quality::write_clean_copy(path, reader, copy, job);
          return Nothing();
        },
        [](Napi::Env env, Nothing&) { return env.Undefined(); });
  });
}

}  // namespace

void define_clean_recording(Napi::Env env, Napi::Object exports) {
  exports.Set("writeCleanCopy", Napi::Function::New<write_clean_copy>(env, "writeCleanCopy"));
}

}  // namespace brrr::addon
