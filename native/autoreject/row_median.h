// The median over rows, column by column, with a column in each SIMD lane: the same comparisons whatever the values.
#pragma once

#include "common/tier.h"

namespace brrr {

BRRR_TIERED(namespace autoreject {
  /// out[t] = median over r < count of rows[r][t], t < width (a multiple of 8); of an even count the mean of the middle
  /// two. count >= 1. scratch: median_scratch(count) doubles.
  void row_medians(const double* const* rows, int count, int width, double* scratch, double* out);

  /// The same of scale * rows[r][t], computed in double (scale > 0), at half the cost: the order is that of the floats.
  /// width: a multiple of 16.
  void float_row_medians(const float* const* rows, int count, int width, double scale, double* scratch, double* out);
})

namespace autoreject {
constexpr int median_scratch(int count) { return 8 * (count + 2 * 16); }
}  // namespace autoreject

}  // namespace brrr
