// Rapid eye movements as yasa.rem_detect (YASA 0.7, after Agarwal et al., IEEE Trans. Biomed. Eng. 52, 2005, and Yetton
// et al., J. Neurosci. Methods 259, 2016) finds them.
#pragma once

#include <vector>

#include "common/job.h"
#include "events/event_table.h"
#include "events/hypnogram.h"
#include "events/peaks.h"
#include "events/relative_power.h"
#include "signal/source.h"

namespace brrr::events {

struct RemOptions {
  /// Stages searched if there is a hypnogram.
  std::vector<int> include = {kRem};
  /// uV, inclusive, of the geometric mean of both eyes; an absent limit does not bind.
  Limits amplitude = {50, 325};
  /// Seconds, the lower inclusive, the upper exclusive.
  double min_duration = 0.3, max_duration = 1.2;
  /// Of the squared lower amplitude; not tested where that is absent.
  double relative_prominence = 0.8;
  /// Hz.
  Band freq_rem = {0.5, 5};
};

/// loc, roc: left and right electro-oculogram, of one rate and length. Columns Start Peak End Duration (s)
/// LOCAbsValPeak ROCAbsValPeak (uV) LOCAbsRiseSlope ROCAbsRiseSlope LOCAbsFallSlope ROCAbsFallSlope (uV/s) [Stage].
/// Nothing is searched if either channel is one that detect_spindles would skip. Throws as detect_spindles does.
EventTable detect_rems(const SampleSource& loc, const SampleSource& roc, const Hypnogram* hypnogram,
                       const RemOptions& options, Job& job);

}  // namespace brrr::events
