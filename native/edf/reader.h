// A recording opened for reading: EDF, EDF+C, EDF+D, BDF, BDF+C or BDF+D.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/job.h"
#include "edf/annotations.h"
#include "edf/byte_source.h"
#include "edf/header.h"
#include "edf/record_reader.h"
#include "edf/segments.h"

namespace brrr::edf {

/// Immutable after opening; all methods may be called from several threads at once. Samples are numbered through all
/// records, gaps do not count (segments() tells where they are). Every read may throw FILE_CHANGED or
/// FILE_UNREADABLE; a signal that is not there, or a range outside [0, samples(signal)), is INVALID_ARGUMENT.
class Reader {
 public:
  /// Reads header and annotations. Throws FILE_NOT_FOUND, NOT_A_FILE, FILE_UNREADABLE, EDF_INVALID, EDF_TRUNCATED,
  /// EDF_UNSUPPORTED, FILE_CHANGED or ABORTED.
  static std::shared_ptr<Reader> open(const std::string& path, Job& job);
  static std::shared_ptr<Reader> open(std::unique_ptr<ByteSource> source, Job& job);

  const Header& header() const { return header_; }
  /// What is odd in the file but did not keep it from being read, one sentence each.
  const std::vector<std::string>& warnings() const { return warnings_; }
  const std::vector<Annotation>& annotations() const { return annotations_; }
  /// Seconds from the header's start time, one per record; empty for files without time-keeping annotations.
  const std::vector<double>& record_onsets() const { return record_onsets_; }
  /// The stretches without a gap, in file order; none where there are no records.
  const std::vector<Segment>& segments() const { return segments_; }

  int64_t records() const { return header_.records; }
  int64_t samples(int signal) const;
  double rate(int signal) const { return signal_header(signal).rate_hz; }

  /// Samples as they stand in the file.
  void read_digital(int signal, int64_t start, int64_t count, int32_t* out) const;
  /// Physical values in the signal's own dimension, finite: digital * scale + offset in double precision, where scale =
  /// (pmax - pmin) / (dmax - dmin) and offset = pmin - dmin * scale, which are MNE-Python's bits; float32 is that
  /// rounded once. Digital values outside [dmin, dmax] are not clipped. INVALID_ARGUMENT if the signal is not usable.
  void read_physical(int signal, int64_t start, int64_t count, double* out) const;
  void read_physical(int signal, int64_t start, int64_t count, float* out) const;

  /// Physical values of several signals over records [first_record, first_record + record_count), on all cores:
  /// out[k] takes record_count * samples_per_record values of signals[k].
  void read_channels(const int* signals, int signal_count, int64_t first_record, int64_t record_count,
                     float* const* out, Job& job) const;
  void read_channels(const int* signals, int signal_count, int64_t first_record, int64_t record_count,
                     double* const* out, Job& job) const;

  /// Throws FILE_CHANGED if the file is no longer the one that was opened (size, modification time, identity).
  void verify_unchanged() const { source_->verify_unchanged(); }

  const ByteSource& source() const { return *source_; }

 private:
  Reader() = default;
  const SignalHeader& signal_header(int signal) const;
  const SignalHeader& usable_signal(int signal) const;
  void check_range(int signal, int64_t start, int64_t count) const;
  template <class Sample>
  void read_range(int signal, int64_t start, int64_t count, Sample* out) const;
  template <class Sample>
  void read_records(const int* signals, int signal_count, int64_t first_record, int64_t record_count,
                    Sample* const* out, Job& job) const;

  std::unique_ptr<ByteSource> source_;
  Header header_;
  std::vector<std::string> warnings_;
  std::vector<Annotation> annotations_;
  std::vector<double> record_onsets_;
  std::vector<Segment> segments_;
};

}  // namespace brrr::edf
