// Blinks: a positive wave over both eyes that is gone towards the back of the head. Lateral eye movements have opposite
// signs over the two eyes; slow waves and drowsy frontal activity reach the middle of the head.
#include <algorithm>
#include <cmath>
#include <optional>

#include "events/peaks.h"
#include "quality/artifact_background.h"
#include "quality/artifact_detectors.h"

namespace brrr::quality {
namespace {

constexpr double kEdgeShare = 0.2;
constexpr double kBaseSearchS = 0.35;
/// Channels that see this share of a blink are named with it.
constexpr double kSeenShare = 0.4;

/// Weights 1/4, 1/2, 1/4: alpha, near 10 Hz, falls to a third. The ends of a stretch are repeated.
std::vector<float> mean_of_eyes(const ArtifactGrid& grid, int left, int right) {
  const float *l = grid.row(grid.mean, left), *r = grid.row(grid.mean, right);
  std::vector<float> eyes(static_cast<size_t>(grid.steps));
  for (int s = 0; s < grid.stretches(); s++)
    for (int64_t g = grid.begin(s); g < grid.end(s); g++) {
      const int64_t before = std::max(g - 1, grid.begin(s)), after = std::min(g + 1, grid.end(s) - 1);
      eyes[static_cast<size_t>(g)] = 0.125f * ((l[before] + r[before]) + 2 * (l[g] + r[g]) + (l[after] + r[after]));
    }
  return eyes;
}

struct Wave {
  int64_t peak;
  double height;      ///< above its base
  double begin, end;  ///< where it passes a fifth of that, in steps
};

/// Where x passes `level` on the way from the peak, in steps of `direction`; the end of the way if it does not.
double crossing(const float* x, int64_t peak, int64_t base, int direction, double level) {
  for (int64_t g = peak; g != base; g += direction) {
    const double inner = x[g], outer = x[g + direction];
    if (outer > level) continue;
    return static_cast<double>(g) + direction * (inner - level) / (inner - outer);
  }
  return static_cast<double>(base);
}

/// The wave around a peak of x, among steps [first, last].
Wave measure_wave(const float* x, int64_t peak, int64_t first, int64_t last) {
  int64_t left = peak, right = peak;
  for (int64_t g = peak - 1; g >= first && x[g] <= x[peak]; g--)
    if (x[g] < x[left]) left = g;
  for (int64_t g = peak + 1; g <= last && x[g] <= x[peak]; g++)
    if (x[g] < x[right]) right = g;
  const double base = 0.5 * (static_cast<double>(x[left]) + x[right]), height = x[peak] - base;
  const double level = base + kEdgeShare * height;
  return {peak, height, crossing(x, peak, left, -1, level), crossing(x, peak, right, 1, level)};
}

/// Mean over the wave minus the mean of as many steps on each side.
class Contrast {
 public:
  Contrast(const Wave& wave, int64_t first, int64_t last)
      : from_(std::max<int64_t>(first, std::llround(wave.begin))),
        to_(std::min<int64_t>(last, std::llround(wave.end))) {
    const int64_t size = to_ - from_ + 1;
    before_ = std::max(first, from_ - size);
    after_ = std::min(last, to_ + size);
  }
  double of(const float* x) const {
    double inside = 0, outside = 0;
    for (int64_t g = before_; g <= after_; g++) (g >= from_ && g <= to_ ? inside : outside) += x[g];
    const auto size = static_cast<double>(to_ - from_ + 1), rest = static_cast<double>(after_ - before_ + 1) - size;
    return inside / size - (rest > 0 ? outside / rest : 0);
  }

