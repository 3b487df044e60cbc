// Both halves of the rows are sorted by Batcher's odd-even merge sort (Knuth, The Art of Computer Programming 5.3.4),
// sixteen rows in registers wherever the network allows; then one comparison of each row of the lower half with its
// counterpart in the reversed upper half parts the rows into the smaller and the larger ones.
#include "autoreject/row_median.h"

#include "autoreject/tile.h"

namespace brrr::BRRR_TIER::autoreject {
namespace {

constexpr int kRun = 16;

typedef float FloatVec __attribute__((vector_size(8 * kLanes)));  // 2 * kLanes values
typedef float FloatVecU __attribute__((vector_size(8 * kLanes), aligned(4)));

BRRR_INLINE FloatVec load(const float* p) { return *reinterpret_cast<const FloatVecU*>(p); }
BRRR_INLINE void store(float* p, FloatVec v) { *reinterpret_cast<FloatVecU*>(p) = v; }
#if defined(__AVX512F__)
BRRR_INLINE FloatVec min(FloatVec a, FloatVec b) { return (FloatVec)_mm512_maskz_min_ps(0xffff, (__m512)a, (__m512)b); }
BRRR_INLINE FloatVec max(FloatVec a, FloatVec b) { return (FloatVec)_mm512_maskz_max_ps(0xffff, (__m512)a, (__m512)b); }
#elif defined(__AVX2__)
BRRR_INLINE FloatVec min(FloatVec a, FloatVec b) { return (FloatVec)_mm256_min_ps((__m256)a, (__m256)b); }
BRRR_INLINE FloatVec max(FloatVec a, FloatVec b) { return (FloatVec)_mm256_max_ps((__m256)a, (__m256)b); }
#else
BRRR_INLINE FloatVec min(FloatVec a, FloatVec b) { return a < b ? a : b; }
BRRR_INLINE FloatVec max(FloatVec a, FloatVec b) { return a > b ? a : b; }
#endif
using BRRR_TIER::load;
using BRRR_TIER::max;
using BRRR_TIER::min;
using BRRR_TIER::store;

template <class Sample>
struct LanesOf;
template <>
struct LanesOf<double> {
  using Type = Vec;
};
template <>
struct LanesOf<float> {
  using Type = FloatVec;
};
template <class Sample>
using Lanes = typename LanesOf<Sample>::Type;
/// Columns that are worked on at once.
template <class Sample>
constexpr int kColumns = sizeof(Vec) / sizeof(Sample);

template <class Sample>
BRRR_INLINE Lanes<Sample> infinity() {
  return Lanes<Sample>{} + static_cast<Sample>(__builtin_inf());
}

template <class V>
BRRR_INLINE void order(V& low, V& high) {
  const V lower = min(low, high);
  high = max(low, high);
  low = lower;
}

/// Merges rows low, low + step, ... below low + n, whose two halves (of an n of step 1) are sorted.
template <int low, int n, int step, class V>
BRRR_INLINE void merge_registers(V* x) {
  if constexpr (2 * step < n) {
    merge_registers<low, n, 2 * step>(x);
    merge_registers<low + step, n, 2 * step>(x);
#pragma GCC unroll 16
    for (int i = low + step; i + step < low + n; i += 2 * step) order(x[i], x[i + step]);
  } else {
    order(x[low], x[low + step]);
  }
}

template <int low, int n, class V>
BRRR_INLINE void sort_registers(V* x) {
  if constexpr (n > 1) {
    sort_registers<low, n / 2>(x);
    sort_registers<low + n / 2, n / 2>(x);
    merge_registers<low, n, 1>(x);
  }
}

/// Rows at equal distances in scratch memory. Those past the last one read as infinity, which no comparison moves.
template <class Sample>
struct Rows {
  Sample* first;
  int distance, count;

