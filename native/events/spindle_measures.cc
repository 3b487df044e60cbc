#include "events/spindle_measures.h"

#include <algorithm>
#include <cmath>

#include "events/descriptive.h"
#include "events/peaks.h"

namespace brrr::events {
namespace {

constexpr double kTwoPi = 6.28318530717958647692;
constexpr double kOscillation_s = 0.06;

/// Median of log10 of the instantaneous power, where there is any.
double absolute_power(const Interval& event, const SignalView& sigma, const SignalView& hilbert) {
  std::vector<double> logs;
  for (int64_t i = event.begin; i < event.end; i++) {
    const double power = sigma[i] * sigma[i] + hilbert[i] * hilbert[i];
    if (power > 0) logs.push_back(std::log10(power));
  }
  return median(logs);
}

/// Median of the positive instantaneous frequencies. The phase is not unwrapped: where it wraps the frequency is
/// negative.
double dominant_frequency(const Interval& event, double rate, const SignalView& sigma, const SignalView& hilbert) {
  std::vector<double> frequencies;
  double phase = std::atan2(hilbert[event.begin], sigma[event.begin]);
  for (int64_t i = event.begin + 1; i < std::min(event.end + 1, hilbert.end); i++) {
    const double next = std::atan2(hilbert[i], sigma[i]);
    const double frequency = rate / kTwoPi * (next - phase);
    if (frequency > 0) frequencies.push_back(frequency);
    phase = next;
  }
  return median(frequencies);
}

}  // namespace

SpindleMeasures measure_spindle(const Interval& event, double rate, const SignalView& broad, const SignalView& sigma,
                                const SignalView& hilbert, double relative_power) {
  const size_t n = static_cast<size_t>(event.size());
  std::vector<double> d(broad.from(event.begin), broad.from(event.end - 1) + 1);
  detrend(d.data(), n);

  PeakConditions apart;
  apart.distance = kOscillation_s * rate;
  const std::vector<Peak> peaks = find_peaks(d.data(), event.size(), apart);
  const auto prominent = std::max_element(peaks.begin(), peaks.end(),
                                          [](const Peak& a, const Peak& b) { return a.prominence < b.prominence; });
  // Without an oscillation (odd options allow it) the largest value stands for its peak.
  const int64_t peak = peaks.empty() ? std::max_element(d.begin(), d.end()) - d.begin() : prominent->index;

  const double start = event.begin / rate, end = (event.end - 1) / rate;
  return {start,
          start + peak / rate,
          end,
          end - start,
          peak_to_peak(d.data(), n),
          peak_to_peak(sigma.from(event.begin), n),
          root_mean_square(d.data(), n),
          absolute_power(event, sigma, hilbert),
          relative_power,
          dominant_frequency(event, rate, sigma, hilbert),
          static_cast<double>(peaks.size()),
          static_cast<double>(peak) / static_cast<double>(n)};
}

}  // namespace brrr::events
