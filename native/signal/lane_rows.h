// From rows of samples to SIMD lanes and back. For *.tier.cc files. 2 kLanes real rows make kLanes complex lanes: row 2
// l is the real part of lane l, row 2 l + 1 its imaginary part.
#pragma once

#include "signal/lanes.h"

namespace brrr {
namespace BRRR_TIER {

/// out[t] = sample t of each row, t < count. rows: 2 kLanes pointers; they may coincide.
void load_rows(const double* const* rows, int64_t count, CVec* out);

/// rows[row][t] = value t of that row, t < count. rows: 2 kLanes pointers.
void store_rows(const CVec* in, int64_t count, double* const* rows);

}  // namespace BRRR_TIER
}  // namespace brrr
