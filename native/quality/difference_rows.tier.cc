#include "quality/difference_rows.h"

#include "signal/lanes.h"

namespace brrr {
namespace BRRR_TIER {
namespace {

// Eight sums whatever the width, so that every tier adds in the same order.
constexpr int kSums = 8;
constexpr int kVecs = kSums / kLanes;
/// Samples after which the limit is looked at.
constexpr int kBlock = 64;

struct Sums {
  Vec value[kVecs] = {}, square[kVecs] = {};
};

BRRR_INLINE void add(Sums& sums, const float* a, const float* b) {
  typedef float Floats __attribute__((vector_size(4 * kLanes), aligned(4)));
  for (int v = 0; v < kVecs; v++) {
    Vec d = __builtin_convertvector(*reinterpret_cast<const Floats*>(a + v * kLanes), Vec);
    if (b) d = d - __builtin_convertvector(*reinterpret_cast<const Floats*>(b + v * kLanes), Vec);
    sums.value[v] += d;
    sums.square[v] += d * d;
  }
}

BRRR_INLINE double total(const Vec* parts) {
  double sum = 0;
  for (int i = 0; i < kSums; i++) sum += parts[i / kLanes][i % kLanes];
  return sum;
}

BRRR_INLINE double energy(const Sums& sums, int samples) {
  const double value = total(sums.value);
  return total(sums.square) - value * value / samples;
}

}  // namespace

double difference_energy(const float* a, const float* b, int samples, double limit) {
  Sums sums;
  int t = 0;
  for (; t + kBlock <= samples; t += kBlock) {
    for (int i = 0; i < kBlock; i += kSums) add(sums, a + t + i, b ? b + t + i : nullptr);
    // About the mean of fewer samples the sum is never larger.
    const double so_far = energy(sums, t + kBlock);
    if (so_far > limit) return so_far;
  }
  for (; t < samples; t++) {
    const double d = b ? static_cast<double>(a[t]) - b[t] : a[t];
    sums.value[0][0] += d;
    sums.square[0][0] += d * d;
  }
  return energy(sums, samples);
}

}  // namespace BRRR_TIER
}  // namespace brrr
