// The SIMD side of relative_power.h.
#pragma once

#include "common/tier.h"
#include "signal/fft.h"

namespace brrr {

struct BinRange {
  int first, last;  // inclusive
};

BRRR_TIERED(
    /// share[i] = power of the narrow bins over power of the broad ones of segments[i], plan.n real samples each.
    /// work: 32 plan.n doubles, 64-byte aligned.
    void band_shares(const FftPlan& plan, BinRange narrow, BinRange broad, int count, const double* const* segments,
                     double* work, double* share);)

}  // namespace brrr
