#include "autoreject/prefix_losses.h"

#include "autoreject/tile.h"

namespace brrr::BRRR_TIER::autoreject {
namespace {

/// Where there are 16 registers only, GCC would compute the distances of all rows first and their squares from memory.
constexpr int kRowsUnrolled = kLanes == 8 ? 8 : 1;

/// n median - sum of n rows.
struct Distance {
  Vec x[kTileVecs];

  __attribute__((always_inline)) void add(const double* row, const double* median, Partials& square) {
    for (int v = 0; v < kTileVecs; v++) {
      x[v] += load(median + v * kLanes) - load(row + v * kLanes);
      Vec& sum = square.part[v % kPartialVecs];
      sum = v < kPartialVecs ? x[v] * x[v] : sum + x[v] * x[v];
    }
  }
};

}  // namespace

void add_prefix_losses(const double* block, const int* order, int count, const double* median, double* loss) {
  Distance distance = {};
  int row = 0;
  for (; row + 8 <= count; row += 8) {
    Partials squares[8];
#pragma GCC unroll kRowsUnrolled
    for (int i = 0; i < 8; i++) distance.add(block + order[row + i] * kTile, median, squares[i]);
    double sums[8];
    fold_rows(squares, sums);
    for (int i = 0; i < 8; i++) loss[row + i] += sums[i];
  }
  if (row == count) return;
  Partials squares[8] = {};
  for (int i = 0; row + i < count; i++) distance.add(block + order[row + i] * kTile, median, squares[i]);
  double sums[8];
  fold_rows(squares, sums);
  for (int i = 0; row + i < count; i++) loss[row + i] += sums[i];
}

}  // namespace brrr::BRRR_TIER::autoreject
