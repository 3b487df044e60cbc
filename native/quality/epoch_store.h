// The epochs of a recording in memory, as every quality analysis reads them: microvolts, float32, channel by channel.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "autoreject/epochs.h"
#include "common/aligned_buffer.h"
#include "common/job.h"

namespace brrr::quality {

/// What is seen only in the samples as they were recorded, before filter and resampling. One per cell, that is one
/// channel in one epoch.
struct RawCell {
  float flat_share = 0;     ///< share of the 1 s pieces whose peak-to-peak stays below the flat limit
  float clipped_share = 0;  ///< share of the samples that lie in runs at a rail (quality/raw_cells.h)
};

/// When the epochs are. They all have one length and never touch a gap.
struct EpochGrid {
  double rate_hz = 0;
  double length_s = 0;          ///< samples / rate_hz
  int samples = 0;              ///< of one epoch of one channel
  std::vector<double> start_s;  ///< of each epoch, from the recording's start
};

/// Immutable once filled; may be read by several threads.
class EpochStore {
 public:
  /// Room for the samples, not yet set. Throws MEMORY_BUDGET if they and `working_bytes` need more than max_bytes (0:
  /// no limit), OUT_OF_MEMORY, INVALID_ARGUMENT for no channels or no samples, TOO_SHORT for no epochs.
  EpochStore(EpochGrid grid, int channels, uint64_t max_bytes = 0, uint64_t working_bytes = 0);

  const EpochGrid& grid() const { return grid_; }
  double rate_hz() const { return grid_.rate_hz; }
  int samples() const { return grid_.samples; }
  int epochs() const { return static_cast<int>(grid_.start_s.size()); }
  int channels() const { return channels_; }

  /// epochs() x samples() values in uV.
  float* channel(int c) { return data_.data() + channel_start(c); }
  const float* channel(int c) const { return data_.data() + channel_start(c); }
  const float* cell(int c, int e) const { return channel(c) + static_cast<int64_t>(e) * grid_.samples; }

  RawCell& raw(int c, int e) { return raw_[static_cast<size_t>(c) * epochs() + e]; }
  const RawCell& raw(int c, int e) const { return raw_[static_cast<size_t>(c) * epochs() + e]; }
  /// Samples per second that the channel was recorded with; the store's own where it was not resampled.
  double& recorded_rate_hz(int c) { return recorded_rate_hz_[c]; }
  double recorded_rate_hz(int c) const { return recorded_rate_hz_[c]; }

  /// These channels for AutoReject, in this order; volts by its scale. It ends with the store.
  autoreject::Epochs view(const std::vector<int>& channels) const;

  uint64_t bytes() const { return data_.size() * sizeof(float) + raw_.size() * sizeof(RawCell); }

 private:
  int64_t channel_start(int c) const { return int64_t{c} * epochs() * grid_.samples; }

  EpochGrid grid_;
  int channels_;
  AlignedBuffer<float> data_;
  std::vector<RawCell> raw_;
  std::vector<double> recorded_rate_hz_;
};

}  // namespace brrr::quality
