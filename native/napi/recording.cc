// Opening, reading and writing recordings.
#include <algorithm>
#include <vector>

#include "edf/reader.h"
#include "edf/writer.h"
#include "napi/bindings.h"
#include "napi/promise.h"
#include "napi/recording_class.h"
#include "napi/sources.h"

namespace brrr::addon {
namespace {

Napi::Value open_recording(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    std::string path = info[0].ToString();
    return run_async(
        info.Env(), info[1], Keep(),
        [path](Job& job) -> std::shared_ptr<const edf::Reader> { return edf::Reader::open(path, job); },
        [](Napi::Env env, std::shared_ptr<const edf::Reader>& reader) -> Napi::Value {
          return RecordingClass::create(env, reader);
        });
  });
}

/// The memory of the float arrays in `value`, all of one type.
template <class Sample>
std::vector<Sample*> output_pointers(const Napi::Array& arrays, Keep& keep) {
  std::vector<Sample*> pointers;
  for (uint32_t i = 0; i < arrays.Length(); i++) {
    Napi::Value array = arrays[i];
    keep.add(array.As<Napi::Object>());
    pointers.push_back(array.As<Napi::TypedArrayOf<Sample>>().Data());
  }
  return pointers;
}

bool is_array_of(const Napi::Value& value, napi_typedarray_type type) {
  return value.IsTypedArray() && value.As<Napi::TypedArray>().TypedArrayType() == type;
}

template <class Sample>
Napi::Value read_records_as(const Napi::CallbackInfo& info) {
  auto reader = RecordingClass::reader_of(info[0]);
  Napi::Array indices = info[1].As<Napi::Array>();
  std::vector<int> signals;
  for (uint32_t i = 0; i < indices.Length(); i++) signals.push_back(Napi::Value(indices[i]).ToNumber().Int32Value());
  int64_t first = info[2].ToNumber().Int64Value(), records = info[3].ToNumber().Int64Value();
  Keep keep;
  auto outputs = output_pointers<Sample>(info[4].As<Napi::Array>(), keep);
  keep.check_after([reader] { reader->verify_unchanged(); });
  return run_async(
      info.Env(), info[5], std::move(keep),
      [=](Job& job) {
        reader->read_channels(signals.data(), static_cast<int>(signals.size()), first, records, outputs.data(), job);
        return Nothing();
      },
      [](Napi::Env env, Nothing&) { return env.Undefined(); });
}

Napi::Value read_records(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    Napi::Array arrays = info[4].As<Napi::Array>();
    auto all = [&](napi_typedarray_type type) {
      for (uint32_t i = 0; i < arrays.Length(); i++)
        if (!is_array_of(arrays[i], type)) return false;
      return true;
    };
    if (all(napi_float32_array)) return read_records_as<float>(info);
    if (all(napi_float64_array)) return read_records_as<double>(info);
    throw Error("INVALID_ARGUMENT", "The arrays to read into must all be Float32Array or all Float64Array.");
  });
}

constexpr int64_t kReadBlock = 1 << 16;

Napi::Value read_source(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    Keep keep;
    auto source = source_from(info[0], keep);
    int64_t start = info[1].ToNumber().Int64Value();
    bool single = is_array_of(info[2], napi_float32_array);
    if (!single && !is_array_of(info[2], napi_float64_array))
      throw Error("INVALID_ARGUMENT", "The array to read into must be a Float32Array or a Float64Array.");
    keep.add(info[2].As<Napi::Object>());
    int64_t count = static_cast<int64_t>(info[2].As<Napi::TypedArray>().ElementLength());
    if (start < 0 || start + count > source->size())
      throw Error("INVALID_ARGUMENT", "The samples asked for lie outside the signal.");
    float* narrow = single ? info[2].As<Napi::Float32Array>().Data() : nullptr;
    double* wide = single ? nullptr : info[2].As<Napi::Float64Array>().Data();
    return run_async(
        info.Env(), info[3], std::move(keep),
        [=](Job& job) {
          std::vector<double> block(narrow ? static_cast<size_t>(std::min(count, kReadBlock)) : 0);
          for (int64_t at = 0; at < count; at += kReadBlock) {
            job.check();
            int64_t n = std::min(kReadBlock, count - at);
            source->read(start + at, n, narrow ? block.data() : wide + at);
            for (int64_t i = 0; narrow && i < n; i++)
              narrow[at + i] = static_cast<float>(block[static_cast<size_t>(i)]);
            job.report(static_cast<double>(at + n) / static_cast<double>(count));
          }
          return Nothing();
        },
        [](Napi::Env env, Nothing&) { return env.Undefined(); });
  });
}

