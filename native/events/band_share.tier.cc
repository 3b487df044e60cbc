#include "events/band_share.h"

#include "signal/fft_lanes.h"
#include "signal/lane_rows.h"

namespace brrr {
namespace BRRR_TIER {

void band_shares(const FftPlan& plan, BinRange narrow, BinRange broad, int count, const double* const* segments,
                 double* work, double* share) {
  constexpr int kAtOnce = 2 * kLanes;
  CVec *x = reinterpret_cast<CVec*>(work), *scratch = x + plan.n;
  for (int first = 0; first < count; first += kAtOnce) {
    const double* row[kAtOnce];
    for (int i = 0; i < kAtOnce; i++) row[i] = segments[first + i < count ? first + i : count - 1];
    load_rows(row, plan.n, x);
    const CVec* spectrum = fft_forward(plan, x, scratch);
    Vec narrow_even{}, narrow_odd{}, broad_even{}, broad_odd{};
    for (int k = broad.first; k <= broad.last; k++) {
      // Spectra of the real parts (even segments) and the imaginary parts (odd ones), both times two.
      const CVec a = spectrum[k], b = spectrum[k == 0 ? 0 : plan.n - k];
      const Vec even_re = a.re + b.re, even_im = a.im - b.im, odd_re = a.im + b.im, odd_im = b.re - a.re;
      const Vec even = even_re * even_re + even_im * even_im, odd = odd_re * odd_re + odd_im * odd_im;
      broad_even += even;
      broad_odd += odd;
      if (k < narrow.first || k > narrow.last) continue;
      narrow_even += even;
      narrow_odd += odd;
    }
    const Vec share_even = narrow_even / broad_even, share_odd = narrow_odd / broad_odd;
    for (int i = 0; i < kAtOnce && first + i < count; i++)
      share[first + i] = i % 2 ? share_odd[i / 2] : share_even[i / 2];
  }
}

}  // namespace BRRR_TIER
}  // namespace brrr
