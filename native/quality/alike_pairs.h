// Bridged electrodes: pairs of channels whose difference has next to no variance, as electrodes do that gel or sweat
// connects. After the electrical distance of Tenke & Kayser (Clin Neurophysiol 112, 2001) and its use in single epochs
// by Alschuler et al. (Clin Neurophysiol 125, 2014).
#pragma once

#include <cstdint>
#include <vector>

#include "common/job.h"
#include "quality/epoch_store.h"

namespace brrr::quality {

/// Pairs that are alike in one epoch at least.
struct AlikePairs {
  static constexpr uint8_t kNotAlike = 0, kAlike = 1, kNotLooked = 255;

  /// The channels of each pair, first < second.
  std::vector<int> first, second;
  /// pairs x epochs; kNotLooked where one of the two is dead.
  std::vector<uint8_t> alike;
  /// Root mean square of the difference, median over the epochs where they are alike.
  std::vector<double> difference_uv;
};

/// Two channels are alike in an epoch if the variance of their difference is below `distance` times that of a typical
/// pair: the median over the pairs of channels half the list apart (fewer than four channels: the sum of the two
/// variances), both below some 30 Hz. So neither the unit nor a common reference signal matters. A channel with less
/// than a hundredth of the median channel's variance is dead there. The result is the same in each tier.
AlikePairs find_alike_pairs(const EpochStore& store, double distance, Job& job);

}  // namespace brrr::quality