struct DigitalSummary {
  std::vector<int32_t> first, last;
  int64_t sum = 0;
};

DigitalSummary summarise(const edf::Reader& reader, int signal, Job& job) {
  constexpr int64_t kEdge = 5;
  DigitalSummary summary;
  int64_t n = reader.samples(signal);
  std::vector<int32_t> block(static_cast<size_t>(std::min(std::max<int64_t>(n, 1), kReadBlock)));
  for (int64_t at = 0; at < n; at += kReadBlock) {
    job.check();
    int64_t count = std::min(kReadBlock, n - at);
    reader.read_digital(signal, at, count, block.data());
    for (int64_t i = 0; i < count; i++) summary.sum += block[static_cast<size_t>(i)];
  }
  int64_t edge = std::min(kEdge, n);
  summary.first.resize(static_cast<size_t>(edge));
  summary.last.resize(static_cast<size_t>(edge));
  reader.read_digital(signal, 0, edge, summary.first.data());
  reader.read_digital(signal, n - edge, edge, summary.last.data());
  return summary;
}

Napi::Value digital_summary(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    auto reader = RecordingClass::reader_of(info[0]);
    int signal = info[1].ToNumber().Int32Value();
    return run_async(
        info.Env(), info[2], Keep(), [=](Job& job) { return summarise(*reader, signal, job); },
        [](Napi::Env env, DigitalSummary& summary) -> Napi::Value {
          auto list = [&](const std::vector<int32_t>& values) {
            Napi::Array array = Napi::Array::New(env, values.size());
            for (size_t i = 0; i < values.size(); i++) array.Set(static_cast<uint32_t>(i), values[i]);
            return array;
          };
          Napi::Object o = Napi::Object::New(env);
          o.Set("first", list(summary.first));
          o.Set("last", list(summary.last));
          o.Set("sum", static_cast<double>(summary.sum));
          return o;
        });
  });
}

edf::RecordingSpec annotation_file_spec(const Napi::Object& header) {
  edf::RecordingSpec spec;
  spec.format = edf::Format::kEdfPlusC;
  spec.patient = header.Get("patient").ToString();
  spec.recording = header.Get("recording").ToString();
  std::string iso = header.Get("startIso").ToString();
  if (iso.size() >= 19) {
    spec.start_date = iso.substr(8, 2) + "." + iso.substr(5, 2) + "." + iso.substr(2, 2);
    spec.start_time = iso.substr(11, 2) + "." + iso.substr(14, 2) + "." + iso.substr(17, 2);
  }
  return spec;
}

Napi::Value write_annotations(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    std::string path = info[0].ToString();
    edf::RecordingSpec spec = annotation_file_spec(info[1].As<Napi::Object>());
    Napi::Array list = info[2].As<Napi::Array>();
    std::vector<edf::Annotation> annotations(list.Length());
    for (uint32_t i = 0; i < list.Length(); i++) {
      Napi::Object item = Napi::Value(list[i]).As<Napi::Object>();
      annotations[i].onset_s = item.Get("onset").ToNumber().DoubleValue();
      annotations[i].has_duration = item.Get("duration").IsNumber();
      if (annotations[i].has_duration) annotations[i].duration_s = item.Get("duration").ToNumber().DoubleValue();
      annotations[i].text = item.Get("text").ToString();
    }
    return run_async(
        info.Env(), info[3], Keep(),
        [=](Job&) {
          edf::write_annotations(path, spec, annotations);
          return Nothing();
        },
        [](Napi::Env env, Nothing&) { return env.Undefined(); });
  });
}

}  // namespace

void define_recording(Napi::Env env, Napi::Object exports) {
  Napi::Function recording = RecordingClass::define(env);
  Environment::of(env).recording_class = Napi::Persistent(recording);
  exports.Set("RecordingHandle", recording);
  exports.Set("openRecording", Napi::Function::New<open_recording>(env, "openRecording"));
  exports.Set("readRecords", Napi::Function::New<read_records>(env, "readRecords"));
  exports.Set("readSource", Napi::Function::New<read_source>(env, "readSource"));
  exports.Set("digitalSummary", Napi::Function::New<digital_summary>(env, "digitalSummary"));
  exports.Set("writeAnnotations", Napi::Function::New<write_annotations>(env, "writeAnnotations"));
}

}  // namespace brrr::addon
