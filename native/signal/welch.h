// Power spectral densities by Welch's method (scipy.signal.welch: half-overlapping segments, mean removed, one-sided
// density).
#pragma once

#include <cstdint>
#include <vector>

#include "common/aligned_buffer.h"
#include "common/job.h"
#include "signal/fft.h"
#include "signal/source.h"

namespace brrr {

enum class WindowShape { kHann, kHamming };    ///< periodic, as for spectra
enum class SegmentAverage { kMean, kMedian };  ///< the median is divided by its bias, as SciPy does

/// Periodic window of n points.
std::vector<double> periodic_window(WindowShape shape, int n);
/// Bias of the median of `segments` periodograms: 1 + sum over even j < segments of 1/(j+1) - 1/j.
double median_bias(int segments);

/// What the spectrum of one segment needs; welch_segment (signal/welch_lanes.h) runs it on SIMD lanes.
class WelchPlan {
 public:
  WelchPlan(WindowShape shape, int segment, double rate);

  int segment = 0;                 ///< samples a segment
  int bins = 0;                    ///< segment / 2 + 1, rate / segment Hz apart
  FftPlan plan;                    ///< of one segment
  const double* window = nullptr;  ///< segment values
  const double* scale = nullptr;   ///< bins values: from |X|^2 to one-sided density

 private:
  AlignedBuffer<double> tables_;
};

/// A spectrogram: one spectrum an epoch.
struct Spectra {
  int64_t epochs = 0;
  int bins = 0;
  double bin_hz = 0;
  std::vector<double> power;  ///< epochs x bins, squared units of the signal per Hz
};

/// Spectra of successive epochs of epoch_s seconds (an incomplete last one is dropped), each by segments of segment_s
/// seconds overlapping by half. Both are rounded to whole samples; segment_s <= epoch_s, else INVALID_ARGUMENT.
Spectra welch_spectra(const SampleSource& x, double epoch_s, double segment_s, WindowShape shape,
                      SegmentAverage average, Job& job);

}  // namespace brrr
