// Block filtering on SIMD lanes. For *.tier.cc files.
#pragma once

#include "signal/fir.h"
#include "signal/lanes.h"

namespace brrr {
namespace BRRR_TIER {

/// Filters blocks first_block .. first_block + 2 kLanes - 1, where block i is samples [origin + i * fir.block, +
/// fir.block) of x (continued by reflection). re of lane l is block first_block + 2 l, im the one after it; blocks from
/// block_count on repeat block block_count - 1. work: fir.work_vectors values, overwritten. Returns fir.block values of
/// the first filter; those of filter f follow f * fir.stride later.
CVec* filter_blocks(const BlockFir& fir, const SampleSource& x, int64_t origin, int64_t first_block,
                    int64_t block_count, CVec* work);

}  // namespace BRRR_TIER
}  // namespace brrr
