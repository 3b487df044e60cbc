// Peaks and zero crossings of the slow-wave band, from which the waves are built.
#pragma once

#include <vector>

#include "events/filter_chunks.h"
#include "events/slow_waves.h"
#include "events/sparse_hilbert.h"

namespace brrr::events {

struct SlowWavePeaks {
  struct Extremum {
    int64_t index;
    double value;
    /// Value of the sample after it.
    double next;
  };
  std::vector<Extremum> negative, positive;
  /// Samples after which the sign changes.
  std::vector<int64_t> crossings;
};

/// What a chunk adds: extrema within the limits of the options and crossings at samples [chunk.begin, chunk.end) of a
/// signal. y: the filtered channel with kPeakContext samples more on both sides, as far as it goes; two samples at
/// least.
SlowWavePeaks find_slow_wave_peaks(const SignalView& y, int64_t begin, int64_t end, const SlowWaveOptions& options);
constexpr int64_t kPeakContext = 64;

/// Times in seconds, values in uV, slope in uV/s.
struct SlowWave {
  int64_t negative_peak;
  double start, mid_crossing, positive_peak, end, duration, negative_value, positive_value, slope;
};

/// Pairs the peaks and applies the rules. `where`: samples in which peaks count.
std::vector<SlowWave> build_slow_waves(const SlowWavePeaks& peaks, const Intervals& where, double rate,
                                       const SlowWaveOptions& options);

}  // namespace brrr::events