 private:
  int64_t from_, to_, before_ = 0, after_ = 0;
};

double mean_contrast(const ArtifactGrid& grid, const Contrast& contrast, const std::vector<int>& channels) {
  double sum = 0;
  for (int c : channels) sum += contrast.of(grid.row(grid.mean, c));
  return channels.empty() ? 0 : sum / static_cast<double>(channels.size());
}

/// The channels that see the wave, or nothing where it does not look like a blink across the head.
std::optional<std::vector<int>> field_of_blink(const ArtifactGrid& grid, const BlinkLeads& leads,
                                               const BlinkLimits& limits, const Contrast& contrast) {
  const double left = contrast.of(grid.row(grid.mean, leads.left)),
               right = contrast.of(grid.row(grid.mean, leads.right));
  const double eyes = 0.5 * (left + right);
  if (!(std::min(left, right) >= limits.side_share * std::max(left, right)) || !(eyes > 0)) return std::nullopt;
  if (mean_contrast(grid, contrast, leads.front) > limits.front_share * eyes) return std::nullopt;
  if (mean_contrast(grid, contrast, leads.middle) > limits.middle_share * eyes) return std::nullopt;
  if (mean_contrast(grid, contrast, leads.back) > limits.back_share * eyes) return std::nullopt;
  std::vector<int> seen;
  for (int c = 0; c < grid.channels; c++)
    if (contrast.of(grid.row(grid.mean, c)) >= kSeenShare * eyes) seen.push_back(c);
  return seen;
}

class BlinkSearch {
 public:
  BlinkSearch(const ArtifactGrid& grid, const BlinkLeads& leads, const BlinkLimits& limits, double background_s)
      : grid_(grid),
        leads_(leads),
        limits_(limits),
        reach_(grid.steps_in(kBaseSearchS)),
        eyes_(mean_of_eyes(grid, leads.left, leads.right)),
        background_(eyes_.data(), grid.steps, grid.steps_in(background_s), 0.5) {}

  Detections run() const {
    Detections found;
    for (int s = 0; s < grid_.stretches(); s++) {
      const float* const x = eyes_.data() + grid_.begin(s);
      const int64_t n = grid_.end(s) - grid_.begin(s);
      for (int64_t i = 1; i + 1 < n; i++) {
        const int64_t peak = events::maximum_starting_at([x](int64_t k) { return x[k]; }, n, i);
        // A base lies below zero at times, but no deeper than the wave is high.
        if (peak >= 0 && x[peak] >= 0.5 * limits_.height_uv) inspect(s, grid_.begin(s) + peak, found);
      }
    }
    return found;
  }

 private:
  void inspect(int stretch, int64_t peak, Detections& found) const {
    const int64_t first = grid_.begin(stretch), last = grid_.end(stretch) - 1;
    const Wave wave = measure_wave(eyes_.data(), peak, std::max(first, peak - reach_), std::min(last, peak + reach_));
    const double deviation = std::max(background_.at(peak) / kMedianPerDeviation, kLeastBackgroundUv);
    if (wave.height < limits_.height_uv || wave.height < limits_.ratio * deviation) return;
    const double duration_s = (wave.end - wave.begin) * grid_.step_s;
    if (duration_s < limits_.shortest_s || duration_s > limits_.longest_s) return;
    auto channels = field_of_blink(grid_, leads_, limits_, Contrast(wave, first, last));
    if (!channels) return;
    // The mean of a step stands for its middle.
    const auto sample = [&](double step) {
      return std::llround((step - static_cast<double>(first) + 0.5) * grid_.hop);
    };
    found.push_back(
        {stretch, sample(wave.begin), sample(wave.end), std::move(*channels), wave.height / deviation, wave.height});
  }

  const ArtifactGrid& grid_;
  const BlinkLeads& leads_;
  const BlinkLimits& limits_;
  const int64_t reach_;
  const std::vector<float> eyes_;
  const Background background_;
};

}  // namespace

Detections find_blinks(const ArtifactGrid& grid, const BlinkLeads& leads, const BlinkLimits& limits,
                       double background_s) {
  if (leads.left < 0 || grid.steps == 0) return {};
  return BlinkSearch(grid, leads, limits, background_s).run();
}

}  // namespace brrr::quality