  Sample* at(int i) const { return first + i * distance * kColumns<Sample>; }
  Lanes<Sample> get(int i) const { return i < count ? load(at(i)) : infinity<Sample>(); }
  void put(int i, Lanes<Sample> x) const {
    if (i < count) store(at(i), x);
  }
};

/// The first comparisons of a merge, those at distances n/2 to n/16 of n rows: of sixteen rows n/16 apart each.
template <class Sample>
BRRR_INLINE void merge_far(const Rows<Sample>& rows) {
  Lanes<Sample> x[kRun];
  if (rows.count >= kRun) {
#pragma GCC unroll 16
    for (int i = 0; i < kRun; i++) x[i] = load(rows.at(i));
    merge_registers<0, kRun, 1>(x);
#pragma GCC unroll 16
    for (int i = 0; i < kRun; i++) store(rows.at(i), x[i]);
  } else {
#pragma GCC unroll 16
    for (int i = 0; i < kRun; i++) x[i] = rows.get(i);
    merge_registers<0, kRun, 1>(x);
#pragma GCC unroll 16
    for (int i = 0; i < kRun; i++) rows.put(i, x[i]);
  }
}

/// Comparisons at a distance of 1: rows 1 and 2, 3 and 4, ...
template <class Sample>
BRRR_INLINE void merge_neighbours(const Rows<Sample>& rows) {
  for (int i = 1; i + 1 < rows.count; i += 2) {
    Lanes<Sample> low = load(rows.at(i)), high = load(rows.at(i + 1));
    order(low, high);
    store(rows.at(i), low);
    store(rows.at(i + 1), high);
  }
}

/// Comparisons at a distance of 2 (2 and 4, 3 and 5, 6 and 8, 7 and 9, ...), then of 1, in one sweep.
template <class Sample>
BRRR_INLINE void merge_near(const Rows<Sample>& rows) {
  if (rows.count < 3) return;
  Lanes<Sample> last = load(rows.at(1));
  int i = 2;
  for (; i + 3 < rows.count; i += 4) {
    Lanes<Sample> a = load(rows.at(i)), b = load(rows.at(i + 1)), c = load(rows.at(i + 2)), d = load(rows.at(i + 3));
    order(a, c);
    order(b, d);
    order(last, a);
    order(b, c);
    store(rows.at(i - 1), last);
    store(rows.at(i), a);
    store(rows.at(i + 1), b);
    store(rows.at(i + 2), c);
    last = d;
  }
  Lanes<Sample> a = rows.get(i), b = rows.get(i + 1), c = rows.get(i + 2);
  order(a, c);
  order(last, a);
  order(b, c);
  rows.put(i - 1, last);
  rows.put(i, a);
  rows.put(i + 1, b);
  rows.put(i + 2, c);
}

/// Merges two sorted runs, the first of `run` rows (16 or more, a power of two), the second of at most as many.
template <class Sample>
void merge_runs(Sample* rows, int run, int count) {
  const auto each = [&](int distance, auto&& merge) {
    for (int i = 0; i < distance; i++)
      merge(Rows<Sample>{rows + i * kColumns<Sample>, distance, (count - i + distance - 1) / distance});
  };
  int distance = run / (kRun / 2);
  each(distance, [](const Rows<Sample>& r) { merge_far(r); });
  // An odd number of distances is left where log2 of the last one is odd.
  if (__builtin_ctz(static_cast<unsigned>(distance)) % 2 == 1) {
    distance /= 2;
    each(distance, [](const Rows<Sample>& r) { merge_neighbours(r); });
  }
  for (distance /= 4; distance >= 1; distance /= 4) each(distance, [](const Rows<Sample>& r) { merge_near(r); });
}

BRRR_INLINE int whole_runs(int count) { return (count + kRun - 1) / kRun * kRun; }

/// Sorts `count` rows at one column into `sorted`, whole_runs(count) rows, filled up with infinity.
template <class Sample>
void sort_rows(const Sample* const* rows, int column, int count, Sample* sorted) {
  const int padded = whole_runs(count);
  for (int start = 0; start < padded; start += kRun) {
    Lanes<Sample> x[kRun];
    if (start + kRun <= count) {
#pragma GCC unroll 16
      for (int i = 0; i < kRun; i++) x[i] = load(rows[start + i] + column);
    } else {
#pragma GCC unroll 16
      for (int i = 0; i < kRun; i++) x[i] = start + i < count ? load(rows[start + i] + column) : infinity<Sample>();
    }
    sort_registers<0, kRun>(x);
#pragma GCC unroll 16
    for (int i = 0; i < kRun; i++) store(sorted + (start + i) * kColumns<Sample>, x[i]);
  }
  for (int run = kRun; run < padded; run *= 2)
    for (int start = 0; start + run < padded; start += 2 * run)
      merge_runs(sorted + start * kColumns<Sample>, run, padded - start < 2 * run ? padded - start : 2 * run);
}

/// The middle two rows at some columns, of an odd number twice the middle one.
template <class Sample>
BRRR_INLINE void middle_rows(const Sample* const* rows, int count, int column, Sample* scratch, Lanes<Sample>& low,
                             Lanes<Sample>& high) {
  const int half = (count + 1) / 2;
  const bool even = count - half == half;
  Sample *first = scratch, *second = scratch + whole_runs(half) * kColumns<Sample>;
  sort_rows(rows, column, half, first);
  sort_rows(rows + half, column, count - half, second);
  low = -infinity<Sample>();
  high = infinity<Sample>();
  for (int i = even ? 0 : 1; i < half; i++) {
    const Lanes<Sample> a = load(first + i * kColumns<Sample>), b = load(second + (half - 1 - i) * kColumns<Sample>);
    low = max(low, min(a, b));
    high = min(high, max(a, b));
  }
  // An odd count has one middle row, the largest of the smaller ones; the first row has no counterpart.
  if (!even) low = high = max(low, load(first));
}

}  // namespace

void row_medians(const double* const* rows, int count, int width, double* scratch, double* out) {
  for (int column = 0; column < width; column += kLanes) {
    Vec low, high;
    middle_rows(rows, count, column, scratch, low, high);
    store(out + column, (low + high) * 0.5);
  }
}

void float_row_medians(const float* const* rows, int count, int width, double scale, double* scratch, double* out) {
  for (int column = 0; column < width; column += 2 * kLanes) {
    FloatVec low, high;
    middle_rows(rows, count, column, reinterpret_cast<float*>(scratch), low, high);
    float lows[2 * kLanes], highs[2 * kLanes];
    store(lows, low);
    store(highs, high);
    for (int l = 0; l < 2 * kLanes; l += kLanes)
      store(out + column + l, (load_samples(lows + l) * scale + load_samples(highs + l) * scale) * 0.5);
  }
}

}  // namespace brrr::BRRR_TIER::autoreject
