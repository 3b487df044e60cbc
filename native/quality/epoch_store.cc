#include "quality/epoch_store.h"

#include <string>
#include <utility>

#include "common/error.h"

namespace brrr::quality {
namespace {

constexpr double kVoltsPerMicrovolt = 1e-6;

std::string megabytes(uint64_t bytes) { return std::to_string((bytes + 999'999) / 1'000'000) + " MB"; }

/// The number of samples, checked.
size_t checked_size(const EpochGrid& grid, int channels, uint64_t max_bytes, uint64_t working_bytes) {
  if (channels < 1) throw Error("INVALID_ARGUMENT", "Epochs need at least one channel; got none.");
  if (grid.samples < 2)
    throw Error("INVALID_ARGUMENT",
                "An epoch needs at least two samples; got " + std::to_string(grid.samples) + ". Make epochs longer.");
  if (grid.start_s.empty())
    throw Error("TOO_SHORT", "No stretch of the recording holds an epoch of " + std::to_string(grid.samples) +
                                 " samples. Make epochs shorter.");
  const auto cells = static_cast<uint64_t>(channels) * grid.start_s.size();
  const uint64_t values = cells * static_cast<uint64_t>(grid.samples);
  const uint64_t need = values * sizeof(float) + cells * sizeof(RawCell) + working_bytes;
  if (max_bytes > 0 && need > max_bytes)
    throw Error("MEMORY_BUDGET", std::to_string(channels) + " channels x " + std::to_string(grid.start_s.size()) +
                                     " epochs x " + std::to_string(grid.samples) + " samples need " + megabytes(need) +
                                     ", but maxBytes allows " + megabytes(max_bytes) +
                                     ". Take fewer channels or a shorter stretch, or raise maxBytes.");
  return static_cast<size_t>(values);
}

}  // namespace

EpochStore::EpochStore(EpochGrid grid, int channels, uint64_t max_bytes, uint64_t working_bytes)
    : grid_(std::move(grid)),
      channels_(channels),
      data_(checked_size(grid_, channels, max_bytes, working_bytes)),
      raw_(static_cast<size_t>(channels) * grid_.start_s.size()),
      recorded_rate_hz_(static_cast<size_t>(channels), grid_.rate_hz) {}

autoreject::Epochs EpochStore::view(const std::vector<int>& channels) const {
  autoreject::Epochs view;
  view.float32 = data_.data();
  view.scale = kVoltsPerMicrovolt;
  view.samples = grid_.samples;
  for (int64_t e = 0; e < epochs(); e++) view.epoch_start.push_back(e * grid_.samples);
  for (int c : channels) {
    if (c < 0 || c >= channels_)
      throw Error("INVALID_ARGUMENT",
                  "Channel " + std::to_string(c) + " of " + std::to_string(channels_) + " was asked for.");
    view.channel_start.push_back(channel_start(c));
  }
  return view;
}

}  // namespace brrr::quality
