// Zero-phase filtering of windows that need not follow one another (those of signal/fir.h do), on SIMD lanes.
#pragma once

#include "common/tier.h"
#include "signal/fir.h"

namespace brrr {

/// Windows filtered in one call.
constexpr int kFilterWindows = 16;

BRRR_TIERED(
    /// Window i < count <= kFilterWindows is fir.block samples with fir.half more on both sides; inputs[i] points to
    /// the first of them all. outputs[f * kFilterWindows + i] takes the fir.block filtered samples of filter f. work:
    /// fir.work_doubles() doubles, 64-byte aligned.
    void filter_windows(const BlockFir& fir, int count, const double* const* inputs, double* const* outputs,
                        double* work);)

}  // namespace brrr
