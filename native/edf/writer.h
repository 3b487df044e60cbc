// Writes EDF, EDF+C, EDF+D and their BDF forms, record by record.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "edf/annotations.h"
#include "edf/header.h"
#include "edf/output_file.h"

namespace brrr::edf {

struct SignalSpec {
  std::string label, transducer, dimension = "uV", prefilter;
  double physical_min = -3276.8, physical_max = 3276.7;
  int32_t digital_min = -32768, digital_max = 32767;
  int32_t samples_per_record = 0;
};

struct RecordingSpec {
  Format format = Format::kEdf;
  /// EDF+ wants its subfields here ("X X X X" is the anonymous patient).
  std::string patient = "X X X X", recording = "Startdate X X X X";
  /// dd.mm.yy and hh.mm.ss.
  std::string start_date = "01.01.85", start_time = "00.00.00";
  double record_duration_s = 1;
  std::vector<SignalSpec> signals;
  /// Room for annotations in each record of an EDF+ or BDF+ file, besides the record's own time.
  int annotation_bytes = 0;
};

/// The file gets its name only in finish(); until then it has a temporary name beside it, and is removed if the writer
/// goes away unfinished. A field that does not fit, or a sample that is no number, is INVALID_ARGUMENT; what the file
/// system refuses is WRITE_FAILED. One thread at a time.
class Writer {
 public:
  Writer(const std::string& path, const RecordingSpec& spec);

  /// Adds one data record: samples[k] points to samples_per_record physical values of signal k, which are rounded to
  /// the nearest digital value and clipped to the digital range.
  void write_record(const double* const* samples) { write(samples, next_onset_s_); }
  void write_record(const float* const* samples) { write(samples, next_onset_s_); }
  /// The same, with the time of the record's start (EDF+, BDF+) instead of the end of the record before.
  void write_record(const double* const* samples, double onset_s) { write(samples, onset_s); }
  void write_record(const float* const* samples, double onset_s) { write(samples, onset_s); }

  /// Queues an annotation for the next record with room for it (EDF+ and BDF+; INVALID_ARGUMENT otherwise).
  void annotate(const Annotation& annotation);

  int64_t records() const { return records_; }
  /// Annotations that wait for a record.
  size_t pending() const { return pending_.size(); }

  /// Settles the number of records and gives the file its name. INVALID_ARGUMENT if an annotation found no room.
  void finish();

 private:
  template <class Sample>
  void write(const Sample* const* samples, double onset_s);
  void put_annotations(uint8_t* out, double onset_s);

  /// physical = digital * scale + offset, from the ranges as they stand in the header.
  struct Scaling {
    double scale, offset, digital_min, digital_max;
    int32_t samples_per_record;
  };

  OutputFile file_;
  bool plus_;
  int bytes_per_sample_;
  double record_duration_s_;
  std::vector<Scaling> scalings_;
  std::deque<std::string> pending_;
  std::vector<uint8_t> record_;
  int64_t records_ = 0;
  double next_onset_s_ = 0;
};

/// Writes a file of annotations alone (EDF+C without other signals), such as a hypnogram. Of the spec, only patient,
/// recording, start_date and start_time count.
void write_annotations(const std::string& path, const RecordingSpec& spec, const std::vector<Annotation>& annotations);

}  // namespace brrr::edf
