#include "autoreject/ransac_tile.h"

#include "autoreject/row_median.h"
#include "autoreject/tile.h"

namespace brrr::BRRR_TIER::autoreject {
namespace {

void add_products(const double* samples, const double* prediction, RansacSums& sums) {
  Partials rows[8] = {};
  for (int v = 0; v < kTileVecs; v++) {
    const Vec x = load(samples + v * kLanes), y = load(prediction + v * kLanes);
    const int part = v % kPartialVecs;
    rows[0].part[part] += x * y;
    rows[1].part[part] += x * x;
    rows[2].part[part] += y * y;
  }
  double folded[8];
  fold_rows(rows, folded);
  sums.product += folded[0];
  sums.sample_squares += folded[1];
  sums.prediction_squares += folded[2];
}

}  // namespace

void ransac_tile(const Samples& x, int epoch, int first, const RansacSubsets& subsets, const double** rows,
                 double* scratch, RansacSums* sums) {
  double* samples = scratch;                                // (channel, kTile)
  double* sources = samples + int64_t{x.channels} * kTile;  // (size, kTile)
  double* median = sources + int64_t{subsets.size} * kTile;
  double* predictions = median + kTile;  // (channel, subset, kTile)
  double* work = predictions + int64_t{x.channels} * subsets.count * kTile;
  for (int c = 0; c < x.channels; c++) load_tile(x, epoch, c, first, Past::kZeros, samples + c * kTile);
  for (int s = 0; s < subsets.count; s++) {
    for (int i = 0; i < subsets.size; i++)
      for (int t = 0; t < kTile; t += kLanes)
        store(sources + i * kTile + t, load(samples + subsets.channels[s * subsets.size + i] * kTile + t));
    weighted_tiles(subsets.weights + int64_t{s} * x.channels * subsets.size, x.channels, subsets.size, sources,
                   predictions + int64_t{s} * kTile, int64_t{subsets.count} * kTile);
  }
  for (int c = 0; c < x.channels; c++) {
    for (int s = 0; s < subsets.count; s++) rows[s] = predictions + (int64_t{c} * subsets.count + s) * kTile;
    row_medians(rows, subsets.count, kTile, work, median);
    add_products(samples + c * kTile, median, sums[c]);
  }
}

}  // namespace brrr::BRRR_TIER::autoreject
