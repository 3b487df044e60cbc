#include "edf/header.h"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <optional>

#include "common/error.h"
#include "edf/text.h"

namespace brrr::edf {
namespace {

// Beyond these it is no recording, and arithmetic on times and lengths would overflow.
constexpr double kMaxRateHz = 1e6;
constexpr double kMaxRecordDurationS = 1e8;

[[noreturn]] void invalid(const std::string& message) { throw Error("EDF_INVALID", message); }

std::string quoted(const std::string& text) { return "'" + text + "'"; }

// Fields of the header, one after the other.
class Fields {
 public:
  explicit Fields(const std::vector<uint8_t>& bytes) : next_(bytes.data()) {}
  std::string text(int bytes) {
    next_ += bytes;
    return decode_text(next_ - bytes, bytes);
  }

 private:
  const uint8_t* next_;
};

int32_t required_integer(const std::string& text, const std::string& what) {
  const auto value = parse_integer(text);
  if (!value) invalid(what + " is not an integer: " + quoted(text) + ".");
  return *value;
}

bool detect_bdf(const uint8_t* version) {
  if (std::memcmp(version,
                  "\xFF"
                  "BIOSEMI",
                  8) == 0)
    return true;
  if (decode_text(version, 8) != "0") {
    invalid("Not an EDF or BDF file: the version field is neither \"0\" nor 0xFF \"BIOSEMI\".");
  }
  return false;
}

Format format_of(bool bdf, const std::string& reserved) {
  const std::string kind = reserved.substr(0, 5);
  if (kind == (bdf ? "BDF+C" : "EDF+C")) return bdf ? Format::kBdfPlusC : Format::kEdfPlusC;
  if (kind == (bdf ? "BDF+D" : "EDF+D")) return bdf ? Format::kBdfPlusD : Format::kEdfPlusD;
  return bdf ? Format::kBdf : Format::kEdf;
}

// "12.34.56" as three numbers; other separators than the standard's points are met in the wild.
bool parse_triple(const std::string& text, int* out) {
  if (text.size() != 8) return false;
  for (int i = 0; i < 8; i++) {
    const char c = text[static_cast<size_t>(i)];
    if (i % 3 == 2 ? std::strchr(".:-/", c) == nullptr : c < '0' || c > '9') return false;
  }
  for (size_t i = 0; i < 3; i++) out[i] = (text[3 * i] - '0') * 10 + text[3 * i + 1] - '0';
  return true;
}

std::string iso_start(const std::string& date, const std::string& time) {
  int day_month_year[3], clock[3];
  if (!parse_triple(date, day_month_year) || !parse_triple(time, clock)) return "";
  const auto [day, month, short_year] = day_month_year;
  const int year = short_year >= 85 ? 1900 + short_year : 2000 + short_year;
  static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12) return "";
  const int days = kDays[month - 1] + (month == 2 && year % 4 == 0 ? 1 : 0);  // 1985 to 2084 holds no exception
  if (day < 1 || day > days || clock[0] > 23 || clock[1] > 59 || clock[2] > 59) return "";
  char iso[80];
  std::snprintf(iso, sizeof iso, "%04d-%02d-%02dT%02d:%02d:%02d", year, month, day, clock[0], clock[1], clock[2]);
  return iso;
}

// What keeps the scaling from being computed, or "" once scale and offset are set.
std::string settle_scaling(SignalHeader& signal, int bytes_per_sample) {
  if (signal.digital_min == signal.digital_max) return "digital minimum equals digital maximum";
  if (signal.physical_min == signal.physical_max) return "physical minimum equals physical maximum";
  signal.scale =
      (signal.physical_max - signal.physical_min) / (static_cast<double>(signal.digital_max) - signal.digital_min);
  signal.offset = signal.physical_min - signal.digital_min * signal.scale;
  const double largest_digital = bytes_per_sample == 2 ? 32768 : 8388608;
  // The negated form catches a NaN or an infinity too.
  if (!(std::abs(signal.offset) + largest_digital * std::abs(signal.scale) <= FLT_MAX)) {
    return "physical values would not be finite";
  }
  return "";
}

// Takes a number of the scaling, or notes in `problem` that it is none.
template <class Parse>
auto scaling_field(const std::string& text, Parse parse, const char* what, std::string& problem) {
  const auto value = parse(text);
  if (!value && problem.empty()) problem = std::string(what) + ": " + quoted(text);
  return value.value_or(0);
}

// Digital limits are integers, but some writers put them down as "-32768.0".
std::optional<int32_t> parse_digital(const std::string& text) {
  const auto value = parse_number(text);
  if (!value || *value != std::trunc(*value) || std::abs(*value) > INT32_MAX) return std::nullopt;
  return static_cast<int32_t>(*value);
}

void read_signal_headers(Fields fields, Header& header) {
  auto& signals = header.signals;
  for (auto& s : signals) s.label = fields.text(16);
  for (auto& s : signals) s.transducer = fields.text(80);
  for (auto& s : signals) s.dimension = fields.text(8);
  for (auto& s : signals) {
    s.physical_min = scaling_field(fields.text(8), parse_number, "physical minimum is not a finite number", s.problem);
  }
  for (auto& s : signals) {
    s.physical_max = scaling_field(fields.text(8), parse_number, "physical maximum is not a finite number", s.problem);
  }
  for (auto& s : signals) {
    s.digital_min = scaling_field(fields.text(8), parse_digital, "digital minimum is not an integer", s.problem);
  }
  for (auto& s : signals) {
    s.digital_max = scaling_field(fields.text(8), parse_digital, "digital maximum is not an integer", s.problem);
  }
  for (auto& s : signals) s.prefilter = fields.text(80);
  for (size_t i = 0; i < signals.size(); i++) {
    const std::string what = "Samples per record of signal " + std::to_string(i) + " (" + signals[i].label + ")";
    signals[i].samples_per_record = required_integer(fields.text(8), what);
    if (signals[i].samples_per_record < 0) invalid(what + " is negative.");
  }
  for (auto& s : signals) s.reserved = fields.text(32);
}

// Positions, rates and scalings that follow from the fields.
void settle_signals(Header& header, std::vector<std::string>& warnings) {
  for (size_t i = 0; i < header.signals.size(); i++) {
    SignalHeader& signal = header.signals[i];
    signal.record_offset_bytes = header.record_bytes;
    header.record_bytes += int64_t{signal.samples_per_record} * header.bytes_per_sample;
    signal.is_annotation = signal.label == "EDF Annotations" || signal.label == "BDF Annotations";
    const double rate = header.record_duration_s > 0 ? signal.samples_per_record / header.record_duration_s : 0;
    signal.rate_hz = rate <= kMaxRateHz ? rate : 0;
    if (signal.is_annotation) continue;
    if (signal.problem.empty()) signal.problem = settle_scaling(signal, header.bytes_per_sample);
    if (signal.samples_per_record == 0) signal.problem = "samples per record is 0";
    if (header.record_duration_s == 0) signal.problem = "the record duration is 0";
    if (rate > kMaxRateHz) signal.problem = "the sampling rate is above 1 MHz";
    signal.usable = signal.problem.empty();
    if (!signal.usable) {
      warnings.push_back("Signal " + std::to_string(i) + " (" + signal.label + ") can't be used: " + signal.problem +
                         ".");
    }
  }
  if (header.record_bytes == 0) invalid("No signal holds a sample: samples per record is 0 for all of them.");
}

void settle_records(Header& header, int64_t file_bytes, std::vector<std::string>& warnings) {
  const int64_t data_bytes = file_bytes - header.header_bytes;
  const int64_t promised = header.records_in_header;
  header.records = data_bytes / header.record_bytes;
  const int64_t rest = data_bytes % header.record_bytes;
  const std::string count = std::to_string(promised), held = std::to_string(header.records);
  if (promised > 0 && header.records == 0) {
    throw Error("EDF_TRUNCATED", "The header promises " + count + " records of " + std::to_string(header.record_bytes) +
                                     " bytes, the file holds none (" + std::to_string(data_bytes) + " bytes of data).");
  }
  if (promised < 0) {
    warnings.push_back("The number of records is " + count + " (unknown), " + held + " taken from the file size.");
  } else if (promised != header.records) {
    warnings.push_back("The header promises " + count + " records, the file holds " + held + " whole records.");
  }
  if (rest > 0 && header.records < promised) {
    warnings.push_back("The last record is incomplete (" + std::to_string(rest) + " bytes) and left out.");
  } else if (rest > 0) {
    warnings.push_back(std::to_string(rest) + " bytes after the last record are left out.");
  }
}

int64_t checked_header_bytes(int64_t file_bytes, int32_t signal_count, const std::string& field) {
  if (signal_count < 1) invalid("The number of signals is " + std::to_string(signal_count) + ".");
  const int64_t bytes = (int64_t{signal_count} + 1) * kHeaderBytes;
  const std::string needed = std::to_string(bytes) + " for " + std::to_string(signal_count) + " signals";
  if (file_bytes < bytes) {
    throw Error("EDF_TRUNCATED",
                "The file has " + std::to_string(file_bytes) + " bytes, its header takes " + needed + ".");
  }
  if (parse_integer(field) != bytes)
    invalid("The header bytes field is " + quoted(field) + ", must be " + needed + ".");
  return bytes;
}

double checked_duration(const std::string& field) {
  const auto seconds = parse_number(field);
  if (!seconds) invalid("The record duration is not a finite number: " + quoted(field) + ".");
  if (*seconds < 0) invalid("The record duration is negative: " + field + ".");
  if (*seconds > kMaxRecordDurationS) invalid("The record duration is more than a recording can be: " + field + " s.");
  return *seconds;
}

}  // namespace

