#include "events/filter_windows.h"

#include "signal/fft_lanes.h"

namespace brrr {
namespace BRRR_TIER {
namespace {

constexpr int kAtOnce = 2 * kLanes;

/// Windows 2 l (re) and 2 l + 1 (im) into lane l; those past the last repeat it.
void load_windows(const BlockFir& fir, int count, const double* const* inputs, CVec* x) {
  const int length = fir.block + 2 * fir.half, whole = length / kLanes * kLanes;
  const double *even[kLanes], *odd[kLanes];
  for (int l = 0; l < kLanes; l++) {
    even[l] = inputs[2 * l < count ? 2 * l : count - 1];
    odd[l] = inputs[2 * l + 1 < count ? 2 * l + 1 : count - 1];
  }
  for (int t = 0; t < whole; t += kLanes) {
    Vec re[kLanes], im[kLanes];
    for (int l = 0; l < kLanes; l++) {
      re[l] = load(even[l] + t);
      im[l] = load(odd[l] + t);
    }
    transpose(re);
    transpose(im);
    for (int j = 0; j < kLanes; j++) x[t + j] = {re[j], im[j]};
  }
  for (int t = whole; t < fir.plan.n; t++) {
    x[t] = CVec{};
    for (int l = 0; t < length && l < kLanes; l++) {
      x[t].re[l] = even[l][t];
      x[t].im[l] = odd[l][t];
    }
  }
}

void store_windows(const BlockFir& fir, const CVec* y, int count, double* const* outputs) {
  const int whole = fir.block / kLanes * kLanes;
  for (int t = 0; t < whole; t += kLanes) {
    Vec re[kLanes], im[kLanes];
    for (int j = 0; j < kLanes; j++) {
      re[j] = y[t + j].re;
      im[j] = y[t + j].im;
    }
    transpose(re);
    transpose(im);
    for (int l = 0; 2 * l < count; l++) store(outputs[2 * l] + t, re[l]);
    for (int l = 0; 2 * l + 1 < count; l++) store(outputs[2 * l + 1] + t, im[l]);
  }
  for (int t = whole; t < fir.block; t++)
    for (int l = 0; 2 * l < count; l++) {
      outputs[2 * l][t] = y[t].re[l];
      if (2 * l + 1 < count) outputs[2 * l + 1][t] = y[t].im[l];
    }
}

}  // namespace

void filter_windows(const BlockFir& fir, int count, const double* const* inputs, double* const* outputs, double* work) {
  CVec* filtered[BlockFir::kMaxFilters];
  for (int f = 0; f < fir.filters; f++) filtered[f] = reinterpret_cast<CVec*>(work) + int64_t{f} * fir.stride;
  CVec* x = filtered[fir.filters - 1];
  for (int first = 0; first < count; first += kAtOnce) {
    const int now = count - first < kAtOnce ? count - first : kAtOnce;
    load_windows(fir, now, inputs + first, x);
    fft_convolve(fir.plan, x, fir.filters, fir.spectra, filtered);
    for (int f = 0; f < fir.filters; f++)
      store_windows(fir, filtered[f] + fir.half, now, outputs + f * kFilterWindows + first);
  }
}

}  // namespace BRRR_TIER
}  // namespace brrr
