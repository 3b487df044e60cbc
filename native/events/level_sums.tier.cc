#include "events/level_sums.h"

#include "events/partials.h"

namespace brrr {
namespace BRRR_TIER {

LevelSums level_sums(const double* x, int64_t count, double centre) {
  Partials sum{}, squares{}, above{}, below{};
  const Vec one = splat(1), zero{};
  const auto add = [&](int p, Vec d) {
    sum.part[p] += d;
    squares.part[p] += d * d;
    above.part[p] += select(d > one, one, zero);
    below.part[p] += select(d < -one, one, zero);
  };
  int64_t i = 0;
  for (; i + Partials::kCount <= count; i += Partials::kCount)
    for (int p = 0; p < Partials::kParts; p++) add(p, load(x + i + p * kLanes) - splat(centre));
  for (int p = 0; i < count && p < Partials::kParts; p++) {
    double rest[kLanes];
    for (int l = 0; l < kLanes; l++) rest[l] = i + p * kLanes + l < count ? x[i + p * kLanes + l] : centre;
    add(p, load(rest) - splat(centre));
  }
  return {add_up(sum), add_up(squares), add_up(above), add_up(below)};
}

}  // namespace BRRR_TIER
}  // namespace brrr