const char* format_name(Format format) {
  static constexpr const char* kNames[] = {"EDF", "EDF+C", "EDF+D", "BDF", "BDF+C", "BDF+D"};
  return kNames[static_cast<int>(format)];
}
bool is_bdf(Format format) { return format >= Format::kBdf; }
bool is_plus(Format format) { return format != Format::kEdf && format != Format::kBdf; }
bool is_discontinuous(Format format) { return format == Format::kEdfPlusD || format == Format::kBdfPlusD; }

Header read_header(const ByteSource& source, std::vector<std::string>& warnings) {
  if (source.size() < kHeaderBytes) {
    throw Error("EDF_TRUNCATED",
                "The file has " + std::to_string(source.size()) + " bytes, an EDF header takes at least 256.");
  }
  std::vector<uint8_t> bytes(kHeaderBytes);
  source.read(0, kHeaderBytes, bytes.data());
  const bool bdf = detect_bdf(bytes.data());

  Header header;
  Fields fields(bytes);
  fields.text(8);  // version
  header.patient = fields.text(80);
  header.recording = fields.text(80);
  header.start_date = fields.text(8);
  header.start_time = fields.text(8);
  const std::string header_bytes = fields.text(8);
  header.reserved = fields.text(44);
  header.records_in_header = required_integer(fields.text(8), "The number of records");
  const std::string duration = fields.text(8);
  const int32_t signal_count = required_integer(fields.text(4), "The number of signals");

  header.format = format_of(bdf, header.reserved);
  header.bytes_per_sample = bdf ? 3 : 2;
  header.start_iso = iso_start(header.start_date, header.start_time);
  header.header_bytes = checked_header_bytes(source.size(), signal_count, header_bytes);
  header.record_duration_s = checked_duration(duration);

  bytes.resize(static_cast<size_t>(header.header_bytes - kHeaderBytes));
  source.read(kHeaderBytes, header.header_bytes - kHeaderBytes, bytes.data());
  header.signals.resize(static_cast<size_t>(signal_count));
  read_signal_headers(Fields(bytes), header);
  settle_signals(header, warnings);
  settle_records(header, source.size(), warnings);
  return header;
}

}  // namespace brrr::edf
