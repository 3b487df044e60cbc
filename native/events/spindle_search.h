// Which samples belong to spindles: the criteria sample by sample, smoothed, and joined into events.
#pragma once

#include <optional>
#include <vector>

#include "events/curve.h"
#include "events/intervals.h"

namespace brrr::events {

/// A criterion is met where its curve reaches its threshold.
struct SpindleCriterion {
  const Curve& curve;
  double threshold;
};

/// The samples of `where` at which all criteria are met.
Intervals where_all_met(const std::vector<SpindleCriterion>& criteria, const Intervals& where);

struct SpindleRules {
  double rate;
  double min_duration, max_duration;  ///< seconds, exclusive
  double min_distance;                ///< samples; nearer events become one
  /// Box of the moving average over the number of criteria met.
  int box() const { return static_cast<int>(0.1 * rate); }
};

/// Spindles whose samples lie within `inside`, a stretch of a signal of n samples: where the moving average of the
/// number of criteria met (0 outside `where`) is above their number less one. Curves must be known box() samples around
/// it.
Intervals find_spindles(const std::vector<SpindleCriterion>& criteria, const Intervals& where,
                        const SpindleRules& rules, Interval inside, int64_t n);

}  // namespace brrr::events
