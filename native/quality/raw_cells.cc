#include "quality/raw_cells.h"

#include <algorithm>

#include "quality/raw_rows.h"

namespace brrr::quality {
namespace {

/// A rail holds at least this many times the samples of the next value inside.
constexpr int kPileUp = 2;

/// Samples of x in runs of kClippedRun or more that equal the extreme.
int samples_in_runs(const double* x, int samples, double extreme) {
  int in_runs = 0, run = 0;
  for (int t = 0; t <= samples; t++) {
    if (t < samples && x[t] == extreme) {
      run++;
      continue;
    }
    if (run >= kClippedRun) in_runs += run;
    run = 0;
  }
  return in_runs;
}

/// The value of x nearest to the extreme; `side` is 1 for the highest, -1 for the lowest.
double next_inside(const double* x, int samples, double extreme, int side) {
  double next = -INFINITY;
  for (int t = 0; t < samples; t++)
    if (x[t] != extreme && x[t] * side > next) next = x[t] * side;
  return next * side;
}

int clipped_samples(const double* x, int samples, double extreme, double rail, int side, bool dead) {
  const int at_extreme = BRRR_DISPATCH(count_equal)(x, samples, extreme);
  if (extreme * side >= rail * side) return at_extreme;
  if (dead || at_extreme < kClippedRun) return 0;
  const int in_runs = samples_in_runs(x, samples, extreme);
  if (in_runs == 0) return 0;
  const int next = BRRR_DISPATCH(count_equal)(x, samples, next_inside(x, samples, extreme, side));
  return at_extreme >= kPileUp * next ? in_runs : 0;
}

}  // namespace

RawCell measure_raw_cell(const double* x, int samples, int pieces, double flat_uv, Rails rails) {
  double low = INFINITY, high = -INFINITY;
  int flat = 0;
  for (int64_t i = 0; i < pieces; i++) {
    const auto start = static_cast<int>(i * samples / pieces), end = static_cast<int>((i + 1) * samples / pieces);
    double least, most;
    BRRR_DISPATCH(extremes)(x + start, end - start, &least, &most);
    flat += most - least < flat_uv;
    low = std::min(low, least);
    high = std::max(high, most);
  }
  RawCell cell;
  cell.flat_share = static_cast<float>(flat) / static_cast<float>(pieces);
  const int clipped = clipped_samples(x, samples, high, rails.high, 1, flat > 0) +
                      clipped_samples(x, samples, low, rails.low, -1, flat > 0);
  cell.clipped_share = std::min(1.0f, static_cast<float>(clipped) / static_cast<float>(samples));
  return cell;
}

}  // namespace brrr::quality
