// Bad channels by RANSAC (Bigdely-Shamlo et al. 2015, as in the Python package autoreject): each channel is predicted
// from many random subsets of channels; one that the median prediction does not resemble in many epochs is bad.
#pragma once

#include <cstdint>
#include <vector>

#include "autoreject/epochs.h"
#include "common/job.h"

namespace brrr::autoreject {

struct RansacOptions {
  /// Subsets drawn.
  int n_resample = 50;
  /// Share of the channels in a subset, rounded half to even.
  double min_channels = 0.25;
  /// A correlation below it is a bad epoch of the channel.
  double min_corr = 0.75;
  /// A channel with more than this share of bad epochs is bad.
  double unbroken_time = 0.4;
  uint32_t seed = 435656;
};

struct RansacResult {
  /// Channels of each subset in drawing order.
  std::vector<std::vector<int>> subsets;
  /// (epoch, channel): cosine between samples and median prediction, mean not removed. NaN where either is all zero:
  /// such an epoch is not bad, as in the original.
  std::vector<double> correlations;
  /// Share of bad epochs of each channel.
  std::vector<double> bad_fraction;
  /// 1 for bad channels.
  std::vector<uint8_t> bad;
};

/// `positions`: (channel, xyz), head frame. Throws INVALID_ARGUMENT (a subset would be empty), ABORTED, OUT_OF_MEMORY.
RansacResult ransac(const Epochs& epochs, const double* positions, const RansacOptions& options, Job& job);

}  // namespace brrr::autoreject
