// What is looked at in samples as they were recorded: flat stretches and saturation.
#pragma once

#include <cmath>

#include "common/tier.h"
#include "quality/epoch_store.h"

namespace brrr::quality {

/// Values in uV beyond which a channel cannot go, NaN where they are not known.
struct Rails {
  double low = NAN, high = NAN;
};

/// Samples of the shortest run at a rail that counts as clipped.
constexpr int kClippedRun = 3;

/// Measures one cell. x: `samples` values; pieces: number of 1 s pieces. Clipped are samples at a known rail, and those
/// at the cell's own highest or lowest value where that comes in runs of kClippedRun or more and at least twice as
/// often as the next value inside, as saturation has it and a coarsely quantised peak does not. A cell with a flat
/// piece is clipped at a known rail only: its runs may be a dead input.
RawCell measure_raw_cell(const double* x, int samples, int pieces, double flat_uv, Rails rails);

/// 1 s pieces that an epoch is cut into: evenly, at least one.
inline int pieces_of(double samples, double rate_hz) {
  const auto pieces = static_cast<int>(std::lround(samples / rate_hz));
  return pieces < 1 ? 1 : pieces;
}

}  // namespace brrr::quality
