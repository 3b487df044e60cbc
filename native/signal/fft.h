// Plans of complex FFTs. A plan holds the factorisation and the twiddle factors; signal/fft_lanes.h runs it on SIMD
// lanes. Plans are immutable and may be shared by threads.
#pragma once

#include <complex>
#include <cstdint>
#include <vector>

#include "common/aligned_buffer.h"

namespace brrr {

/// exp(-2 pi i m / n), each part within an ulp of its value. n >= 1, m of any sign.
std::complex<double> unit_root(int64_t m, int64_t n);

/// Smallest 2^a 3^b 5^c >= n (scipy.fftpack.next_fast_len). n >= 1.
int64_t next_fast_length(int64_t n);

/// One factor of an FFT: butterflies of `radix` points, then twiddle factors.
struct FftStage {
  int radix;
  int length;              ///< points of the sub-transforms that this stage splits
  int rest;                ///< length / radix
  const double* twiddles;  ///< exp(-2 pi i p j / length) as (re, im): p = 0..rest-1 outer, j = 1..radix-1 inner
  const double* roots;     ///< exp(-2 pi i j / radix), j = 0..radix-1
};

/// FFT of n complex points. Plain members only: SIMD code reads them.
class FftPlan {
 public:
  static constexpr int kLargestFastPrime = 31;
  static constexpr int kMaxLength = 1 << 26;
  static constexpr int kMaxStages = 32;

  /// True if n <= kMaxLength has no prime factor above kLargestFastPrime. A prime factor p costs p operations a point.
  static bool fast(int64_t n);
  /// Throws INVALID_ARGUMENT unless 1 <= n <= kMaxLength.
  explicit FftPlan(int64_t n);
  FftPlan(FftPlan&&) = default;
  FftPlan& operator=(FftPlan&&) = default;

  int n = 0;
  int stage_count = 0;
  FftStage stages[kMaxStages] = {};
  /// Where the in-place transform (fft_in_place) leaves frequency k: at index order[k].
  const int* order = nullptr;

 private:
  AlignedBuffer<double> tables_;
  std::vector<int> order_;
};

/// exp(-2 pi i m / n) for any 0 <= m < n as the product of two table entries: n may be huge.
class RootTable {
 public:
  explicit RootTable(int64_t n);
  int64_t n() const { return n_; }
  std::complex<double> operator()(int64_t m) const {
    const double *a = low_.data() + 2 * (m & mask_), *b = high_.data() + 2 * (m >> shift_);
    return {a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]};
  }

 private:
  int64_t n_, mask_;
  int shift_;
  std::vector<double> low_, high_;
};

}  // namespace brrr
