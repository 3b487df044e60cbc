#include "events/slow_wave_peaks.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace brrr::events {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double round4(double x) { return std::nearbyint(x * 1e4) / 1e4; }

std::vector<SlowWavePeaks::Extremum> keep_inside(const std::vector<SlowWavePeaks::Extremum>& peaks,
                                                 const Intervals& where) {
  std::vector<SlowWavePeaks::Extremum> kept;
  size_t interval = 0;
  for (const auto& p : peaks) {
    while (interval < where.size() && where[interval].end <= p.index) interval++;
    if (interval < where.size() && where[interval].begin <= p.index) kept.push_back(p);
  }
  return kept;
}

/// Removes all waves that share `member` with another one.
void drop_shared(std::vector<SlowWave>& waves, double SlowWave::*member) {
  std::map<double, int> uses;
  for (const SlowWave& w : waves) uses[w.*member]++;
  waves.erase(std::remove_if(waves.begin(), waves.end(), [&](const SlowWave& w) { return uses[w.*member] > 1; }),
              waves.end());
}

/// The crossings around a sample, as distances in samples.
struct Neighbours {
  int64_t before, after;
  double phase(double rate) const { return static_cast<double>(before + after) / rate; }
};

}  // namespace

SlowWavePeaks find_slow_wave_peaks(const SignalView& y, int64_t begin, int64_t end, const SlowWaveOptions& options) {
  SlowWavePeaks found;
  const double* x = y.data;
  const int64_t n = y.end - y.begin;
  const auto upward = [x](int64_t i) { return x[i]; };
  const auto downward = [x](int64_t i) { return -x[i]; };
  if (begin == 0 && (x[0] > 0) != (x[1] > 0)) found.crossings.push_back(0);
  for (int64_t i : find_turning_points(x, n, begin - y.begin, end - y.begin)) {
    if ((x[i] > 0) != (x[i + 1] > 0)) found.crossings.push_back(y.begin + i);
    const int64_t low = maximum_starting_at(downward, n, i), high = maximum_starting_at(upward, n, i);
    if (low >= 0 && options.amp_neg.admit(-x[low])) found.negative.push_back({y.begin + low, x[low], x[low + 1]});
    if (high >= 0 && options.amp_pos.admit(x[high])) found.positive.push_back({y.begin + high, x[high], x[high + 1]});
  }
  return found;
}

std::vector<SlowWave> build_slow_waves(const SlowWavePeaks& peaks, const Intervals& where, double rate,
                                       const SlowWaveOptions& options) {
  using Extremum = SlowWavePeaks::Extremum;
  const std::vector<Extremum> negative = keep_inside(peaks.negative, where);
  std::vector<Extremum> positive = keep_inside(peaks.positive, where);
  if (negative.empty()) return {};
  if (positive.empty() || positive.back().index < negative.back().index)
    positive.push_back({negative.back().index + 1, negative.back().next, 0});

  std::vector<std::pair<Extremum, Extremum>> pairs;
  size_t following = 0;
  for (const Extremum& low : negative) {
    while (positive[following].index < low.index) following++;
    const Extremum& high = positive[following];
    const double ptp = std::abs(low.value) + high.value;
    if (high.index > low.index && ptp > options.amp_ptp.low.value_or(-kInfinity) &&
        ptp < options.amp_ptp.high.value_or(kInfinity))
      pairs.push_back({low, high});
  }
  if (pairs.empty()) return {};

  std::vector<int64_t> crossings = peaks.crossings;
  const int64_t last_peak = pairs.back().second.index;
  if (crossings.empty() || crossings.back() < last_peak) crossings.push_back(last_peak);
  const auto neighbours = [&](int64_t sample) {
    const auto after = std::lower_bound(crossings.begin(), crossings.end(), sample);
    const int64_t before = after == crossings.begin() ? crossings.back() : *(after - 1);
    return Neighbours{std::abs(before - sample), *after - sample};
  };

  std::vector<SlowWave> waves;
  for (const auto& [low, high] : pairs) {
    const Neighbours around_low = neighbours(low.index), around_high = neighbours(high.index);
    SlowWave w;
    w.negative_peak = low.index;
    w.start = (low.index - around_low.before) / rate;
    w.mid_crossing = (low.index + around_low.after) / rate;
    w.positive_peak = high.index / rate;
    w.end = (high.index + around_high.after) / rate;
    w.duration = round4(w.end - w.start);
    w.negative_value = low.value;
    w.positive_value = high.value;
    w.slope = std::abs(low.value) / (w.mid_crossing - low.index / rate);
    const double negative_phase = around_low.phase(rate), positive_phase = around_high.phase(rate);
    const bool whole = around_low.before && around_low.after && around_high.before && around_high.after &&
                       w.duration == round4(negative_phase + positive_phase);
    if (whole && w.duration >= options.min_dur_neg + options.min_dur_pos &&
        w.duration <= options.max_dur_neg + options.max_dur_pos && negative_phase > options.min_dur_neg &&
        negative_phase < options.max_dur_neg && positive_phase > options.min_dur_pos &&
        positive_phase < options.max_dur_pos && w.start < w.mid_crossing && w.mid_crossing < w.end && w.slope > 0)
      waves.push_back(w);
  }
  drop_shared(waves, &SlowWave::start);
  drop_shared(waves, &SlowWave::end);
  return waves;
}

}  // namespace brrr::events
