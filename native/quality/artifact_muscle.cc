// Muscle: activity above 45 Hz that stands out from the channel's own for longer than a single sharp wave does.
#include <algorithm>
#include <cmath>
#include <utility>

#include "quality/artifact_background.h"
#include "quality/artifact_detectors.h"

namespace brrr::quality {
namespace {

/// In most recordings the background is free of muscle for at least this share of the time.
constexpr double kQuietQuantile = 0.25;
/// A spike or a switch, and what rings of it in the filter, is over after three steps of the grid; muscle goes on.
constexpr int kLeftOut = 3;

/// Mean of x over [from, to] without its largest kLeftOut values.
double trimmed_mean(const float* x, int64_t from, int64_t to) {
  float largest[kLeftOut] = {};  // descending
  double sum = 0;
  for (int64_t g = from; g <= to; g++) {
    sum += x[g];
    float moved = x[g];
    for (float& kept : largest)
      if (moved > kept) std::swap(moved, kept);
  }
  for (float left_out : largest) sum -= left_out;
  return std::max(0.0, sum) / static_cast<double>(std::max<int64_t>(1, to - from + 1 - kLeftOut));
}

/// One channel's bursts.
class MuscleSearch {
 public:
  MuscleSearch(const ArtifactGrid& grid, int channel, const float* fast, const MuscleLimits& limits,
               double background_s)
      : grid_(grid),
        channel_(channel),
        limits_(limits),
        around_(std::max<int64_t>(1, grid.steps_in(limits.window_s) / 2)),
        power_(fast),
        smooth_(smooth(power_, grid, around_)),
        background_(smooth_.data(), grid.steps, grid.steps_in(background_s), kQuietQuantile) {}

  Detections run() {
    for (int s = 0; s < grid_.stretches(); s++)
      for (int64_t g = grid_.begin(s); g < grid_.end(s); g++)
        if (smooth_[static_cast<size_t>(g)] > quiet(g) * limits_.ratio * limits_.ratio) g = follow(s, g);
    return std::move(found_);
  }

 private:
  double quiet(int64_t g) const { return std::max(background_.at(g), limits_.floor_uv * limits_.floor_uv); }

  /// Power over background around a step, its largest parts left out.
  double excess(int stretch, int64_t g) const {
    const int64_t from = std::max(g - around_, grid_.begin(stretch));
    const int64_t to = std::min(g + around_, grid_.end(stretch) - 1);
    return trimmed_mean(power_, from, to) / quiet(g);
  }

  /// Keeps the burst around step g if it is one; the step up to which it was followed.
  int64_t follow(int stretch, int64_t g) {
    const int64_t first = grid_.begin(stretch), last = grid_.end(stretch) - 1;
    const double edge = limits_.edge_ratio * limits_.edge_ratio;
    double peak = excess(stretch, g), power = 0;
    if (peak < limits_.ratio * limits_.ratio) return g;
    int64_t begin = g, end = g + 1;
    for (double e; begin > first && (e = excess(stretch, begin - 1)) > edge; begin--) peak = std::max(peak, e);
    for (double e; end <= last && (e = excess(stretch, end)) > edge; end++) peak = std::max(peak, e);
    for (int64_t i = begin; i < end; i++) power = std::max<double>(power, smooth_[static_cast<size_t>(i)]);
    const bool enough = static_cast<double>(end - begin) * grid_.step_s >= limits_.shortest_s;
    if (enough && power >= limits_.rms_uv * limits_.rms_uv)
      found_.push_back({stretch,
                        (begin - first) * grid_.hop,
                        (end - first) * grid_.hop,
                        {channel_},
                        std::sqrt(peak),
                        std::sqrt(power)});
    return end - 1;
  }

  const ArtifactGrid& grid_;
  const int channel_;
  const MuscleLimits& limits_;
  const int64_t around_;
  const float* const power_;
  const std::vector<float> smooth_;
  const Background background_;
  Detections found_;
};

}  // namespace

Detections find_muscle(const ArtifactGrid& grid, int channel, const float* fast, const MuscleLimits& limits,
                       double background_s) {
  if (grid.steps == 0 || grid.band.empty()) return {};
  return MuscleSearch(grid, channel, fast, limits, background_s).run();
}

}  // namespace brrr::quality
