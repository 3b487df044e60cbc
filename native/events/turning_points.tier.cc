#include "events/turning_points.h"

#include "signal/lanes.h"

namespace brrr {
namespace BRRR_TIER {
namespace {

/// Collects the samples for which test(before, here, after) is true.
template <class Test>
BRRR_INLINE int64_t collect(const double* x, int64_t from, int64_t to, int64_t* found, Test test) {
  constexpr int kVecs = kTurningGroup / kLanes;
  int64_t count = 0;
  for (int64_t i = from; i < to; i += kTurningGroup) {
    Mask hits[kVecs], any{};
    for (int v = 0; v < kVecs; v++) {
      const double* at = x + i + v * kLanes;
      hits[v] = test(load(at - 1), load(at), load(at + 1));
      any |= hits[v];
    }
    int64_t some = 0;
    for (int l = 0; l < kLanes; l++) some |= any[l];
    if (!some) continue;
    for (int v = 0; v < kVecs; v++)
      for (int l = 0; l < kLanes; l++) {
        const int64_t sample = i + v * kLanes + l;
        if (hits[v][l] && sample < to) found[count++] = sample;
      }
  }
  return count;
}

}  // namespace

int64_t turning_points(const double* x, int64_t from, int64_t to, int64_t* found) {
  return collect(x, from, to, found, [](Vec before, Vec here, Vec after) {
    const Vec zero{};
    return ((before < here) & (after <= here)) | ((before > here) & (after >= here)) | ((here > zero) ^ (after > zero));
  });
}

int64_t high_tops(const double* x, int64_t from, int64_t to, double lowest, int64_t* found) {
  const Vec least = splat(lowest);
  return collect(x, from, to, found, [least](Vec before, Vec here, Vec after) {
    return (before < here) & (after <= here) & (here >= least);
  });
}

}  // namespace BRRR_TIER
}  // namespace brrr
