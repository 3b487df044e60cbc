// Complex FFTs, one in each SIMD lane. For *.tier.cc files. All transforms are unscaled: forward has exp(-2 pi i ..),
// inverse exp(+2 pi i ..), and one after the other multiplies by n.
#pragma once

#include "signal/fft.h"
#include "signal/lanes.h"

namespace brrr {
namespace BRRR_TIER {

/// FFT of x[0..n) in natural order. x and scratch (n values each) are both overwritten; the result lies in the one
/// that is returned.
CVec* fft_forward(const FftPlan& plan, CVec* x, CVec* scratch);
CVec* fft_inverse(const FftPlan& plan, CVec* x, CVec* scratch);

/// FFT in place; frequency k ends at x[plan.order[k]]. plan.n must be fast (FftPlan::fast).
void fft_in_place(const FftPlan& plan, CVec* x);

/// Circular convolution of x with `count` kernels of real spectrum: outputs[f] = inverse(spectra[f] * forward(x)).
/// plan.n must be 2^a 3^b 5^c. spectra are in the order of fft_in_place and include the factor 1/n. The outputs do not
/// overlap, each holds n values; the last may be x itself, else x ends as scratch.
void fft_convolve(const FftPlan& plan, CVec* x, int count, const double* const* spectra, CVec* const* outputs);

}  // namespace BRRR_TIER
}  // namespace brrr
