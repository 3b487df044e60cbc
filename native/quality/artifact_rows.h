// The one pass over all samples that the artifact detectors need, on SIMD lanes: a lane is a channel.
#pragma once

#include <cstdint>

#include "common/tier.h"

namespace brrr {

/// Channels of one call; the last ones may be repeats of another.
constexpr int kArtifactRows = 8;
constexpr int kMostSections = 6;

/// One second-order section, a0 = 1.
struct FilterSection {
  double b0, b1, b2, a1, a2;
};

struct ArtifactRows {
  int hop;   ///< samples of one step
  int span;  ///< samples between the two ends of a jump
  int sections;
  FilterSection filter[kMostSections];
  int tile;  ///< samples worked on at a time, whole steps
  /// (span + tile) * kArtifactRows doubles of work memory, aligned as SIMD wants it.
  double* work;
};

// x: kArtifactRows series of `steps` * hop samples. For each step and series: the mean; the largest |x[t] - x[t -
// span]| (before its first sample a series is taken as constant); the mean square of the filtered series, whose filter
// starts at rest. Sums run over the samples in order: the same bits in all tiers.
BRRR_TIERED(void artifact_rows(const ArtifactRows& rows, const float* const* x, int64_t steps, float* const* mean,
                               float* const* jump, float* const* fast);)

}  // namespace brrr
