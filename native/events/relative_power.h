// Share of a narrow band in the power of a broad one, from a short-time Fourier transform laid out as YASA's stft_power
// (scipy.signal.stft with zero boundary, no detrending).
#pragma once

#include <cstdint>
#include <vector>

#include "events/curve.h"
#include "events/signal_view.h"
#include "signal/fft.h"

namespace brrr::events {

struct Band {
  double low, high;
};

class RelativePower {
 public:
  /// Segments of 2 s every 0.2 s, periodic Hann window. Bands include their edges.
  RelativePower(double rate, Band narrow, Band broad);

  /// Samples a segment, and from one frame to the next. Frame k is centred at sample k * hop().
  int segment() const { return segment_; }
  int hop() const { return hop_; }
  int margin() const { return segment_ / 2 + 1 + hop_; }
  /// Number of frames of a signal of n samples.
  int64_t frames(int64_t n) const { return (n + 2 * (segment_ / 2) - segment_ + hop_ - 1) / hop_ + 1; }

  /// The power over samples [begin, end) of a signal of n samples: frames from the last before to the first after them.
  /// signal reaches margin() samples further on both sides, as far as the whole signal does; beyond its ends there are
  /// zeros.
  Curve over(const SignalView& signal, int64_t begin, int64_t end, int64_t n) const;

  /// power[i] = narrow / broad of segments[i], each segment() samples, which are overwritten; NaN where the broad band
  /// is empty of power. At most kBatch segments.
  static constexpr int kBatch = 16;
  void measure(int count, double* const* segments, double* power) const;

 private:
  int segment_, hop_;
  int broad_first_, broad_last_, narrow_first_, narrow_last_;  ///< bins, inclusive
  std::vector<double> window_;
  bool has_plan_;
  FftPlan plan_;
};

}  // namespace brrr::events
