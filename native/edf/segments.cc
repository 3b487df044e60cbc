#include "edf/segments.h"

#include <algorithm>
#include <cmath>

#include "common/error.h"

namespace brrr::edf {

double onset_tolerance_s(const Header& header) {
  constexpr double kMillisecondRounding = 1.1e-3;  // two onsets, each off by half a millisecond
  double fastest_hz = 0;
  for (const SignalHeader& signal : header.signals) {
    if (!signal.is_annotation) fastest_hz = std::max(fastest_hz, signal.rate_hz);
  }
  return fastest_hz > 0 ? std::max(0.5 / fastest_hz, kMillisecondRounding) : kMillisecondRounding;
}

std::vector<Segment> find_segments(const Header& header, const std::vector<double>& record_onsets,
                                   std::vector<std::string>& warnings) {
  if (header.records == 0) return {};
  const double duration = header.record_duration_s, tolerance = onset_tolerance_s(header);
  std::vector<Segment> segments;
  int64_t backwards = 0;
  const auto begin_segment = [&](int64_t record) {
    if (segments.size() == kMaxSegments) {
      throw Error("EDF_UNSUPPORTED", "The records leave more than " + std::to_string(kMaxSegments - 1) + " gaps.");
    }
    segments.push_back({record, 1, record_onsets.empty() ? 0 : record_onsets[static_cast<size_t>(record)], duration});
  };
  begin_segment(0);
  const int64_t timed = static_cast<int64_t>(record_onsets.size());
  for (int64_t record = 1; record < timed; record++) {
    const size_t i = static_cast<size_t>(record);
    const double step = record_onsets[i] - (record_onsets[i - 1] + duration);
    if (step < -tolerance) backwards++;
    if (std::abs(step) > tolerance) {
      begin_segment(record);
    } else {
      segments.back().records++;
    }
  }
  if (is_discontinuous(header.format) && backwards > 0) {
    warnings.push_back(std::to_string(backwards) + " records start before the record ahead of them has ended.");
  }
  if (!is_discontinuous(header.format) && segments.size() > 1) {
    warnings.push_back("The records' onsets leave " + std::to_string(segments.size() - 1) +
                       " gaps, but the file says " + format_name(header.format) +
                       " (continuous): taken as contiguous.");
    segments.resize(1);
  }
  if (!is_discontinuous(header.format) || timed == 0) segments[0].records = header.records;
  for (Segment& segment : segments) segment.duration_s = static_cast<double>(segment.records) * duration;
  return segments;
}

}  // namespace brrr::edf
