#include "quality/artifact_rows.h"

#include "signal/lanes.h"

namespace brrr {
namespace BRRR_TIER {
namespace {

constexpr int kParts = kArtifactRows / kLanes;
typedef float Floats __attribute__((vector_size(4 * kLanes), aligned(4)));

/// The same sample of all rows.
struct Row {
  Vec part[kParts];
};

struct SectionState {
  Row s1, s2;
};

/// Copies samples [from, from + count) to out[sample][row].
void interleave(const float* const* x, int64_t from, int count, Row* out) {
  for (int p = 0; p < kParts; p++) {
    const float* const* rows = x + p * kLanes;
    int t = 0;
    for (; t + kLanes <= count; t += kLanes) {
      Vec block[kLanes];
      for (int l = 0; l < kLanes; l++)
        block[l] = __builtin_convertvector(*reinterpret_cast<const Floats*>(rows[l] + from + t), Vec);
      transpose(block);
      for (int l = 0; l < kLanes; l++) out[t + l].part[p] = block[l];
    }
    for (; t < count; t++)
      for (int l = 0; l < kLanes; l++) out[t].part[p][l] = rows[l][from + t];
  }
}

void put(const Row& row, int64_t step, float* const* out) {
  for (int p = 0; p < kParts; p++)
    for (int l = 0; l < kLanes; l++) out[p * kLanes + l][step] = static_cast<float>(row.part[p][l]);
}

BRRR_INLINE void filter_step(const ArtifactRows& r, const Row* x, SectionState* states, Row& squares) {
  for (int t = 0; t < r.hop; t++) {
    Row y = x[t];
    for (int s = 0; s < r.sections; s++) {
      const FilterSection& f = r.filter[s];
      SectionState& state = states[s];
      for (int p = 0; p < kParts; p++) {
        const Vec in = y.part[p], out = splat(f.b0) * in + state.s1.part[p];
        state.s1.part[p] = (splat(f.b1) * in + state.s2.part[p]) - splat(f.a1) * out;
        state.s2.part[p] = splat(f.b2) * in - splat(f.a2) * out;
        y.part[p] = out;
      }
    }
    for (int p = 0; p < kParts; p++) squares.part[p] += y.part[p] * y.part[p];
  }
}

/// A filter left alone decays into numbers too small for the processor to be fast with.
void settle(SectionState* states, int sections) {
  const Vec least = splat(1e-30), zero{};
  for (int s = 0; s < sections; s++)
    for (int p = 0; p < kParts; p++) {
      Vec &s1 = states[s].s1.part[p], &s2 = states[s].s2.part[p];
      s1 = select(abs(s1) < least, zero, s1);
      s2 = select(abs(s2) < least, zero, s2);
    }
}

void scale_and_put(Row row, double factor, int64_t step, float* const* out) {
  for (int p = 0; p < kParts; p++) row.part[p] *= splat(factor);
  put(row, step, out);
}

}  // namespace

void artifact_rows(const ArtifactRows& r, const float* const* x, int64_t steps, float* const* mean, float* const* jump,
                   float* const* fast) {
  Row* const work = reinterpret_cast<Row*>(r.work);
  Row* const tile = work + r.span;
  SectionState states[kMostSections] = {};
  const double share = 1.0 / r.hop;
  const int64_t steps_a_tile = r.tile / r.hop;
  for (int64_t first = 0; first < steps; first += steps_a_tile) {
    const int64_t count = steps - first < steps_a_tile ? steps - first : steps_a_tile;
    interleave(x, first * r.hop, static_cast<int>(count) * r.hop, tile);
    if (first == 0)
      for (int t = 0; t < r.span; t++) work[t] = tile[0];
    for (int64_t g = 0; g < count; g++) {
      const Row* const here = tile + g * r.hop;
      Row sum{}, largest{}, squares{};
      for (int t = 0; t < r.hop; t++)
        for (int p = 0; p < kParts; p++) {
          sum.part[p] += here[t].part[p];
          largest.part[p] = max(largest.part[p], abs(here[t].part[p] - here[t - r.span].part[p]));
        }
      filter_step(r, here, states, squares);
      scale_and_put(sum, share, first + g, mean);
      put(largest, first + g, jump);
      scale_and_put(squares, share, first + g, fast);
    }
    for (int t = 0; t < r.span; t++) work[t] = tile[count * r.hop - r.span + t];
    settle(states, r.sections);
  }
}

}  // namespace BRRR_TIER
}  // namespace brrr
