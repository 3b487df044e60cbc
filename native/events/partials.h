// Sums of long series on SIMD lanes with the same bits in every tier. For *.tier.cc files.
#pragma once

#include "signal/lanes.h"

namespace brrr {
namespace BRRR_TIER {

/// Eight partial sums whatever the width of a vector: term i of a series goes to partial i mod 8.
struct Partials {
  static constexpr int kCount = 8, kParts = kCount / kLanes;
  Vec part[kParts];
};

BRRR_INLINE double add_up(const Partials& p) {
  double v[Partials::kCount];
  for (int i = 0; i < Partials::kParts; i++) store(v + i * kLanes, p.part[i]);
  return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
}

/// True in the lanes of part `p` that hold one of the first `count` terms of a group of eight.
BRRR_INLINE Mask first_terms(int p, int64_t count) {
  constexpr double kIndex[Partials::kCount] = {0, 1, 2, 3, 4, 5, 6, 7};
  return load(kIndex + p * kLanes) < splat(static_cast<double>(count));
}

}  // namespace BRRR_TIER
}  // namespace brrr
