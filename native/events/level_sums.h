// The SIMD side of channel_check.h.
#pragma once

#include <cstdint>

#include "common/tier.h"

namespace brrr {

struct LevelSums {
  double sum, squares;  ///< of x - centre
  double above, below;  ///< samples more than 1 above and below the centre
};

// Eight partial sums (sample i goes to partial i mod 8) are added in one order in all tiers.
BRRR_TIERED(LevelSums level_sums(const double* x, int64_t count, double centre);)

}  // namespace brrr
