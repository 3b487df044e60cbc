// Real FFTs of any length in double precision on all cores (numpy.fft.rfft and irfft).
#pragma once

#include <complex>
#include <cstdint>
#include <functional>

#include "common/job.h"
#include "signal/fft_grid.h"
#include "signal/source.h"

namespace brrr {

/// Spectrum of x, n = x.size() >= 1: out[k] = sum over j of x[j] exp(-2 pi i j k / n) for k < bins <= n/2 + 1. Lengths
/// with prime factors above FftPlan::kLargestFastPrime go by Bluestein's algorithm, at some five times the time.
void rfft(const SampleSource& x, std::complex<double>* out, int64_t bins, Job& job);
void rfft(const double* x, int64_t n, std::complex<double>* out);

/// The inverse, scaled by 1/n: n/2 + 1 bins become n samples. The imaginary parts of bin 0 and, for even n, of bin n/2
/// are ignored.
void irfft(const std::complex<double>* spectrum, int64_t n, double* out, Job& job);
void irfft(const std::complex<double>* spectrum, int64_t n, double* out);

/// The same for one length without large prime factors, keeping tables and memory (n doubles) from one transform to
/// the next. Not for several threads at once; each call uses all cores.
class LongFft {
 public:
  static bool supports(int64_t n) { return FftGrid::choose_rows(n) > 0; }
  explicit LongFft(int64_t n);
  void forward(const SampleSource& x, std::complex<double>* out, int64_t bins, Job& job);
  /// Hands the samples over in pieces, from several threads, in any order.
  using Sink = std::function<void(int64_t start, int64_t count, const double* samples)>;
  void inverse(const std::complex<double>* spectrum, const Sink& sink, Job& job);

 private:
  int64_t n_;
  FftGrid grid_;
  GridAxis axis_;
};

}  // namespace brrr
