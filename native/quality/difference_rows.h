// The tiers' side of quality/alike_pairs.cc.
#pragma once

#include "common/tier.h"

namespace brrr {

BRRR_TIERED(
    /// Sum over t < samples of (d - mean of d)^2, d = a[t] - b[t] (b null: d = a[t]). Once the sum is known to exceed
    /// `limit`, some value above it.
    double difference_energy(const float* a, const float* b, int samples, double limit);)

}  // namespace brrr
