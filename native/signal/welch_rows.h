// The tiers' side of signal/welch.cc.
#pragma once

#include "common/tier.h"
#include "signal/source.h"
#include "signal/welch.h"

namespace brrr {

/// Epochs that one call of welch_epochs takes: 2 kLanes of the widest tier.
constexpr int kWelchEpochs = 16;

struct WelchLayout {
  int64_t epoch;   ///< samples an epoch
  int64_t epochs;  ///< in the signal
  int64_t hop;     ///< samples from one segment to the next
  int segments;    ///< an epoch
  bool median;     ///< else mean
  double factor;   ///< of the median or the sum of the segments' densities
};

/// Doubles of work memory of welch_epochs.
inline int64_t welch_work(const WelchPlan& plan, const WelchLayout& layout) {
  const int64_t spectra = layout.median ? layout.segments : 1;
  return 16 * (layout.epoch + 3 * int64_t{plan.segment} + (spectra + 1) * plan.bins + layout.segments);
}

BRRR_TIERED(
    /// Spectra of kWelchEpochs epochs from first on (fewer at the end). power: layout.epochs x plan.bins.
    void welch_epochs(const WelchPlan& plan, const WelchLayout& layout, const SampleSource& x, int64_t first,
                      double* work, double* power);)

}  // namespace brrr
