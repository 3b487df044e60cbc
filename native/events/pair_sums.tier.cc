#include "events/pair_sums.h"

#include "events/partials.h"

namespace brrr {
namespace BRRR_TIER {
void pair_sums(const double* x, const double* y, int64_t origin, const int64_t* edges, int cells,
               events::PairSums* sums) {
  for (int c = 0; c < cells; c++) {
    const int64_t size = edges[c + 1] - edges[c];
    const double *xs = x + (edges[c] - origin), *ys = y + (edges[c] - origin);
    Partials sx{}, sy{}, sxx{}, syy{}, sxy{};
    for (int64_t i = 0; i < size; i += Partials::kCount) {
      for (int p = 0; p < Partials::kParts; p++) {
        const Mask inside = first_terms(p, size - i);
        const Vec a = select(inside, load(xs + i + p * kLanes), Vec{});
        const Vec b = select(inside, load(ys + i + p * kLanes), Vec{});
        sx.part[p] += a;
        sy.part[p] += b;
        sxx.part[p] += a * a;
        syy.part[p] += b * b;
        sxy.part[p] += a * b;
      }
    }
    sums[c] = {add_up(sx), add_up(sy), add_up(sxx), add_up(syy), add_up(sxy)};
  }
}

}  // namespace BRRR_TIER
}  // namespace brrr
