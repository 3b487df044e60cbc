// One table of measures: what each channel was like in each epoch. No decision is taken here.
#pragma once

#include <vector>

#include "common/job.h"
#include "quality/epoch_store.h"

namespace brrr::quality {

/// channels x epochs values each, channel by channel. A rate that cannot show 50 (60) Hz gives NaN shares.
struct CellMeasures {
  std::vector<double> ptp_uv, variance_uv2;
  /// Variance of a calm second: the lower median over the 1 s pieces, so that a blink does not count.
  std::vector<double> calm_variance_uv2;
  /// Share of the 1 s pieces that are flat, before or after the high-pass, whichever has more: the filter's tails reach
  /// into a dead stretch, and a dead input may drift.
  std::vector<float> flat_share;
  std::vector<float> clipped_share;
  /// Share of the power from 1 Hz to half the rate that lies within 1 Hz of 50 (60) Hz and its harmonics.
  std::vector<float> mains50_share, mains60_share;
  /// Where that power peaks near 50 (60) Hz.
  std::vector<float> mains50_hz, mains60_hz;
  /// Share of the power from 1 Hz to half the rate that lies below 12 Hz.
  std::vector<float> slow_share;
};

/// flat_uv: peak-to-peak below which a piece is flat. Spectra are periodograms of the epoch (Hann, mean removed).
CellMeasures measure_cells(const EpochStore& store, double flat_uv, Job& job);

}  // namespace brrr::quality
