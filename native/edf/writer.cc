#include "edf/writer.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

#include "common/error.h"
#include "edf/text.h"

namespace brrr::edf {
namespace {

constexpr int64_t kRecordsField = 236;
// A record's own time, "+<seconds> 0x14 0x14 0": 32 bytes hold any time that seconds_text makes.
constexpr int64_t kTimeKeepingBytes = 32;

[[noreturn]] void invalid(const std::string& message) { throw Error("INVALID_ARGUMENT", message); }

void append_field(std::string& out, const std::string& text, size_t width, const char* what) {
  const bool printable =
      std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; });
  if (text.size() > width || !printable) {
    invalid("Expected at most " + std::to_string(width) + " printable bytes for the " + what + ", got " +
            std::to_string(text.size()) + (printable ? "." : " with a control character among them."));
  }
  out += text + std::string(width - text.size(), ' ');
}

// The number with as many digits as eight characters hold.
std::string number_text(double value, const char* what) {
  for (int digits = 8; std::isfinite(value) && digits > 0; digits--) {
    char text[8];
    const auto [end, error] = std::to_chars(text, text + sizeof text, value, std::chars_format::general, digits);
    if (error == std::errc()) return {text, end};
  }
  invalid(std::string("Expected a number that eight characters hold for the ") + what + ", got " +
          std::to_string(value) + ".");
}

// Seconds in plain decimals, to 100 ns and without trailing zeros.
std::string seconds_text(double seconds) {
  if (!(std::abs(seconds) < 1e12)) invalid("Expected a time in seconds, got " + std::to_string(seconds) + ".");
  char text[64];
  const auto written = std::to_chars(text, text + sizeof text, std::abs(seconds), std::chars_format::fixed, 7);
  std::string digits(text, written.ptr);
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.back() == '.') digits.pop_back();
  return digits;
}

std::string signed_seconds(double seconds) { return (seconds < 0 ? "-" : "+") + seconds_text(seconds); }

std::string time_keeping_tal(double onset_s) { return signed_seconds(onset_s) + std::string("\x14\x14\0", 3); }

std::string tal_text(const Annotation& annotation) {
  const bool plain = std::none_of(annotation.text.begin(), annotation.text.end(),
                                  [](char c) { return c == '\0' || c == '\x14' || c == '\x15'; });
  if (annotation.text.empty() || !plain) {
    invalid("Expected an annotation's text, and none of the bytes 0, 20 and 21 in it.");
  }
  if (annotation.has_duration && annotation.duration_s < 0) {
    invalid("Expected an annotation's duration of at least 0, got " + std::to_string(annotation.duration_s) + ".");
  }
  std::string tal = signed_seconds(annotation.onset_s);
  if (annotation.has_duration) tal += '\x15' + seconds_text(annotation.duration_s);
  return tal + '\x14' + annotation.text + std::string("\x14\0", 2);
}

SignalSpec annotation_signal(int bytes_per_sample, int64_t least_bytes) {
  const bool bdf = bytes_per_sample == 3;
  SignalSpec signal;
  signal.label = bdf ? "BDF Annotations" : "EDF Annotations";
  signal.dimension = "";
  signal.physical_min = -1;
  signal.physical_max = 1;
  signal.digital_min = bdf ? -8388608 : -32768;
  signal.digital_max = bdf ? 8388607 : 32767;
  signal.samples_per_record = static_cast<int32_t>((least_bytes + bytes_per_sample - 1) / bytes_per_sample);
  return signal;
}

void check_signal(const SignalSpec& signal, bool bdf) {
  const int32_t limit = bdf ? 8388608 : 32768;
  if (signal.digital_min < -limit || signal.digital_max >= limit || signal.digital_min >= signal.digital_max) {
    invalid("Expected a digital range within " + std::to_string(-limit) + " to " + std::to_string(limit - 1) + " for " +
            signal.label + ", got " + std::to_string(signal.digital_min) + " to " + std::to_string(signal.digital_max) +
            ".");
  }
  if (signal.samples_per_record < 1) invalid("Expected at least one sample per record for " + signal.label + ".");
}

std::string header_text(const RecordingSpec& spec, const std::vector<SignalSpec>& signals) {
  const bool bdf = is_bdf(spec.format);
  std::string out = bdf ? "\xFF"
                          "BIOSEMI"
                        : "0       ";
  append_field(out, spec.patient, 80, "patient field");
  append_field(out, spec.recording, 80, "recording field");
  append_field(out, spec.start_date, 8, "start date");
  append_field(out, spec.start_time, 8, "start time");
  append_field(out, std::to_string((signals.size() + 1) * kHeaderBytes), 8, "header size");
  append_field(out, is_plus(spec.format) ? format_name(spec.format) : bdf ? "24BIT" : "", 44, "format");
  append_field(out, "-1", 8, "number of records");
  append_field(out, number_text(spec.record_duration_s, "record duration"), 8, "record duration");
  append_field(out, std::to_string(signals.size()), 4, "number of signals");
  for (const auto& s : signals) append_field(out, s.label, 16, "label");
  for (const auto& s : signals) append_field(out, s.transducer, 80, "transducer");
  for (const auto& s : signals) append_field(out, s.dimension, 8, "dimension");
  for (const auto& s : signals)
    append_field(out, number_text(s.physical_min, "physical minimum"), 8, "physical minimum");
  for (const auto& s : signals)
    append_field(out, number_text(s.physical_max, "physical maximum"), 8, "physical maximum");
  for (const auto& s : signals) append_field(out, std::to_string(s.digital_min), 8, "digital minimum");
  for (const auto& s : signals) append_field(out, std::to_string(s.digital_max), 8, "digital maximum");
  for (const auto& s : signals) append_field(out, s.prefilter, 80, "prefilter");
  for (const auto& s : signals) append_field(out, std::to_string(s.samples_per_record), 8, "samples per record");
  return out + std::string(signals.size() * 32, ' ');
}

