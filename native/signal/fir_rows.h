// The tiers' side of signal/fir.cc. Memory is plain doubles, sized for the widest tier.
#pragma once

#include "common/tier.h"
#include "signal/fir.h"

namespace brrr {

/// Blocks that filter_stream hands over at a time: 2 kLanes of the widest tier.
constexpr int kStreamBlocks = 16;

BRRR_TIERED(
    /// Lanes of the tier.
    int filter_rows_lanes();
    /// filter_blocks, written as rows: block first_block + i of filter f to out[f] + i * fir.block, i < 2 kLanes.
    /// work: fir.work_doubles().
    void filter_rows(const BlockFir& fir, const SampleSource& x, int64_t first_block, int64_t block_count, double* work,
                     double* const* out);
    /// Real spectrum of a symmetric filter of 2 half + 1 taps, over n, in the order of fft_in_place. work: 16 n
    /// doubles.
    void filter_spectrum(const FftPlan& plan, const double* taps, int half, double* work, double* spectrum);)

}  // namespace brrr
