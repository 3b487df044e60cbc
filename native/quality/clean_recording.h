// The cleaned copy of a recording: EEG high-passed and repaired, everything else as it was.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/job.h"
#include "edf/reader.h"
#include "edf/writer.h"

namespace brrr::quality {

/// One signal of the copy.
struct CopiedSignal {
  /// Its number in the recording.
  int signal = 0;
  /// Its header in the copy. Of a cleaned signal the physical limits are found from the samples.
  edf::SignalSpec header;
  /// Factor to uV of a signal that is cleaned, and then written in uV; 0: the digital values stay what they are.
  double to_uv = 0;
};

/// Samples in uV that take the place of others. They belong to the caller.
struct Repair {
  /// Index into the copy's signals, and the first sample, counted through all records.
  int copied = 0;
  int64_t start = 0;
  const float* samples = nullptr;
  int64_t count = 0;
};

/// A cleaned signal that is throughout a weighted sum of others, themselves cleaned, not interpolated and of its rate.
/// Indices into the copy's signals.
struct Interpolation {
  int copied = 0;
  std::vector<int> sources;
  std::vector<double> weights;
};

struct CleanCopy {
  /// Its signals and room for annotations are filled in. The format is EDF+ or BDF+.
  edf::RecordingSpec header;
  std::vector<CopiedSignal> signals;
  double high_pass_hz = 1;  ///< 0: none
  std::vector<Repair> repairs;
  std::vector<Interpolation> interpolations;  ///< of the repaired sources
  std::vector<edf::Annotation> annotations;
};

/// Writes the copy record by record in bounded memory; it gets its name when it is complete. Filters (zero phase, MNE's
/// default transition, ends reflected) never reach across a gap. Reads the recording twice: a cleaned signal's range
/// must be known before its first record. Uses all cores.
/// Throws what edf::Reader and edf::Writer throw, INVALID_ARGUMENT (also for interpolations that do not fit) and
/// RATE_TOO_LOW (high-pass).
void write_clean_copy(const std::string& path, std::shared_ptr<const edf::Reader> recording, CleanCopy copy, Job& job);

}  // namespace brrr::quality