uint8_t* put_sample(uint8_t* out, int32_t digital, int bytes_per_sample) {
  for (int i = 0; i < bytes_per_sample; i++) *out++ = static_cast<uint8_t>(digital >> (8 * i));
  return out;
}

}  // namespace

Writer::Writer(const std::string& path, const RecordingSpec& spec)
    : file_(path),
      plus_(is_plus(spec.format)),
      bytes_per_sample_(is_bdf(spec.format) ? 3 : 2),
      record_duration_s_(spec.record_duration_s) {
  if (!(spec.record_duration_s >= 0)) invalid("Expected a record duration of at least 0.");
  if (!plus_ && spec.annotation_bytes > 0) invalid("Only EDF+ and BDF+ files hold annotations.");
  std::vector<SignalSpec> signals = spec.signals;
  for (const SignalSpec& signal : signals) {
    check_signal(signal, bytes_per_sample_ == 3);
    const double low = *parse_number(number_text(signal.physical_min, "physical minimum"));
    const double high = *parse_number(number_text(signal.physical_max, "physical maximum"));
    if (low == high) invalid("Expected two different physical limits for " + signal.label + ".");
    const double scale = (high - low) / (static_cast<double>(signal.digital_max) - signal.digital_min);
    scalings_.push_back({scale, low - signal.digital_min * scale, static_cast<double>(signal.digital_min),
                         static_cast<double>(signal.digital_max), signal.samples_per_record});
  }
  if (plus_) {
    const int64_t bytes = kTimeKeepingBytes + std::max(spec.annotation_bytes, 0);
    signals.push_back(annotation_signal(bytes_per_sample_, bytes));
  }
  if (signals.empty()) invalid("Expected at least one signal.");
  int64_t samples = 0;
  for (const SignalSpec& signal : signals) samples += signal.samples_per_record;
  record_.resize(static_cast<size_t>(samples * bytes_per_sample_));
  const std::string header = header_text(spec, signals);
  file_.append(header.data(), header.size());
}

void Writer::annotate(const Annotation& annotation) {
  if (!plus_) invalid("Only EDF+ and BDF+ files hold annotations.");
  pending_.push_back(tal_text(annotation));
}

template <class Sample>
void Writer::write(const Sample* const* samples, double onset_s) {
  uint8_t* out = record_.data();
  for (size_t k = 0; k < scalings_.size(); k++) {
    const Scaling& s = scalings_[k];
    for (int32_t i = 0; i < s.samples_per_record; i++) {
      const double digital = (samples[k][i] - s.offset) / s.scale;
      if (std::isnan(digital)) invalid("Expected numbers as samples, got NaN in signal " + std::to_string(k) + ".");
      const double clipped = std::min(std::max(std::nearbyint(digital), s.digital_min), s.digital_max);
      out = put_sample(out, static_cast<int32_t>(clipped), bytes_per_sample_);
    }
  }
  if (plus_) put_annotations(out, onset_s);
  file_.append(record_.data(), record_.size());
  records_++;
  next_onset_s_ = onset_s + record_duration_s_;
}

template void Writer::write(const double* const*, double);
template void Writer::write(const float* const*, double);

void Writer::put_annotations(uint8_t* out, double onset_s) {
  std::string part = time_keeping_tal(onset_s);
  const size_t room = static_cast<size_t>(record_.data() + record_.size() - out);
  while (!pending_.empty() && part.size() + pending_.front().size() <= room) {
    part += pending_.front();
    pending_.pop_front();
  }
  part.resize(room, '\0');
  std::memcpy(out, part.data(), room);
}

void Writer::finish() {
  if (!pending_.empty()) {
    invalid(std::to_string(pending_.size()) + " annotations found no room: give a record more annotation_bytes.");
  }
  std::string count;
  append_field(count, std::to_string(records_), 8, "number of records");
  file_.patch(kRecordsField, count);
  file_.finish();
}

void write_annotations(const std::string& path, const RecordingSpec& spec, const std::vector<Annotation>& annotations) {
  // The standard wants records of at most 61440 bytes; a single annotation that is longer gets a longer record.
  constexpr size_t kRecordBytes = 61440;
  size_t total = 0, longest = 0;
  for (const Annotation& annotation : annotations) {
    const size_t bytes = tal_text(annotation).size();
    total += bytes;
    longest = std::max(longest, bytes);
  }
  RecordingSpec file;
  file.format = Format::kEdfPlusC;
  file.patient = spec.patient;
  file.recording = spec.recording;
  file.start_date = spec.start_date;
  file.start_time = spec.start_time;
  file.record_duration_s = 0;
  file.annotation_bytes = static_cast<int>(std::max(longest, std::min(total, kRecordBytes - kTimeKeepingBytes)));
  Writer writer(path, file);
  for (const Annotation& annotation : annotations) writer.annotate(annotation);
  const double* const* no_samples = nullptr;
  do {
    writer.write_record(no_samples);
  } while (writer.pending() > 0);
  writer.finish();
}

}  // namespace brrr::edf
