// Sleep spindles as yasa.spindles_detect (YASA 0.7, after Lacourse et al., J. Neurosci. Methods 316, 2019) finds them.
#pragma once

#include <optional>
#include <vector>

#include "common/job.h"
#include "events/event_table.h"
#include "events/hypnogram.h"
#include "events/relative_power.h"
#include "signal/source.h"

namespace brrr::events {

struct SpindleOptions {
  /// Stages searched if there is a hypnogram.
  std::vector<int> include = {kN1, kN2, kN3};
  /// Hz.
  Band freq_sp = {12, 15};
  Band freq_broad = {1, 30};
  /// Seconds, both exclusive.
  double min_duration = 0.5, max_duration = 2;
  /// Events nearer than this become one, milliseconds; 0 keeps them apart.
  double min_distance = 500;
  /// A threshold that is absent is not tested; one at least must be there. rms is in standard deviations above the
  /// mean.
  std::optional<double> rel_pow = 0.2, corr = 0.65, rms = 1.5;
};

/// Columns Start Peak End Duration (s) Amplitude AmpFiltered RMS (uV) AbsPower (log10 uV^2) RelPower Frequency (Hz)
/// Oscillations Symmetry [Stage]. Start and End are times of the first and last sample. Skips (EventTable::skipped)
/// channels shorter than 2 s, flat ones and those of more than 1 mV. Throws INVALID_ARGUMENT for options that make no
/// sense, RATE_TOO_LOW if the bands do not fit below half the rate, ABORTED. Uses all cores.
EventTable detect_spindles(const SampleSource& channel, const Hypnogram* hypnogram, const SpindleOptions& options,
                           Job& job);

}  // namespace brrr::events
