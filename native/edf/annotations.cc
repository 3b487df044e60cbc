#include "edf/annotations.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

#include "common/error.h"
#include "edf/text.h"

namespace brrr::edf {
namespace {

constexpr char kTextMark = '\x14';
constexpr char kDurationMark = '\x15';
constexpr int64_t kMaxTextBytes = 32 << 20;
constexpr double kMaxSeconds = 1e12;

// A TAL's time: digits, perhaps with a decimal point.
bool parse_seconds(const char* begin, const char* end, double& out) {
  bool digits = false;
  for (const char* p = begin; p < end; p++) {
    if (*p >= '0' && *p <= '9')
      digits = true;
    else if (*p != '.')
      return false;
  }
  if (!digits) return false;
  const auto [stop, error] = std::from_chars(begin, end, out, std::chars_format::fixed);
  return error == std::errc() && stop == end && out <= kMaxSeconds;
}

// Most of an annotation signal is NULs.
const uint8_t* skip_padding(const uint8_t* bytes, const uint8_t* end) {
  for (uint64_t word; end - bytes >= 8; bytes += 8) {
    std::memcpy(&word, bytes, 8);
    if (word != 0) break;
  }
  return std::find_if(bytes, end, [](uint8_t byte) { return byte != 0; });
}

}  // namespace

void TalParser::begin(bool keeps_time) {
  expects_time_ = keeps_time;
  if (keeps_time) has_record_onset_ = false;
  tal_.clear();
  overlong_ = false;
}

void TalParser::feed(const uint8_t* bytes, int64_t count) {
  const uint8_t* const end = bytes + count;
  while (bytes < end) {
    if (!pending()) bytes = skip_padding(bytes, end);
    if (bytes == end) return;
    const void* nul = std::memchr(bytes, 0, static_cast<size_t>(end - bytes));
    const uint8_t* stop = nul ? static_cast<const uint8_t*>(nul) : end;
    if (static_cast<int64_t>(tal_.size()) + (stop - bytes) > kMaxTalBytes) {
      overlong_ = true;
    } else {
      tal_.append(bytes, stop);
    }
    if (nul) finish_tal(true);
    bytes = nul ? stop + 1 : end;
  }
}

void TalParser::end() {
  if (pending()) finish_tal(false);
}

// tal_ is onset [0x15 duration] 0x14 text 0x14 [text 0x14 ...]. A list that fills its signal to the last byte lacks the
// closing NUL; it is complete as long as its last text is closed.
void TalParser::finish_tal(bool terminated) {
  const bool first_of_record = expects_time_;
  expects_time_ = false;
  const std::string tal = std::move(tal_);
  tal_.clear();
  const bool whole = !overlong_ && (terminated || tal.back() == kTextMark);
  overlong_ = false;

  const char* const begin = tal.data();
  const char* const end = begin + tal.size();
  const char* const time_end = std::find(begin, end, kTextMark);
  const char* const onset_end = std::find(begin, time_end, kDurationMark);
  double onset = 0, duration = 0;
  const bool has_duration = onset_end != time_end;
  if (!whole || time_end == end || end[-1] != kTextMark || (*begin != '+' && *begin != '-') ||
      !parse_seconds(begin + 1, onset_end, onset) ||
      (has_duration && !parse_seconds(onset_end + 1, time_end, duration))) {
    malformed++;
    return;
  }
  if (*begin == '-') onset = -onset;
  if (first_of_record && time_end[1] == kTextMark) {
    has_record_onset_ = true;
    record_onset_ = onset;
  }
  for (const char* text = time_end + 1; text < end;) {
    const char* const text_end = std::find(text, end, kTextMark);
    if (text_end > text) add(onset, has_duration, duration, text, text_end - text);
    text = text_end + 1;
  }
}

void TalParser::add(double onset, bool has_duration, double duration, const char* text, int64_t length) {
  if (static_cast<int64_t>(annotations.size()) >= kMaxAnnotations || text_bytes_ + length > kMaxTextBytes) {
    left_out++;
    return;
  }
  std::string decoded = decode_text(reinterpret_cast<const uint8_t*>(text), length);
  if (decoded.empty()) return;
  text_bytes_ += length;
  annotations.push_back({onset, has_duration, duration, std::move(decoded)});
}

namespace {

// Turns the onsets found, NaN where a record had none, into onsets for all records or for none.
void fill_missing_onsets(const Header& header, std::vector<double>& onsets, std::vector<std::string>& warnings) {
  const auto missing = std::count_if(onsets.begin(), onsets.end(), [](double t) { return std::isnan(t); });
  if (missing == 0) return;
  if (missing == static_cast<int64_t>(onsets.size())) {
    warnings.push_back("No record has a time-keeping annotation: the records are taken as contiguous.");
    onsets.clear();
    return;
  }
  double expected = 0;
  for (double& onset : onsets) {
    if (std::isnan(onset)) onset = expected;
    expected = onset + header.record_duration_s;
  }
  warnings.push_back(std::to_string(missing) +
                     " records have no time-keeping annotation: each is taken to follow the record before it.");
}

}  // namespace

AnnotationScan scan_annotations(const Header& header, const ByteSource& source, std::vector<std::string>& warnings,
                                const Job& job) {
  std::vector<SampleRange> ranges;
  for (size_t i = 0; i < header.signals.size(); i++) {
    const SignalHeader& signal = header.signals[i];
    if (!signal.is_annotation || signal.samples_per_record == 0) continue;
    ranges.push_back({static_cast<int>(i), 0, header.records * signal.samples_per_record});
  }
  if (ranges.empty() && is_plus(header.format)) {
    warnings.push_back(std::string(format_name(header.format)) +
                       " without an annotation signal: the records are taken as contiguous.");
  }
  if (ranges.empty() || header.records == 0) return {};
  if (header.records > kMaxTimedRecords) {
    throw Error("EDF_UNSUPPORTED", "The file has " + std::to_string(header.records) +
                                       " records with annotations, at most " + std::to_string(kMaxTimedRecords) +
                                       " are supported.");
  }

  AnnotationScan scan;
  scan.record_onsets.assign(static_cast<size_t>(header.records), NAN);
  TalParser parser;
  Scratch scratch;
  visit_runs(header, source, ranges.data(), static_cast<int>(ranges.size()), scratch,
             [&](int range, int64_t at, const uint8_t* bytes, int64_t samples) {
               const SampleRange& r = ranges[static_cast<size_t>(range)];
               const int64_t per_record = header.signals[static_cast<size_t>(r.signal)].samples_per_record;
               const int64_t record = at / per_record;
               if (at % per_record == 0) {
                 job.check();
                 parser.begin(range == 0);
               }
               parser.feed(bytes, samples * header.bytes_per_sample);
               if ((at + samples) % per_record != 0) return;
               parser.end();
               if (range == 0 && parser.has_record_onset()) {
                 scan.record_onsets[static_cast<size_t>(record)] = parser.record_onset();
               }
             });
  scan.annotations = std::move(parser.annotations);
  if (parser.malformed > 0)
    warnings.push_back(std::to_string(parser.malformed) + " malformed annotations are left out.");
  if (parser.left_out > 0) {
    warnings.push_back(std::to_string(parser.left_out) + " annotations beyond the first " +
                       std::to_string(scan.annotations.size()) + " are left out.");
  }
  fill_missing_onsets(header, scan.record_onsets, warnings);
  return scan;
}

}  // namespace brrr::edf
