#include "events/filter_windows.h"

#include "signal/fft_lanes.h"
#include "signal/lane_rows.h"

namespace brrr {
namespace BRRR_TIER {

void filter_windows(const BlockFir& fir, int count, const double* const* inputs, double* const* outputs, double* work) {
  constexpr int kAtOnce = 2 * kLanes;
  const int64_t length = fir.block + 2 * int64_t{fir.half};
  CVec* filtered[BlockFir::kMaxFilters];
  for (int f = 0; f < fir.filters; f++) filtered[f] = reinterpret_cast<CVec*>(work) + int64_t{f} * fir.stride;
  CVec* x = filtered[fir.filters - 1];
  for (int first = 0; first < count; first += kAtOnce) {
    // Lanes without windows repeat the last pair of them: the same bits are written again.
    int window[kAtOnce];
    for (int i = 0; i < kAtOnce; i++) {
      const int pair = first + i < count ? (first + i) / 2 : (count - 1) / 2;
      window[i] = 2 * pair + i % 2 < count ? 2 * pair + i % 2 : count - 1;
    }
    const double* in[kAtOnce];
    for (int i = 0; i < kAtOnce; i++) in[i] = inputs[window[i]];
    load_rows(in, length, x);
    for (int64_t t = length; t < fir.plan.n; t++) x[t] = CVec{};
    fft_convolve(fir.plan, x, fir.filters, fir.spectra, filtered);
    for (int f = 0; f < fir.filters; f++) {
      double* out[kAtOnce];
      for (int i = 0; i < kAtOnce; i++) out[i] = outputs[f * kFilterWindows + window[i]];
      store_rows(filtered[f] + fir.half, fir.block, out);
    }
  }
}

}  // namespace BRRR_TIER
}  // namespace brrr
