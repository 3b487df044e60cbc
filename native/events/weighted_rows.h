// The one loop of the sparse Hilbert transform, on SIMD lanes.
#pragma once

#include <cstdint>

#include "common/tier.h"

namespace brrr {

BRRR_TIERED(
    /// out[c] += sum over r < rows, in ascending order, of weights[r * weight_stride] * matrix[r * row_stride + c], for
    /// c < columns, a multiple of 8. Strides may be negative.
    void add_weighted_rows(const double* matrix, int64_t row_stride, int columns, const double* weights,
                           int64_t weight_stride, int64_t rows, double* out);)

}  // namespace brrr
