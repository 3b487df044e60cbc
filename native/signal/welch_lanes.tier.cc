#include "signal/welch_lanes.h"

#include "signal/fft_lanes.h"
#include "signal/lane_rows.h"
#include "signal/welch_rows.h"

namespace brrr {
namespace BRRR_TIER {
namespace {

// Lane by lane median of v[0..count), which ends partly sorted.
BRRR_INLINE Vec median(Vec* v, int count) {
  const int middle = count / 2;
  for (int i = 0; i <= middle; i++)
    for (int j = count - 1; j > i; j--) {
      const Vec low = min(v[j - 1], v[j]);
      v[j] = max(v[j - 1], v[j]);
      v[j - 1] = low;
    }
  return count % 2 ? v[middle] : 0.5 * (v[middle - 1] + v[middle]);
}

// out[k] = factor * (median over the segments of spectra[segment * bins + k]).
void average_by_median(const CVec* spectra, int segments, int bins, double factor, Vec* v, CVec* out) {
  for (int k = 0; k < bins; k++) {
    for (int s = 0; s < segments; s++) v[s] = spectra[s * bins + k].re;
    const Vec re = median(v, segments);
    for (int s = 0; s < segments; s++) v[s] = spectra[s * bins + k].im;
    out[k] = {re * factor, median(v, segments) * factor};
  }
}

void store_epochs(const CVec* spectrum, int bins, const WelchLayout& layout, int64_t first, double* power) {
  for (int row = 0; row < 2 * kLanes && first + row < layout.epochs; row++) {
    double* out = power + (first + row) * bins;
    for (int k = 0; k < bins; k++) out[k] = row % 2 ? spectrum[k].im[row / 2] : spectrum[k].re[row / 2];
  }
}

void welch_group(const WelchPlan& plan, const WelchLayout& layout, const SampleSource& source, int64_t first,
                 CVec* work, double* power) {
  const int bins = plan.bins;
  CVec *x = work, *fft = x + plan.segment, *total = fft + 2 * plan.segment, *spectra = total + bins;
  Vec* sorted = reinterpret_cast<Vec*>(spectra + (layout.median ? layout.segments : 1) * bins);
  double* samples = reinterpret_cast<double*>(sorted + 2 * layout.segments);
  const int64_t left = layout.epochs - first, epochs = left < 2 * kLanes ? left : 2 * kLanes;
  source.read(first * layout.epoch, epochs * layout.epoch, samples);
  for (int k = 0; k < bins; k++) total[k] = CVec{};
  for (int s = 0; s < layout.segments; s++) {
    const double* rows[2 * kLanes];
    for (int64_t i = 0; i < 2 * kLanes; i++)
      rows[i] = samples + (i < epochs ? i : epochs - 1) * layout.epoch + s * layout.hop;
    load_rows(rows, plan.segment, x);
    CVec* spectrum = spectra + (layout.median ? s * bins : 0);
    welch_segment(plan, x, spectrum, fft);
    if (!layout.median)
      for (int k = 0; k < bins; k++) total[k] = total[k] + spectrum[k];
  }
  if (layout.median)
    average_by_median(spectra, layout.segments, bins, layout.factor, sorted, total);
  else
    for (int k = 0; k < bins; k++) total[k] = {total[k].re * layout.factor, total[k].im * layout.factor};
  store_epochs(total, bins, layout, first, power);
}

}  // namespace

void welch_segment(const WelchPlan& plan, const CVec* x, CVec* power, CVec* work) {
  const int n = plan.segment;
  CVec mean = {};
  for (int t = 0; t < n; t++) mean = mean + x[t];
  mean = {mean.re / n, mean.im / n};
  for (int t = 0; t < n; t++) work[t] = {(x[t].re - mean.re) * plan.window[t], (x[t].im - mean.im) * plan.window[t]};
  const CVec* z = fft_forward(plan.plan, work, work + n);
  // Two real series in one complex transform: z[k] + conj(z[n-k]) is twice the spectrum of the real part.
  for (int k = 0; k < plan.bins; k++) {
    const CVec a = z[k], b = z[k == 0 ? 0 : n - k];
    const CVec first = {a.re + b.re, a.im - b.im}, second = {a.im + b.im, b.re - a.re};
    power[k] = {(first.re * first.re + first.im * first.im) * plan.scale[k],
                (second.re * second.re + second.im * second.im) * plan.scale[k]};
  }
}

void welch_epochs(const WelchPlan& plan, const WelchLayout& layout, const SampleSource& x, int64_t first, double* work,
                  double* power) {
  for (int i = 0; i < kWelchEpochs && first + i < layout.epochs; i += 2 * kLanes)
    welch_group(plan, layout, x, first + i, reinterpret_cast<CVec*>(work), power);
}

}  // namespace BRRR_TIER
}  // namespace brrr
