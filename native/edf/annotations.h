// Time-stamped annotation lists (TALs) of EDF+ and BDF+: annotations, and when each data record starts.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/job.h"
#include "edf/record_reader.h"

namespace brrr::edf {

struct Annotation {
  /// Seconds from the header's start time, as written.
  double onset_s = 0;
  bool has_duration = false;
  double duration_s = 0;
  std::string text;
};

/// More annotations, longer lists and more records than this are no recording: what exceeds the first two is left out
/// with a warning, the third is refused, so that memory stays bounded whatever the file.
constexpr int64_t kMaxAnnotations = 500'000;
constexpr int64_t kMaxTalBytes = 1 << 20;
constexpr int64_t kMaxTimedRecords = 16'000'000;

/// Parses the bytes of annotation signals, fed in order and in pieces of any size.
class TalParser {
 public:
  /// The next bytes are those of an annotation signal's part of a record; `keeps_time` for the record's first such
  /// signal, whose first TAL has an empty text and gives the record's onset.
  void begin(bool keeps_time);
  void feed(const uint8_t* bytes, int64_t count);
  /// The part is over: what is pending is an unterminated TAL.
  void end();

  /// True if the last time-keeping part held an onset, which is record_onset() then.
  bool has_record_onset() const { return has_record_onset_; }
  double record_onset() const { return record_onset_; }

  std::vector<Annotation> annotations;
  int64_t malformed = 0;
  int64_t left_out = 0;

 private:
  bool pending() const { return overlong_ || !tal_.empty(); }
  void finish_tal(bool terminated);
  void add(double onset, bool has_duration, double duration, const char* text, int64_t length);

  std::string tal_;
  bool overlong_ = false;
  bool expects_time_ = false;
  bool has_record_onset_ = false;
  double record_onset_ = 0;
  int64_t text_bytes_ = 0;
};

struct AnnotationScan {
  /// In file order.
  std::vector<Annotation> annotations;
  /// Seconds from the header's start time, one per record; empty where no record holds one.
  std::vector<double> record_onsets;
};

/// Reads all annotation signals. What is odd but readable is added to `warnings`. Throws EDF_UNSUPPORTED beyond
/// kMaxTimedRecords.
AnnotationScan scan_annotations(const Header& header, const ByteSource& source, std::vector<std::string>& warnings,
                                const Job& job);

}  // namespace brrr::edf
