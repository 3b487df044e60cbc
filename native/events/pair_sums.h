// Sums over consecutive cells of two series, on SIMD lanes.
#pragma once

#include <cstdint>

#include "common/tier.h"
#include "events/windows.h"

namespace brrr {

// sums[c] = sums over samples [edges[c], edges[c + 1]). x and y hold samples from `origin` on and are readable 8
// samples past the last edge. Eight partial sums (sample i of a cell goes to partial i mod 8) are added in one order in
// all tiers.
BRRR_TIERED(void pair_sums(const double* x, const double* y, int64_t origin, const int64_t* edges, int cells,
                           events::PairSums* sums);)

}  // namespace brrr
