// Where a series turns or changes its sign, on SIMD lanes. A first sieve: plateaus are looked at from their start only.
#pragma once

#include <cstdint>

#include "common/tier.h"

namespace brrr {

/// Samples looked at in one step.
constexpr int kTurningGroup = 32;

// Both write to `found` samples of [from, to), ascending, and return their number. from >= 1, to + kTurningGroup
// samples are readable, found has room for to - from.
BRRR_TIERED(
    /// Samples at which a maximum or minimum may start or after which x > 0 changes.
    int64_t turning_points(const double* x, int64_t from, int64_t to, int64_t* found);
    /// Samples of at least `lowest` at which a maximum may start.
    int64_t high_tops(const double* x, int64_t from, int64_t to, double lowest, int64_t* found);)

}  // namespace brrr
