#include "autoreject/gaussian_process.h"

#include "signal/lanes.h"

namespace brrr::BRRR_TIER::autoreject {
namespace {

/// The values from t on that fill the lanes; fewer at the end, the others being zero.
BRRR_INLINE Vec load_some(const double* p, int count) {
  if (count >= kLanes) return load(p);
  Vec x = {};
  for (int l = 0; l < count; l++) x[l] = p[l];
  return x;
}
BRRR_INLINE void store_some(double* p, int count, Vec x) {
  if (count >= kLanes) return store(p, x);
  for (int l = 0; l < count; l++) p[l] = x[l];
}

}  // namespace

void kernel_row(double x, const double* candidates, int count, double* row) {
  for (int t = 0; t < count; t += kLanes) {
    const Vec d = x - load_some(candidates + t, count - t);
    const Vec u = 0.5 * d * d;
    store_some(row + t, count - t, 1.0 - (u - u * u * (0.5 - u / 6.0)));
  }
}

void extend_posterior(const double* rows, const double* factor, int steps, double pivot, double weight, int count,
                      double* row, double* mean, double* variance) {
  constexpr int kVecs = 4;
  int t = 0;
  const auto finish = [&](int at, int some, Vec x) {
    x /= pivot;
    store_some(row + at, some, x);
    store_some(mean + at, some, load_some(mean + at, some) + weight * x);
    store_some(variance + at, some, load_some(variance + at, some) - x * x);
  };
  for (; t + kVecs * kLanes <= count; t += kVecs * kLanes) {
    Vec x[kVecs];
    for (int v = 0; v < kVecs; v++) x[v] = load(row + t + v * kLanes);
    for (int i = 0; i < steps; i++)
      for (int v = 0; v < kVecs; v++) x[v] -= factor[i] * load(rows + static_cast<int64_t>(i) * count + t + v * kLanes);
    for (int v = 0; v < kVecs; v++) finish(t + v * kLanes, kLanes, x[v]);
  }
  for (; t < count; t += kLanes) {
    const int some = count - t;
    Vec x = load_some(row + t, some);
    for (int i = 0; i < steps; i++) x -= factor[i] * load_some(rows + static_cast<int64_t>(i) * count + t, some);
    finish(t, some, x);
  }
}

}  // namespace brrr::BRRR_TIER::autoreject
