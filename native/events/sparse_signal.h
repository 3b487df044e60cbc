// Filtered signals at some stretches of a channel only.
#pragma once

#include <vector>

#include "common/aligned_buffer.h"
#include "common/job.h"
#include "events/intervals.h"
#include "events/signal_view.h"
#include "signal/fir.h"

namespace brrr::events {

class SparseSignals {
 public:
  /// Filters the channel by each filter of `fir` on the given stretches, on all cores. Every stretch has at least one
  /// sample.
  SparseSignals(const BlockFir& fir, const SampleSource& channel, Intervals stretches, Job& job);

  const Intervals& stretches() const { return stretches_; }
  /// The stretch that holds `sample`, which must lie in one.
  SignalView at(int filter, int64_t sample) const;

 private:
  Intervals stretches_;
  std::vector<int64_t> offset_;  ///< of each stretch's first sample in a filter's values
  int64_t stride_ = 0;           ///< values of one filter
  AlignedBuffer<double> values_;
};

}  // namespace brrr::events
