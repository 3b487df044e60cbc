#include "events/weighted_rows.h"

#include "signal/lanes.h"

namespace brrr {
namespace BRRR_TIER {
namespace {

template <int kColumns>
BRRR_INLINE void add_to_block(const double* matrix, int64_t row_stride, const double* weights, int64_t weight_stride,
                              int64_t rows, double* out) {
  constexpr int kVecs = kColumns / kLanes;
  Vec sum[kVecs];
  for (int v = 0; v < kVecs; v++) sum[v] = load(out + v * kLanes);
  for (int64_t r = 0; r < rows; r++, matrix += row_stride, weights += weight_stride)
    for (int v = 0; v < kVecs; v++) sum[v] += splat(*weights) * load(matrix + v * kLanes);
  for (int v = 0; v < kVecs; v++) store(out + v * kLanes, sum[v]);
}

}  // namespace

void add_weighted_rows(const double* matrix, int64_t row_stride, int columns, const double* weights,
                       int64_t weight_stride, int64_t rows, double* out) {
  int c = 0;
  for (; c + 32 <= columns; c += 32) add_to_block<32>(matrix + c, row_stride, weights, weight_stride, rows, out + c);
  for (; c + 16 <= columns; c += 16) add_to_block<16>(matrix + c, row_stride, weights, weight_stride, rows, out + c);
  for (; c < columns; c += 8) add_to_block<8>(matrix + c, row_stride, weights, weight_stride, rows, out + c);
}

}  // namespace BRRR_TIER
}  // namespace brrr
