// Sleep stages laid over the samples of a channel.
#pragma once

#include <cstdint>
#include <vector>

#include "events/intervals.h"

namespace brrr::events {

enum Stage : int { kUnscored = -2, kArtefact = -1, kWake = 0, kN1 = 1, kN2 = 2, kN3 = 3, kRem = 4 };

struct Hypnogram {
  /// One stage per epoch, the numbers of Stage.
  std::vector<int8_t> stages;
  double epoch_s = 30;
  /// Where the channel's first sample lies, in seconds from the start of the first epoch.
  double offset_s = 0;
};

/// The stage of each of n samples: a sample belongs to the epoch that holds its time; outside the epochs it is
/// unscored.
class StageMap {
 public:
  /// hypnogram may be nullptr: then every sample is selected and none has a stage. Throws INVALID_ARGUMENT unless
  /// epoch_s > 0.
  StageMap(const Hypnogram* hypnogram, double rate, int64_t n);

  bool given() const { return hypnogram_ != nullptr; }
  int stage_at(int64_t sample) const;
  /// The samples whose stage is one of `include`; all of them without a hypnogram.
  Intervals select(const std::vector<int>& include) const;

 private:
  int64_t epoch_begin(int64_t epoch) const;

  const Hypnogram* hypnogram_;
  double rate_;
  int64_t n_;
};

}  // namespace brrr::events
