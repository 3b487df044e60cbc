// What happens in a synthetic night: its stages, and every wave that is put on top of the background.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "synth/random.h"
#include "synth/synth.h"
#include "synth/wave.h"

namespace brrr::synth {

constexpr int kEpochSeconds = 30;

enum Stage : int8_t { kWake, kN1, kN2, kN3, kRem };
constexpr int kStages = 5;

enum NightChannel { kC4, kC3, kLoc, kRoc, kChin };
constexpr int kNightChannels = 5;

struct NightPlan {
  Truth truth;
  double lights_off_s = 0, lights_on_s = 0;
  /// Gains in the order of NightChannel.
  std::vector<Wave> waves;
};

/// Cycles of about 100 minutes: deep sleep shrinks and REM grows from one to the next, short awakenings in between,
/// wake at both ends. Nights under four hours have the same course at a quicker pace.
std::vector<int8_t> plan_hypnogram(int epochs, Random& random);

NightPlan plan_night(uint64_t seed, int64_t seconds);

}  // namespace brrr::synth
