// RANSAC's inner loop on SIMD lanes: predictions from all subsets and their medians, a tile of samples at a time.
#pragma once

#include "autoreject/samples.h"
#include "common/tier.h"

namespace brrr {

namespace autoreject {
/// What all tiles share. Plain pointers.
struct RansacSubsets {
  int count, size;
  /// (subset, size): channels.
  const int* channels;
  /// (subset, channel, size): the weights that predict the channel from the subset.
  const double* weights;
};

/// Sums over time of one channel.
struct RansacSums {
  double product, sample_squares, prediction_squares;
};

/// Doubles of work memory.
constexpr int64_t ransac_scratch(int channels, int count, int size) {
  return int64_t{kTile} * (int64_t{channels} * (count + 1) + size + 1) + 8 * (count + 2 * 16);
}
}  // namespace autoreject

BRRR_TIERED(namespace autoreject {
  /// Adds the tile of an epoch from sample `first` on to the sums of each channel. rows: subsets.count pointers of work
  /// memory.
  void ransac_tile(const brrr::autoreject::Samples& x, int epoch, int first,
                   const brrr::autoreject::RansacSubsets& subsets, const double** rows, double* scratch,
                   brrr::autoreject::RansacSums* sums);
})

}  // namespace brrr
