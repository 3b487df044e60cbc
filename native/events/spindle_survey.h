// The first look at a channel for spindles: everything that needs all of its samples, in one pass over them.
#pragma once

#include "common/job.h"
#include "events/curve.h"
#include "events/sparse_hilbert.h"
#include "signal/fir.h"

namespace brrr::events {

/// Order of the filters.
enum SpindleFilter { kBroad = 0, kSigma = 1 };

struct SpindleSurvey {
  explicit SpindleSurvey(int64_t n) : hilbert(n) {}
  /// Moving root mean square of sigma, and correlation of sigma and broad (NaN where one is constant).
  Curve rms, correlation;
  /// Of sigma, ready to be evaluated.
  SparseHilbert hilbert;
  /// False if the channel's level needs a closer look (channel_problem).
  bool surely_passes = false;
};

SpindleSurvey survey_for_spindles(const SampleSource& channel, const BlockFir& fir, Job& job);

}  // namespace brrr::events
