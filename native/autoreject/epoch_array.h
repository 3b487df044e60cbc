// A caller's array of epochs, of which some channels take part in AutoReject.
#pragma once

#include <cstdint>
#include <vector>

#include "autoreject/epochs.h"
#include "common/job.h"

namespace brrr::autoreject {

/// (epoch, channel, sample), volts. Not owned.
struct EpochArray {
  /// Exactly one of the two is set.
  const float* float32 = nullptr;
  const double* float64 = nullptr;
  int epochs = 0, channels = 0, samples = 0;
  /// Channels that take part.
  std::vector<int> picks;

  Epochs view() const;
};

/// Throws INVALID_ARGUMENT naming the first sample of a picked channel that is NaN or infinite.
void check_finite(const EpochArray& array, Job& job);

/// Copies the chosen epochs with all their channels to `out` (chosen epoch, channel, sample), cells labelled kRepaired
/// repaired; an epoch with no other cell to repair them from stays as it is. `labels`: (epoch, pick); `positions`:
/// (pick, xyz).
void repair_array(const EpochArray& array, const double* positions, const uint8_t* labels,
                  const std::vector<int>& chosen, float* out, Job& job);
void repair_array(const EpochArray& array, const double* positions, const uint8_t* labels,
                  const std::vector<int>& chosen, double* out, Job& job);

}  // namespace brrr::autoreject
