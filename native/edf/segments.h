// The contiguous stretches of a recording that was interrupted (EDF+D, BDF+D).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "edf/header.h"

namespace brrr::edf {

struct Segment {
  int64_t first_record = 0;
  int64_t records = 0;
  /// Seconds from the header's start time.
  double start_s = 0;
  double duration_s = 0;
};

/// More stretches than this are no recording and refused.
constexpr size_t kMaxSegments = 100'000;

/// A record continues the one before it if its onset is within this of that record's end: half a sample of the fastest
/// signal, but not less than what onsets written in milliseconds need.
double onset_tolerance_s(const Header& header);

/// Stretches in file order. A file that is not discontinuous is one stretch whatever its onsets; if these contradict,
/// or go back in time, it is said in `warnings`. No records: no stretch.
/// Throws EDF_UNSUPPORTED beyond kMaxSegments.
std::vector<Segment> find_segments(const Header& header, const std::vector<double>& record_onsets,
                                   std::vector<std::string>& warnings);

}  // namespace brrr::edf
