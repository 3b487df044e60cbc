#include "events/slow_wave_coupling.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "events/filter_stretches.h"

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

/// Waves [first, last), whose windows lie in the span.
struct WaveGroup {
  Interval span;
  size_t first, last;
};

/// Waves whose windows meet are done together, as their transforms share most of the work, but not so many that their
/// number would decide how much memory is needed. Windows that leave the signal are in no group.
std::vector<WaveGroup> group_waves(const std::vector<SlowWave>& waves, int64_t around, int64_t n) {
  constexpr int64_t kLongest = 1 << 14;
  std::vector<WaveGroup> groups;
  for (size_t i = 0; i < waves.size(); i++) {
    const int64_t begin = waves[i].negative_peak - around, end = waves[i].negative_peak + around + 1;
    if (begin < 0 || end > n) continue;
    if (!groups.empty() && begin <= groups.back().span.end && end - groups.back().span.begin <= kLongest) {
      groups.back().span.end = end;
      groups.back().last = i + 1;
    } else {
      groups.push_back({{begin, end}, i, i + 1});
    }
  }
  return groups;
}

}  // namespace

std::vector<Coupling> measure_coupling(const SampleSource& channel, const BlockFir& fir,
                                       const std::vector<SparseHilbert>& transforms, const std::vector<SlowWave>& waves,
                                       const CouplingOptions& options, Job& job) {
  const double rate = channel.rate();
  const int64_t n = channel.size(), around = static_cast<int64_t>(rate * options.time);
  std::vector<Coupling> couplings(waves.size(), {kNaN, kNaN, kNaN});
  const std::vector<WaveGroup> groups = group_waves(waves, around, n);
  std::vector<Interval> spans;
  for (const WaveGroup& g : groups) spans.push_back(g.span);
  for_each_stretch(
      fir, channel, spans, SparseHilbert::kMargin,
      [&](const std::vector<SignalView>& filtered, int index) {
        const auto& [span, first, last] = groups[static_cast<size_t>(index)];
        const size_t size = static_cast<size_t>(span.size());
        std::vector<double> transformed(2 * size);
        for (size_t f = 0; f < 2; f++)
          transforms[f].evaluate(filtered[f], span.begin, span.end, transformed.data() + f * size);
        const Analytic a = {filtered[0],
                            {transformed.data(), span.begin, span.end},
                            filtered[1],
                            {transformed.data() + size, span.begin, span.end}};
        for (size_t i = first; i < last; i++)
          couplings[i] = couple(a, waves[i].negative_peak - around, waves[i].negative_peak + around + 1, rate, options);
      },
      job);
  return couplings;
}

}  // namespace brrr::events
