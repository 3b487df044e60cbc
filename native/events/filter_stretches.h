// Stretches of a channel walked through: filtered a few megabytes at a time, looked at and dropped.
#pragma once

#include <functional>
#include <vector>

#include "common/job.h"
#include "events/intervals.h"
#include "events/signal_view.h"
#include "signal/fir.h"

namespace brrr::events {

/// Calls body(filtered, index) for each stretch, on all cores in any order. filtered[f] is the channel behind filter f
/// of `fir` over the stretch and `margin` samples more on both sides, as far as the channel goes; it dies with the
/// call. Stretches have a sample at least, neither begin nor end before the one ahead of them, and may overlap. Memory
/// grows with the longest of them, not with their number.
void for_each_stretch(const BlockFir& fir, const SampleSource& channel, const std::vector<Interval>& stretches,
                      int64_t margin,
                      const std::function<void(const std::vector<SignalView>& filtered, int index)>& body, Job& job);

}  // namespace brrr::events
