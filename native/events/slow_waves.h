// Slow waves as yasa.sw_detect (YASA 0.7, after Massimini et al., J. Neurosci. 24, 2004, and Carrier et al., Eur. J.
// Neurosci. 33, 2011) finds them.
#pragma once

#include <optional>
#include <vector>

#include "common/job.h"
#include "events/event_table.h"
#include "events/hypnogram.h"
#include "events/peaks.h"
#include "events/relative_power.h"
#include "signal/source.h"

namespace brrr::events {

/// How the amplitude of a faster rhythm goes with the phase of the slow waves.
struct CouplingOptions {
  /// Hz, the faster rhythm.
  Band freq_sp = {12, 16};
  /// Seconds before and after the negative peak.
  double time = 1;
  /// ndPAC that is not significant at this level becomes 0; absent: every value is kept.
  std::optional<double> p = 0.05;
};

struct SlowWaveOptions {
  /// Stages searched if there is a hypnogram.
  std::vector<int> include = {kN2, kN3};
  /// Hz.
  Band freq_sw = {0.3, 1.5};
  /// Seconds, exclusive.
  double min_dur_neg = 0.3, max_dur_neg = 1.5;
  double min_dur_pos = 0.1, max_dur_pos = 1;
  /// uV below and above zero, inclusive; an absent limit does not bind.
  Limits amp_neg = {40, 200};
  Limits amp_pos = {10, 150};
  /// uV, exclusive.
  Limits amp_ptp = {75, 350};
  /// The columns of coupling exist if this is given.
  std::optional<CouplingOptions> coupling;
};

/// Columns Start NegPeak MidCrossing PosPeak End Duration (s) ValNegPeak ValPosPeak PTP (uV) Slope (uV/s) Frequency
/// (Hz) [SigmaPeak (s) PhaseAtSigmaPeak (radians) ndPAC] [Stage]. The coupling columns are NaN where their window
/// leaves the signal. Skips channels and throws as detect_spindles does.
EventTable detect_slow_waves(const SampleSource& channel, const Hypnogram* hypnogram, const SlowWaveOptions& options,
                             Job& job);

}  // namespace brrr::events
