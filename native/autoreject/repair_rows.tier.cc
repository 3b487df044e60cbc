#include "autoreject/repair_rows.h"

#include "autoreject/tile.h"

namespace brrr::BRRR_TIER::autoreject {
namespace {

template <class Sample>
void repair(const Samples& x, int epoch, const RepairSet& set, double* scratch, Sample* const* rows) {
  double *tiles = scratch, *repaired = tiles + x.channels * kTile;
  for (int first = 0; first < x.samples; first += kTile) {
    for (int c = 0; c < x.channels; c++) load_tile(x, epoch, c, first, Past::kZeros, tiles + c * kTile);
    weighted_tiles(set.weights, set.count, x.channels, tiles, repaired, kTile);
    const int count = x.samples - first < kTile ? x.samples - first : kTile;
    for (int i = 0; i < set.count; i++) {
      if (!rows[i]) continue;
      for (int t = 0; t < count; t++) rows[i][first + t] = static_cast<Sample>(repaired[i * kTile + t]);
    }
  }
}

}  // namespace

void repair_rows(const Samples& x, int epoch, const RepairSet& set, double* scratch, const RepairedRows& rows) {
  if (rows.float32)
    repair(x, epoch, set, scratch, rows.float32);
  else
    repair(x, epoch, set, scratch, rows.float64);
}

}  // namespace brrr::BRRR_TIER::autoreject
