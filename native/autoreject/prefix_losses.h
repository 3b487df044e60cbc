// The losses of all candidate thresholds of a channel in one sweep: training rows are taken in the order of their
// peak-to-peak values, so that each threshold keeps the first n of them, and the sum of those grows by one row a step.
#pragma once

#include "common/tier.h"

namespace brrr {

BRRR_TIERED(namespace autoreject {
  /// loss[n - 1] += sum over one tile of (n median - sum of the first n rows)^2, n = 1..count, that is n^2 times the
  /// squared distance of median and mean. Row r of `order` lies at block + order[r] * kTile. loss has room for a
  /// multiple of 8.
  void add_prefix_losses(const double* block, const int* order, int count, const double* median, double* loss);
})

}  // namespace brrr
