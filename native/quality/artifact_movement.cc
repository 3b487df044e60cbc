// Movement: most of the channels leave their slow background at the same time.
#include <algorithm>
#include <cmath>

#include "common/parallel.h"
#include "quality/artifact_background.h"
#include "quality/artifact_detectors.h"

namespace brrr::quality {
namespace {

/// Two periods of alpha: it cancels.
constexpr double kMeanS = 0.2;
/// Share of the required channels that must still deflect while a movement lasts.
constexpr double kEdgeChannels = 0.5;

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<int64_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

class MovementSearch {
 public:
  MovementSearch(const ArtifactGrid& grid, const MovementLimits& limits, double background_s)
      : grid_(grid), limits_(limits), around_(grid.steps_in(kMeanS) / 2) {
    deflecting_.assign(static_cast<size_t>(grid.steps), 0);
    backgrounds_.resize(static_cast<size_t>(grid.channels));
    std::vector<std::vector<int>> counts(static_cast<size_t>(worker_count()));
    parallel_for(grid.channels, [&](int c, int worker) {
      std::vector<int>& count = counts[static_cast<size_t>(worker)];
      count.resize(deflecting_.size());
      const std::vector<float> slow = smooth(grid.row(grid.mean, c), grid, around_);
      Background& background = backgrounds_[static_cast<size_t>(c)];
      background = Background(slow.data(), grid.steps, grid.steps_in(background_s), 0.5);
      for (int64_t g = 0; g < grid.steps; g++)
        count[static_cast<size_t>(g)] += std::abs(slow[static_cast<size_t>(g)]) > limits.edge_ratio * deviation(c, g);
    });
    for (const auto& count : counts)
      for (size_t g = 0; g < count.size(); g++) deflecting_[g] += count[g];
  }

  Detections run() const {
    Detections found;
    for (int s = 0; s < grid_.stretches(); s++)
      for (int64_t g = grid_.begin(s); g < grid_.end(s); g++) {
        if (!goes_on(g)) continue;
        const int64_t end = end_of(s, g);
        inspect(s, g, end, found);
        g = end;
      }
    return found;
  }

 private:
  double needed() const { return limits_.channel_share * grid_.channels; }
  bool goes_on(int64_t g) const { return deflecting_[static_cast<size_t>(g)] >= kEdgeChannels * needed(); }

  double deviation(int channel, int64_t g) const {
    return std::max(backgrounds_[static_cast<size_t>(channel)].at(g) / kMedianPerDeviation, kLeastBackgroundUv);
  }

  int64_t end_of(int stretch, int64_t begin) const {
    const int64_t bridge = grid_.steps_in(limits_.window_s);
    int64_t end = begin + 1;
    for (int64_t g = end; g < grid_.end(stretch) && g < end + bridge; g++)
      if (goes_on(g)) end = g + 1;
    return end;
  }

  void inspect(int stretch, int64_t begin, int64_t end, Detections& found) const {
    const int64_t first = grid_.begin(stretch);
    Detection d{stretch, (begin - first) * grid_.hop, (end - first) * grid_.hop, {}, 0, 0};
    std::vector<double> ratios, sizes;
    for (int c = 0; c < grid_.channels; c++) {
      double size = 0, ratio = 0;
      for (int64_t g = begin; g < end; g++) {
        const double deflection = std::abs(mean_around(grid_.row(grid_.mean, c), grid_, stretch, g, around_));
        size = std::max(size, deflection);
        ratio = std::max(ratio, deflection / deviation(c, g));
      }
      if (ratio < limits_.ratio) continue;
      d.channels.push_back(c);
      ratios.push_back(ratio);
      sizes.push_back(size);
    }
    if (d.channels.empty() || static_cast<double>(d.channels.size()) < needed()) return;
    d.ratio = median(std::move(ratios));
    d.size_uv = median(std::move(sizes));
    if (d.size_uv >= limits_.height_uv) found.push_back(std::move(d));
  }

  const ArtifactGrid& grid_;
  const MovementLimits& limits_;
  const int64_t around_;
  std::vector<Background> backgrounds_;
  /// Channels that deflect, at each step.
  std::vector<int> deflecting_;
};

}  // namespace

Detections find_movement(const ArtifactGrid& grid, const MovementLimits& limits, double background_s) {
  if (grid.channels < limits.fewest_channels || grid.steps == 0) return {};
  return MovementSearch(grid, limits, background_s).run();
}

}  // namespace brrr::quality
