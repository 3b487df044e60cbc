#include "events/slow_wave_coupling.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "common/parallel.h"
#include "events/sparse_signal.h"

namespace brrr::events {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// The inverse of std::erf on [0, 1), by Newton's method.
double inverse_erf(double y) {
  constexpr double kSlope = 1.12837916709551257390;  // 2 / sqrt(pi)
  double x = 0;
  for (int i = 0; i < 100; i++) {
    const double step = (std::erf(x) - y) / (kSlope * std::exp(-x * x));
    x -= step;
    if (std::abs(step) < 1e-15) break;
  }
  return x;
}

/// Both bands and their transforms over [begin, end).
struct Analytic {
  SignalView slow, slow_transform, fast, fast_transform;
};

/// Normalised direct phase-amplitude coupling (Ozkurt 2012, IEEE Trans. Biomed. Eng. 59), as YASA computes it.
Coupling couple(const Analytic& a, int64_t begin, int64_t end, double rate, const CouplingOptions& options) {
  const size_t n = static_cast<size_t>(end - begin);
  std::vector<double> amplitude(n);
  double sum = 0;
  for (size_t i = 0; i < n; i++) {
    const int64_t t = begin + static_cast<int64_t>(i);
    amplitude[i] = std::sqrt(a.fast[t] * a.fast[t] + a.fast_transform[t] * a.fast_transform[t]);
    sum += amplitude[i];
  }
  const double mean = sum / n;
  double squares = 0, re = 0, im = 0;
  for (size_t i = 0; i < n; i++) {
    const int64_t t = begin + static_cast<int64_t>(i);
    const double z = amplitude[i] - mean, x = a.slow[t], y = a.slow_transform[t], size = std::sqrt(x * x + y * y);
    squares += z * z;
    // The phase of zero is zero.
    re += size > 0 ? z * (x / size) : z;
    im += size > 0 ? z * (y / size) : 0;
  }
  const double vector = std::hypot(re, im) / std::sqrt(squares / (n - 1));
  double pac = vector / n;
  if (options.p) {
    const double limit = inverse_erf(1 - *options.p);
    if (vector * vector <= 2 * n * limit * limit) pac = 0;
  }
  const int64_t peak = begin + (std::max_element(amplitude.begin(), amplitude.end()) - amplitude.begin());
  return {peak / rate, std::atan2(a.slow_transform[peak], a.slow[peak]), pac};
}

}  // namespace

std::vector<Coupling> measure_coupling(const SampleSource& channel, const BlockFir& fir,
                                       const std::vector<SparseHilbert>& transforms, const std::vector<SlowWave>& waves,
                                       const CouplingOptions& options, Job& job) {
  const double rate = channel.rate();
  const int64_t n = channel.size(), around = static_cast<int64_t>(rate * options.time);
  std::vector<Coupling> couplings(waves.size(), {kNaN, kNaN, kNaN});
  // Waves whose windows meet are done together: their transforms share most of the work.
  Intervals stretches;
  for (const SlowWave& w : waves)
    if (w.negative_peak - around >= 0 && w.negative_peak + around < n)
      append(stretches, w.negative_peak - around, w.negative_peak + around + 1);
  const SparseSignals signals(fir, channel, widen(stretches, SparseHilbert::kMargin, n), job);

  parallel_for(static_cast<int>(stretches.size()), [&](int item, int) {
    job.check();
    const Interval s = stretches[static_cast<size_t>(item)];
    const size_t size = static_cast<size_t>(s.size());
    std::vector<double> transformed(2 * size);
    Analytic a;
    a.slow = signals.at(0, s.begin);
    a.fast = signals.at(1, s.begin);
    transforms[0].evaluate(a.slow, s.begin, s.end, transformed.data());
    transforms[1].evaluate(a.fast, s.begin, s.end, transformed.data() + size);
    a.slow_transform = {transformed.data(), s.begin, s.end};
    a.fast_transform = {transformed.data() + size, s.begin, s.end};
    auto wave = std::lower_bound(waves.begin(), waves.end(), s.begin + around,
                                 [](const SlowWave& w, int64_t sample) { return w.negative_peak < sample; });
    for (; wave != waves.end() && wave->negative_peak + around < s.end; ++wave)
      couplings[static_cast<size_t>(wave - waves.begin())] =
          couple(a, wave->negative_peak - around, wave->negative_peak + around + 1, rate, options);
  });
  return couplings;
}

}  // namespace brrr::events
