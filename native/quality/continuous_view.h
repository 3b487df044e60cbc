// A recording's samples without their cut into epochs.
#pragma once

#include <cstdint>
#include <vector>

#include "quality/epoch_store.h"

namespace brrr::quality {

/// Channels of one sampling rate, in microvolts, with the gaps between their stretches. Nothing is owned; samples are
/// finite.
struct ContinuousView {
  struct Stretch {
    double start_s;  ///< from the recording's start
    int64_t samples;
  };
  double rate_hz = 0;
  int channels = 0;
  /// Of each channel, before it was resampled.
  std::vector<double> recorded_rate_hz;
  std::vector<Stretch> stretches;
  /// Of channel c in stretch s: samples[s * channels + c].
  std::vector<const float*> samples;

  const float* at(int stretch, int channel) const {
    return samples[static_cast<size_t>(stretch) * static_cast<size_t>(channels) + static_cast<size_t>(channel)];
  }
};

/// The picked channels of a store, which must outlive the view: epochs that follow each other without a gap are one
/// stretch. Throws INVALID_ARGUMENT for a channel that is not in the store.
ContinuousView continuous_view(const EpochStore& store, const std::vector<int>& picks);

}  // namespace brrr::quality
