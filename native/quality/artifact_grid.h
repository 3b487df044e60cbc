// A recording on a grid of about 32 steps a second: what the artifact detectors look at instead of samples.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <vector>

#include "common/aligned_buffer.h"
#include "common/job.h"
#include "quality/artifact_limits.h"
#include "quality/continuous_view.h"

namespace brrr::quality {

/// Where fast activity is looked for, in Hz.
struct FastBand {
  double low = 0, high = 0;
  bool empty() const { return !(low < high); }
};

/// The limits' band, 45 to 95 Hz by default; low ends at 35 % and high at 45 % of a rate that is too low for it. Empty
/// below 100 Hz.
FastBand fast_band(double rate_hz, const MuscleLimits& limits);

/// True if a channel recorded at this rate holds part of the band.
bool holds_band(double recorded_rate_hz, const FastBand& band);

/// Steps never straddle a gap: those of stretch s are [first[s], first[s + 1]). The rest of a stretch that fills no
/// step is left out.
struct ArtifactGrid {
  int hop = 0;  ///< samples of a step
  double step_s = 0;
  int channels = 0;
  FastBand band;
  int64_t steps = 0;
  std::vector<int64_t> first;
  /// channels x steps: mean (uV); largest change within 8 ms (uV).
  AlignedBuffer<float> mean, jump;

  const float* row(const AlignedBuffer<float>& of, int channel) const { return of.data() + channel * steps; }
  int stretches() const { return static_cast<int>(first.size()) - 1; }
  int64_t begin(int stretch) const { return first[static_cast<size_t>(stretch)]; }
  int64_t end(int stretch) const { return first[static_cast<size_t>(stretch) + 1]; }
  /// Steps of a duration, at least 1.
  int64_t steps_in(double seconds) const { return std::max<int64_t>(1, std::llround(seconds / step_s)); }
};

/// Samples in which a jump is measured: 8 ms, at least one.
int jump_span(double rate_hz);

/// Takes each channel's fast activity, which the grid does not keep, once and from several threads: the mean square in
/// the band without 50 and 60 Hz (uV^2) of all steps, meaningless where the band is empty. The grid has its steps
/// already, and its rows not yet.
using UseFast = std::function<void(const ArtifactGrid& grid, int channel, const float* fast)>;

ArtifactGrid make_artifact_grid(const ContinuousView& view, const FastBand& band, const UseFast& use_fast, Job& job);

/// What making and searching a grid takes at most, beside the samples.
uint64_t artifact_bytes(double rate_hz, int channels, int64_t samples);

/// Mean of the steps around one, as many on both sides, fewer at the ends of its stretch.
double mean_around(const float* x, const ArtifactGrid& grid, int stretch, int64_t step, int64_t around);
/// That for all steps. Running sums: equal to within rounding.
std::vector<float> smooth(const float* x, const ArtifactGrid& grid, int64_t around);

}  // namespace brrr::quality
