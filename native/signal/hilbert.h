// Analytic signal by FFT (scipy.signal.hilbert).
#pragma once

#include <cstdint>

#include "common/job.h"

namespace brrr {

/// Hilbert transform of x: the imaginary part of the analytic signal, whose real part is x itself. The FFT has length
/// fft_length >= n (x is padded by zeros at the end and the result cut to n); 0 takes next_fast_length(n), as YASA
/// does. The length changes values near the ends only. out: n values. Uses all cores.
void hilbert_transform(const double* x, int64_t n, double* out, Job& job, int64_t fft_length = 0);

}  // namespace brrr
