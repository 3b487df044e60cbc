// Interquartile range without sorting: a histogram of each epoch finds the bins of the order statistics beside each
// quartile, a second sweep keeps the few values of those bins, and a selection among them gives the exact statistics.
#if defined(__AVX2__)
#include <immintrin.h>
#endif

#include "sleep/epoch_lanes.h"

namespace brrr::BRRR_TIER::epoch {
namespace {

constexpr int kN = kEpochSamples;
constexpr int kBins = kQuartileBins;
// By Cantelli's inequality both quartiles lie within sqrt(3) standard deviations of the mean. The bins reach a little
// further and the outer two take what lies beyond, so no result depends on it.
constexpr double kReach = 1.75;

typedef int32_t BinIndex __attribute__((vector_size(4 * kLanes)));

BRRR_INLINE unsigned lanes_set(Mask m) {
#if defined(__AVX512F__)
  return _mm512_movepi64_mask((__m512i)m);
#elif defined(__AVX2__)
  return _mm256_movemask_pd((__m256d)m);
#else
  return (m[0] & 1) | (m[1] & 2);
#endif
}

/// Position on the scale of bins, 0 to kBins - 1; NaN counts as 0.
struct Scale {
  Vec origin, per_bin;
  Vec operator()(Vec x) const { return min(max((x - origin) * per_bin, Vec{}), splat(kBins - 1)); }
};

// counts: (bin, lane).
void fill_histogram(Series x, const Scale& position, int32_t* counts) {
  for (int i = 0; i < kBins * kLanes; ++i) counts[i] = 0;
  BinIndex lane{};
  for (int l = 0; l < kLanes; ++l) lane[l] = l;
  constexpr int kAhead = 8;
  BinIndex cells[kAhead];
  static_assert(kN % kAhead == 0, "whole tiles");
  for (int t = 0; t < kN; t += kAhead) {
    for (int i = 0; i < kAhead; ++i) cells[i] = __builtin_convertvector(position(x[t + i]), BinIndex) * kLanes + lane;
    const int32_t* cell = reinterpret_cast<const int32_t*>(cells);
    for (int i = 0; i < kAhead * kLanes; ++i) ++counts[cell[i]];
  }
}

/// The bins that hold the order statistics `rank` and `rank + 1` of each lane, and the values found in them.
struct Bracket {
  Vec low, high;         // positions: low <= p < high
  int rank[kLanes];      // rank among the kept values
  int count[kLanes];     // values kept
  double (*values)[kN];  // one row for each lane

  void locate(const int32_t (*counts)[kLanes], int overall_rank) {
    for (int l = 0; l < kLanes; ++l) {
      int bin = 0, below = 0;
      while (below + counts[bin][l] <= overall_rank) below += counts[bin++][l];
      low[l] = bin;
      rank[l] = overall_rank - below;
      count[l] = 0;
      while (below + counts[bin][l] <= overall_rank + 1) below += counts[bin++][l];
      high[l] = bin + 1;
    }
  }
  Mask holds(Vec position) const { return (position >= low) & (position < high); }
  void keep(unsigned lanes, const double* x) {
    for (; lanes; lanes &= lanes - 1) {
      const int l = __builtin_ctz(lanes);
      values[l][count[l]++] = x[l];
    }
  }
};

/// The value at rank + fraction in the order of the values (Hoare's selection; reorders them).
double interpolated(double* values, int count, int rank, double fraction) {
  if (rank + 1 >= count) return __builtin_nan("");
  int low = 0, high = count - 1;
  while (low < high) {
    const double pivot = values[low + (high - low) / 2];
    int i = low, j = high;
    while (i <= j) {
      while (values[i] < pivot) ++i;
      while (values[j] > pivot) --j;
      if (i > j) break;
      const double swapped = values[i];
      values[i++] = values[j];
      values[j--] = swapped;
    }
    if (rank > j && rank < i) break;
    if (rank <= j)
      high = j;
    else
      low = i;
  }
  double next = values[rank + 1];
  for (int i = rank + 2; i < count; ++i) next = values[i] < next ? values[i] : next;
  return values[rank] + fraction * (next - values[rank]);
}

}  // namespace

void interquartile_range(Series x, const Level& level, QuartileScratch* scratch, Vec* features) {
  const Vec reach = splat(kReach) * level.deviation;
  const Scale position{level.mean - reach, splat(kBins / 2) / reach};
  fill_histogram(x, position, scratch->counts);
  const auto counts = reinterpret_cast<const int32_t(*)[kLanes]>(scratch->counts);
  // NumPy's linear interpolation at 0.25 and 0.75 of the last index, 749.75 and 2249.25.
  Bracket lower, upper;
  lower.values = scratch->values;
  upper.values = scratch->values + kLanes;
  lower.locate(counts, 749);
  upper.locate(counts, 2249);
  for (int t = 0; t < kN; ++t) {
    const Vec p = position(x[t]);
    const Mask in_lower = lower.holds(p), in_upper = upper.holds(p);
    if (!lanes_set(in_lower | in_upper)) continue;
    const double* values = reinterpret_cast<const double*>(&x[t]);
    lower.keep(lanes_set(in_lower), values);
    upper.keep(lanes_set(in_upper), values);
  }
  for (int l = 0; l < kLanes; ++l) {
    const double q25 = interpolated(lower.values[l], lower.count[l], lower.rank[l], 0.75);
    const double q75 = interpolated(upper.values[l], upper.count[l], upper.rank[l], 0.25);
    features[kIqr][l] = q75 - q25;
  }
}

}  // namespace brrr::BRRR_TIER::epoch
