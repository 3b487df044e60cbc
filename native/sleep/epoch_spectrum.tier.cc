// Relative band powers and absolute power of an epoch: median of 11 periodograms, integrated by Simpson's rule.
#include "signal/fft_lanes.h"
#include "sleep/epoch_lanes.h"

namespace brrr::BRRR_TIER::epoch {
namespace {

BRRR_INLINE void order(Vec& a, Vec& b) {
  const Vec lesser = min(a, b);
  b = max(a, b);
  a = lesser;
}

// Brings the least of n values to the front and the greatest to the end.
template <int n>
BRRR_INLINE void extremes_outward(Vec* v) {
  for (int i = 0; i < n / 2; ++i) order(v[i], v[n - 1 - i]);
  for (int i = 1; i < (n + 1) / 2; ++i) order(v[0], v[i]);
  for (int i = n / 2; i < n - 1; ++i) order(v[i], v[n - 1]);
}

// Forgetful selection: of seven of eleven values neither the least nor the greatest can be the median; both are
// forgotten, the next value takes one's place, and so on with one value fewer each time.
BRRR_INLINE Vec median_of_11(const Vec* first, int stride) {
  static_assert(kSegmentCount == 11, "the selection below is for 11 segments");
  Vec v[7];
  for (int i = 0; i < 7; ++i) v[i] = first[i * stride];
  extremes_outward<7>(v);
  v[0] = first[7 * stride];
  extremes_outward<6>(v);
  v[0] = first[8 * stride];
  extremes_outward<5>(v);
  v[0] = first[9 * stride];
  extremes_outward<4>(v);
  v[0] = first[10 * stride];
  extremes_outward<3>(v);
  return v[1];
}

// The spectra of two real signals that share a complex transform are its even and odd parts under conjugation. Each
// power here is 4 times too large, which integrate_bands takes back. Frequency k lies at z[order[k]].
void two_periodograms(const CVec* z, const int* order, Vec* power) {
  for (int bin = kFirstBin; bin <= kLastBin; ++bin, power += 2) {
    const CVec p = z[order[bin]], q = z[order[kSegment - bin]];
    const Vec even_re = p.re + q.re, even_im = p.im - q.im, odd_re = p.im + q.im, odd_im = q.re - p.re;
    power[0] = even_re * even_re + even_im * even_im;
    power[1] = odd_re * odd_re + odd_im * odd_im;
  }
}

BRRR_INLINE Vec integral(const Vec* spectrum, const BandWeights& band) {
  Vec sum{};
  for (int i = 0; i < band.count; ++i) sum += spectrum[band.first + i] * band.weights[i];
  return sum;
}

void integrate_bands(const Vec* spectrum, const SpectrumTables& tables, Vec* features) {
  Vec trapezoid = (spectrum[0] + spectrum[kBinCount - 1]) * 0.5;
  for (int i = 1; i < kBinCount - 1; ++i) trapezoid += spectrum[i];
  features[kAbspow] = trapezoid * (kBinWidth * tables.density / 4);

  const Vec total = integral(spectrum, tables.bands[kTotalBand]);
  const Vec sdelta = integral(spectrum, tables.bands[kSdeltaBand]) / total;
  const Vec fdelta = integral(spectrum, tables.bands[kFdeltaBand]) / total;
  const Vec theta = integral(spectrum, tables.bands[kThetaBand]) / total;
  const Vec alpha = integral(spectrum, tables.bands[kAlphaBand]) / total;
  const Vec sigma = integral(spectrum, tables.bands[kSigmaBand]) / total;
  const Vec beta = integral(spectrum, tables.bands[kBetaBand]) / total;
  const Vec delta = sdelta + fdelta;
  features[kSdelta] = sdelta;
  features[kFdelta] = fdelta;
  features[kTheta] = theta;
  features[kAlpha] = alpha;
  features[kSigma] = sigma;
  features[kBeta] = beta;
  features[kDt] = delta / theta;
  features[kDs] = delta / sigma;
  features[kDb] = delta / beta;
  features[kAt] = alpha / theta;
}

}  // namespace

// Each segment's mean need not be removed: a constant under a periodic Hamming window shows in bins 0 and 1 only.
void band_powers(const CVec* x, const SpectrumTables& tables, SpectrumScratch* scratch, Vec* even, Vec* odd) {
  for (int segment = 0; segment < kSegmentCount; ++segment) {
    const CVec* first = x + segment * kSegmentHop;
    for (int i = 0; i < kSegment; ++i)
      scratch->segment[i] = {first[i].re * tables.window[i], first[i].im * tables.window[i]};
    fft_in_place(*tables.plan, scratch->segment);
    two_periodograms(scratch->segment, tables.plan->order, scratch->power[segment]);
  }
  constexpr int kStride = 2 * kBinCount;
  for (int part = 0; part < 2; ++part) {
    for (int bin = 0; bin < kBinCount; ++bin)
      scratch->spectrum[bin] = median_of_11(&scratch->power[0][2 * bin + part], kStride);
    integrate_bands(scratch->spectrum, tables, part ? odd : even);
  }
}

}  // namespace brrr::BRRR_TIER::epoch
