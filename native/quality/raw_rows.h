// The tiers' side of quality/raw_cells.cc.
#pragma once

#include "common/tier.h"

namespace brrr {

BRRR_TIERED(
    /// Smallest and largest of x[0..count), count >= 1.
    void extremes(const double* x, int count, double* low, double* high);
    /// How many of x[0..count) equal value.
    int count_equal(const double* x, int count, double value);)

}  // namespace brrr
