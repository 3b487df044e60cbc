// The samples as the SIMD tiers see them: plain pointers, and tiles of a few samples of many rows.
#pragma once

#include <cstdint>

#include "autoreject/epochs.h"

namespace brrr::autoreject {

/// An Epochs without containers. It points into the Epochs it was made from.
struct Samples {
  const float* float32;
  const double* float64;
  double scale;
  int samples, epochs, channels;
  const int64_t *epoch_start, *channel_start;

  /// Volts. Always inlined: SIMD tiers share no code.
  __attribute__((always_inline)) double at(int64_t index) const {
    return (float32 ? static_cast<double>(float32[index]) : float64[index]) * scale;
  }
};

Samples samples_of(const Epochs& epochs);

/// Samples of one row that are worked on at once. All sums over time go tile by tile, and within a tile by eight
/// partial sums, whatever the width of the lanes: every tier gives the same bits.
constexpr int kTile = 32;

inline int tile_count(int samples) { return (samples + kTile - 1) / kTile; }

}  // namespace brrr::autoreject
