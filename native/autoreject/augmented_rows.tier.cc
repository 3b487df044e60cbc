#include "autoreject/augmented_rows.h"

#include "autoreject/tile.h"

namespace brrr::BRRR_TIER::autoreject {
namespace {

/// Lowest and highest values so far of rows, one vector each.
struct Extremes {
  double *low, *high;  // (row, kLanes)

  void reset(int rows) const {
    for (int i = 0; i < rows * kLanes; i++) {
      low[i] = __builtin_inf();
      high[i] = -__builtin_inf();
    }
  }
  void add(int row, const double* tile) const {
    Vec lowest = load(low + row * kLanes), highest = load(high + row * kLanes);
    for (int t = 0; t < kTile; t += kLanes) {
      lowest = min(lowest, load(tile + t));
      highest = max(highest, load(tile + t));
    }
    store(low + row * kLanes, lowest);
    store(high + row * kLanes, highest);
  }
  double range(int row) const {
    double lowest = low[row * kLanes], highest = high[row * kLanes];
    for (int l = 1; l < kLanes; l++) {
      lowest = low[row * kLanes + l] < lowest ? low[row * kLanes + l] : lowest;
      highest = high[row * kLanes + l] > highest ? high[row * kLanes + l] : highest;
    }
    return highest - lowest;
  }
};

}  // namespace

void augmented_tile(const Samples& x, int epoch, int first, const double* weights, double* scratch, double* out,
                    int64_t channel_stride) {
  double* measured = out + epoch * kTile;
  for (int c = 0; c < x.channels; c++) {
    load_tile(x, epoch, c, first, Past::kZeros, scratch + c * kTile);
    prefetch_tile(x, epoch + 1, c, first);
    for (int t = 0; t < kTile; t += kLanes) store(measured + c * channel_stride + t, load(scratch + c * kTile + t));
  }
  if (weights) weighted_tiles(weights, x.channels, x.channels, scratch, measured + x.epochs * kTile, channel_stride);
}

void peak_to_peak(const Samples& x, int epoch, const double* weights, double* scratch, double* measured,
                  double* predicted) {
  double *tiles = scratch, *predictions = tiles + x.channels * kTile, *low = predictions + x.channels * kTile;
  const Extremes extremes{low, low + 2 * x.channels * kLanes};
  extremes.reset(2 * x.channels);
  for (int first = 0; first < x.samples; first += kTile) {
    for (int c = 0; c < x.channels; c++) {
      load_tile(x, epoch, c, first, Past::kLastSample, tiles + c * kTile);
      if (first + 2 * kTile <= x.samples) prefetch_tile(x, epoch, c, first + kTile);
      extremes.add(c, tiles + c * kTile);
    }
    if (!weights) continue;
    weighted_tiles(weights, x.channels, x.channels, tiles, predictions, kTile);
    for (int c = 0; c < x.channels; c++) extremes.add(x.channels + c, predictions + c * kTile);
  }
  for (int c = 0; c < x.channels; c++) measured[c] = extremes.range(c);
  if (weights)
    for (int c = 0; c < x.channels; c++) predicted[c] = extremes.range(x.channels + c);
}

}  // namespace brrr::BRRR_TIER::autoreject
