// The samples that AutoReject works on: a view that makes plain arrays and recordings in memory look alike.
#pragma once

#include <cstdint>
#include <vector>

namespace brrr::autoreject {

/// Sample t of channel c in epoch e is, in volts, scale * data[epoch_start[e] + channel_start[c] + t], computed in
/// double. Channels that are not picked are not in it. Nothing is owned; samples are finite.
struct Epochs {
  /// Exactly one of the two is set.
  const float* float32 = nullptr;
  const double* float64 = nullptr;
  double scale = 1;
  /// Samples of one epoch.
  int samples = 0;
  std::vector<int64_t> epoch_start, channel_start;

  int epochs() const { return static_cast<int>(epoch_start.size()); }
  int channels() const { return static_cast<int>(channel_start.size()); }
};

}  // namespace brrr::autoreject
