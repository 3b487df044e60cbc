// The four detectors behind artifacts.h. Each works on the grid of a recording and knows nothing of the others.
#pragma once

#include <cstdint>
#include <vector>

#include "quality/artifact_grid.h"
#include "quality/artifacts.h"

namespace brrr::quality {

/// Samples [begin, end) of one stretch.
struct Detection {
  int stretch;
  int64_t begin, end;
  std::vector<int> channels;  ///< ascending
  double ratio, size_uv;      ///< as in Artifact
};
using Detections = std::vector<Detection>;

Detections find_blinks(const ArtifactGrid& grid, const BlinkLeads& leads, const BlinkLimits& limits,
                       double background_s);
/// One channel's bursts. fast: as make_artifact_grid hands it out. Nothing where the grid's fast band is empty.
Detections find_muscle(const ArtifactGrid& grid, int channel, const float* fast, const MuscleLimits& limits,
                       double background_s);
Detections find_pops(const ContinuousView& view, const ArtifactGrid& grid, const PopLimits& limits,
                     double background_s);
Detections find_movement(const ArtifactGrid& grid, const MovementLimits& limits, double background_s);

/// Joins detections of one stretch with fewer than `window` samples between them: span and channels of both, ratio and
/// size of the larger. In any order; the result is sorted.
Detections merge_neighbours(Detections detections, int64_t window);

/// Median of |x| over the standard deviation of Gaussian noise.
constexpr double kMedianPerDeviation = 0.6744897501960817;
/// Backgrounds below this count as this: what flat channels are measured against.
constexpr double kLeastBackgroundUv = 1;

}  // namespace brrr::quality
