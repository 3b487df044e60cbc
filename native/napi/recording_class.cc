#include "napi/recording_class.h"

#include "napi/promise.h"

namespace brrr::addon {
namespace {

Napi::Object describe(Napi::Env env, const edf::SignalHeader& signal, int64_t samples) {
  Napi::Object o = Napi::Object::New(env);
  o.Set("label", signal.label);
  o.Set("transducer", signal.transducer);
  o.Set("dimension", signal.dimension);
  o.Set("prefilter", signal.prefilter);
  o.Set("physicalMin", signal.physical_min);
  o.Set("physicalMax", signal.physical_max);
  o.Set("digitalMin", signal.digital_min);
  o.Set("digitalMax", signal.digital_max);
  o.Set("samplesPerRecord", signal.samples_per_record);
  o.Set("rate", signal.rate_hz);
  o.Set("samples", static_cast<double>(samples));
  o.Set("isAnnotation", signal.is_annotation);
  o.Set("usable", signal.usable);
  return o;
}

Napi::Object describe(Napi::Env env, const edf::Segment& segment) {
  Napi::Object o = Napi::Object::New(env);
  o.Set("firstRecord", static_cast<double>(segment.first_record));
  o.Set("records", static_cast<double>(segment.records));
  o.Set("startS", segment.start_s);
  o.Set("durationS", segment.duration_s);
  return o;
}

Napi::Object describe(Napi::Env env, const edf::Annotation& annotation) {
  Napi::Object o = Napi::Object::New(env);
  o.Set("onset", annotation.onset_s);
  o.Set("duration", annotation.has_duration ? Napi::Number::New(env, annotation.duration_s) : env.Null());
  o.Set("text", annotation.text);
  return o;
}

template <class Item>
Napi::Array describe_all(Napi::Env env, const std::vector<Item>& items) {
  Napi::Array array = Napi::Array::New(env, items.size());
  for (size_t i = 0; i < items.size(); i++) {
    Napi::HandleScope scope(env);
    array.Set(static_cast<uint32_t>(i), describe(env, items[i]));
  }
  return array;
}

Napi::Object describe(Napi::Env env, const edf::Reader& reader) {
  const edf::Header& header = reader.header();
  Napi::Object o = Napi::Object::New(env);
  o.Set("format", edf::format_name(header.format));
  o.Set("patient", header.patient);
  o.Set("recording", header.recording);
  o.Set("startDate", header.start_date);
  o.Set("startTime", header.start_time);
  o.Set("startIso", header.start_iso);
  o.Set("headerBytes", static_cast<double>(header.header_bytes));
  o.Set("records", static_cast<double>(header.records));
  o.Set("recordDuration", header.record_duration_s);
  Napi::Array signals = Napi::Array::New(env, header.signals.size());
  for (size_t i = 0; i < header.signals.size(); i++)
    signals.Set(static_cast<uint32_t>(i), describe(env, header.signals[i], reader.samples(static_cast<int>(i))));
  o.Set("signals", signals);
  o.Set("recordOnsets", to_array(env, std::vector<double>(reader.record_onsets())));
  o.Set("segments", describe_all(env, reader.segments()));
  o.Set("annotations", describe_all(env, reader.annotations()));
  Napi::Array warnings = Napi::Array::New(env, reader.warnings().size());
  for (size_t i = 0; i < reader.warnings().size(); i++) warnings.Set(static_cast<uint32_t>(i), reader.warnings()[i]);
  o.Set("warnings", warnings);
  o.Set("fileBytes", static_cast<double>(reader.source().size()));
  return o;
}

}  // namespace

Napi::Function RecordingClass::define(Napi::Env env) {
  return DefineClass(env, "RecordingHandle", {InstanceMethod<&RecordingClass::close>("close")});
}

RecordingClass::RecordingClass(const Napi::CallbackInfo& info) : ObjectWrap(info) {
  if (!info[0].IsExternal())
    throw coded_error(info.Env(), "INVALID_ARGUMENT", "A recording is opened with openRecording.");
  reader_ = *info[0].As<Napi::External<std::shared_ptr<const edf::Reader>>>().Data();
}

Napi::Object RecordingClass::create(Napi::Env env, std::shared_ptr<const edf::Reader> reader) {
  Napi::Object object =
      Environment::of(env).recording_class.New({Napi::External<std::shared_ptr<const edf::Reader>>::New(env, &reader)});
  object.Set("info", describe(env, *reader));
  return object;
}

std::shared_ptr<const edf::Reader> RecordingClass::reader_of(const Napi::Value& value) {
  Napi::Env env = value.Env();
  if (!value.IsObject() || !value.As<Napi::Object>().InstanceOf(Environment::of(env).recording_class.Value()))
    throw coded_error(env, "INVALID_ARGUMENT", "Expected a RecordingHandle.");
  auto reader = Unwrap(value.As<Napi::Object>())->reader_;
  if (!reader) throw coded_error(env, "CLOSED", "The recording is closed.");
  return reader;
}

}  // namespace brrr::addon
