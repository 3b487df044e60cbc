#include "quality/cell_rows.h"

#include "signal/lane_rows.h"
#include "signal/welch_lanes.h"

namespace brrr {
namespace BRRR_TIER {
namespace {

struct Extremes {
  CVec low, high;
};

BRRR_INLINE Extremes extremes_of(const CVec* x, int first, int end) {
  Extremes e = {x[first], x[first]};
  for (int t = first + 1; t < end; t++) {
    e.low = {min(e.low.re, x[t].re), min(e.low.im, x[t].im)};
    e.high = {max(e.high.re, x[t].re), max(e.high.im, x[t].im)};
  }
  return e;
}

BRRR_INLINE double part(const CVec& v, int row) { return row % 2 ? v.im[row / 2] : v.re[row / 2]; }

/// Variance of x[first..end) in each lane.
BRRR_INLINE CVec variance_of(const CVec* x, int first, int end) {
  CVec sum = {}, squares = {};
  for (int t = first; t < end; t++) sum = sum + x[t];
  const int n = end - first;
  const CVec mean = {sum.re / n, sum.im / n};
  for (int t = first; t < end; t++) {
    const CVec d = x[t] - mean;
    squares = squares + CVec{d.re * d.re, d.im * d.im};
  }
  return {squares.re / n, squares.im / n};
}

/// Lane by lane lower median of v[0..count), which ends partly sorted.
BRRR_INLINE CVec lower_median(CVec* v, int count) {
  const int middle = (count - 1) / 2;
  for (int i = 0; i <= middle; i++)
    for (int j = count - 1; j > i; j--) {
      const CVec a = v[j - 1], b = v[j];
      v[j - 1] = {min(a.re, b.re), min(a.im, b.im)};
      v[j] = {max(a.re, b.re), max(a.im, b.im)};
    }
  return v[middle];
}

/// pieces_work: `pieces` values.
void measure_amplitude(const CVec* x, int samples, int pieces, double flat_uv, int count, CVec* pieces_work,
                       CellRow* out) {
  Extremes whole = {x[0], x[0]};
  for (int row = 0; row < count; row++) out[row].flat_pieces = 0;
  for (int64_t i = 0; i < pieces; i++) {
    const auto first = static_cast<int>(i * samples / pieces), end = static_cast<int>((i + 1) * samples / pieces);
    const Extremes e = extremes_of(x, first, end);
    for (int row = 0; row < count; row++) out[row].flat_pieces += part(e.high - e.low, row) < flat_uv;
    whole.low = {min(whole.low.re, e.low.re), min(whole.low.im, e.low.im)};
    whole.high = {max(whole.high.re, e.high.re), max(whole.high.im, e.high.im)};
    pieces_work[i] = variance_of(x, first, end);
  }
  const CVec variance = variance_of(x, 0, samples), calm = lower_median(pieces_work, pieces);
  for (int row = 0; row < count; row++) {
    out[row].ptp = part(whole.high - whole.low, row);
    out[row].variance = part(variance, row);
    out[row].calm_variance = part(calm, row);
  }
}

BRRR_INLINE CVec power_in(const CVec* power, BinRange range) {
  CVec sum = {};
  for (int k = range.first; k <= range.last; k++) sum = sum + power[k];
  return sum;
}

int strongest(const CVec* power, BinRange range, int row) {
  int best = range.first;
  for (int k = range.first + 1; k <= range.last; k++)
    if (part(power[k], row) > part(power[best], row)) best = k;
  return best;
}

void measure_spectrum(const CellSpectrum& spectrum, const CVec* power, int count, CellRow* out) {
  const CVec total = power_in(power, spectrum.total), slow = power_in(power, spectrum.slow);
  for (int row = 0; row < count; row++) out[row].slow = part(total, row) > 0 ? part(slow, row) / part(total, row) : 0;
  for (int base = 0; base < 2; base++) {
    CVec mains = {};
    for (int i = 0; i < spectrum.mains_count[base]; i++) mains = mains + power_in(power, spectrum.mains[base][i]);
    for (int row = 0; row < count; row++) {
      out[row].mains[base] = part(total, row) > 0 ? part(mains, row) / part(total, row) : 0;
      out[row].peak_bin[base] = spectrum.mains_count[base] > 0 ? strongest(power, spectrum.mains[base][0], row) : 0;
    }
  }
}

}  // namespace

void measure_rows(const CellSpectrum& spectrum, const float* const* rows, int count, int samples, int pieces,
                  double flat_uv, double* work, CellRow* out) {
  const WelchPlan& plan = *spectrum.plan;
  for (int first = 0; first < count; first += 2 * kLanes) {
    const int here = count - first < 2 * kLanes ? count - first : 2 * kLanes;
    CVec *x = reinterpret_cast<CVec*>(work), *fft = x + samples, *power = fft + 2 * plan.segment,
         *pieces_work = power + plan.bins;
    double* wide = reinterpret_cast<double*>(pieces_work + pieces);
    const double* wide_rows[2 * kLanes];
    for (int i = 0; i < 2 * kLanes; i++) {
      const float* row = rows[first + (i < here ? i : here - 1)];
      double* to = wide + int64_t{i} * samples;
      for (int t = 0; t < samples; t++) to[t] = row[t];
      wide_rows[i] = to;
    }
    load_rows(wide_rows, samples, x);
    measure_amplitude(x, samples, pieces, flat_uv, here, pieces_work, out + first);
    welch_segment(plan, x, power, fft);
    measure_spectrum(spectrum, power, here, out + first);
  }
}

}  // namespace BRRR_TIER
}  // namespace brrr
