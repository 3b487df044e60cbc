// Electrode pops: one electrode's potential jumps within a few samples, stays, and falls back slowly. Spikes return at
// once, muscle does not stay, eye movements and movement reach other electrodes.
#include <algorithm>
#include <cmath>

#include "common/parallel.h"
#include "quality/artifact_background.h"
#include "quality/artifact_detectors.h"

namespace brrr::quality {
namespace {

/// The level before a jump and after it is the mean over this time; between them lies what the jump takes.
constexpr double kLevelS = 0.04;
constexpr double kOverShare = 0.1;

class PopSearch {
 public:
  PopSearch(const ContinuousView& view, const ArtifactGrid& grid, const PopLimits& limits, double background_s)
      : view_(view), grid_(grid), limits_(limits), span_(jump_span(view.rate_hz)) {
    level_ = std::max<int64_t>(2, std::llround(kLevelS * view.rate_hz));
    usual_.resize(static_cast<size_t>(grid.channels));
    parallel_for(grid.channels, [&](int c, int) {
      usual_[static_cast<size_t>(c)] = Background(grid.row(grid.jump, c), grid.steps, grid.steps_in(background_s), 0.5);
    });
  }

  Detections run(int channel) const {
    Detections found;
    const float* const jump = grid_.row(grid_.jump, channel);
    for (int s = 0; s < grid_.stretches(); s++) {
      const int64_t first = grid_.begin(s), last = grid_.end(s) - 1;
      for (int64_t g = first; g <= last; g++) {
        if (jump[g] < limits_.step_uv || jump[g] < limits_.ratio * usual(channel, g)) continue;
        const bool largest = (g == first || jump[g] > jump[g - 1]) && (g == last || jump[g] >= jump[g + 1]);
        if (largest) inspect(channel, s, g, found);
      }
    }
    return found;
  }

 private:
  double usual(int channel, int64_t g) const {
    return std::max(usual_[static_cast<size_t>(channel)].at(g), kLeastBackgroundUv);
  }

  double change(const float* x, int64_t t) const { return static_cast<double>(x[t]) - x[t - span_]; }

  static double mean(const float* x, int64_t from, int64_t to) {
    double sum = 0;
    for (int64_t t = from; t < to; t++) sum += x[t];
    return sum / static_cast<double>(to - from);
  }

  /// The sample of step g (counted in its stretch) at which the change is largest.
  int64_t sharpest(const float* x, int64_t g) const {
    int64_t best = std::max<int64_t>(g * grid_.hop, span_);
    for (int64_t t = best; t < (g + 1) * grid_.hop; t++)
      if (std::abs(change(x, t)) > std::abs(change(x, best))) best = t;
    return best;
  }

  void inspect(int channel, int stretch, int64_t g, Detections& found) const {
    const int64_t samples = view_.stretches[static_cast<size_t>(stretch)].samples;
    const float* const x = view_.at(stretch, channel);
    const int64_t after = sharpest(x, g - grid_.begin(stretch)), before = after - span_ + 1;
    if (before < level_ || after + level_ > samples) return;
    const double from = mean(x, before - level_, before), to = mean(x, after, after + level_), step = to - from;
    const double sharp = change(x, after), sign = sharp > 0 ? 1 : -1, background = usual(channel, g);
    if (step * sign < limits_.step_uv || step * sign < limits_.ratio * background) return;
    if (std::abs(sharp) < limits_.steep_share * std::abs(step) || step * sign < limits_.stay_share * std::abs(sharp))
      return;
    if (shared(channel, stretch, g, after, std::abs(sharp))) return;
    const int64_t end = end_of(x, after, samples, sign, std::abs(step));
    if (static_cast<double>(end - before) < limits_.shortest_s * view_.rate_hz) return;
    found.push_back({stretch, before, end, {channel}, std::abs(step) / background, std::abs(step)});
  }

  /// True if another channel jumps too, beyond what it does anyway.
  bool shared(int channel, int stretch, int64_t g, int64_t after, double size) const {
    for (int c = 0; c < view_.channels; c++) {
      if (c == channel) continue;
      const double other = std::abs(change(view_.at(stretch, c), after));
      if (other >= limits_.others_share * size && other >= limits_.others_ratio * usual(c, g)) return true;
    }
    return false;
  }

  /// Where the potential has fallen to a tenth of the step, seen through means of kLevelS.
  int64_t end_of(const float* x, int64_t after, int64_t samples, double sign, double step) const {
    const int64_t furthest = std::min<int64_t>(samples, after + std::llround(limits_.longest_s * view_.rate_hz));
    int64_t t = after;
    for (; t + level_ <= furthest; t += level_)
      if (sign * mean(x, t, t + level_) < kOverShare * step) return std::max(t, after + level_);
    return furthest;
  }

  const ContinuousView& view_;
  const ArtifactGrid& grid_;
  const PopLimits& limits_;
  const int span_;
  int64_t level_;
  std::vector<Background> usual_;
};

}  // namespace

Detections find_pops(const ContinuousView& view, const ArtifactGrid& grid, const PopLimits& limits,
                     double background_s) {
  if (grid.channels < limits.fewest_channels || grid.steps == 0) return {};
  const PopSearch search(view, grid, limits, background_s);
  std::vector<Detections> each(static_cast<size_t>(grid.channels));
  parallel_for(grid.channels, [&](int c, int) { each[static_cast<size_t>(c)] = search.run(c); });
  Detections all;
  for (Detections& one : each) all.insert(all.end(), one.begin(), one.end());
  return all;
}

}  // namespace brrr::quality
