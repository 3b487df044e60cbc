#include "quality/artifacts.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>
#include <tuple>

#include "autoreject/fit_memory.h"
#include "quality/artifact_detectors.h"

namespace brrr::quality {
namespace {

void check_channels(const ContinuousView& view, const ArtifactOptions& options) {
  const auto check = [&](int c) {
    if (c < 0 || c >= view.channels)
      throw Error("INVALID_ARGUMENT", "There is no channel " + std::to_string(c) + " among the " +
                                          std::to_string(view.channels) + " that artifacts are looked for in.");
  };
  const BlinkLeads& leads = options.leads;
  if (leads.left >= 0) {
    check(leads.left);
    check(leads.right);
  }
  for (const auto* list : {&leads.front, &leads.middle, &leads.back})
    for (int c : *list) check(c);
}

/// All channels but those.
std::vector<int> without(int channels, const std::vector<int>& left_out) {
  std::vector<int> rest;
  for (int c = 0; c < channels; c++)
    if (!std::binary_search(left_out.begin(), left_out.end(), c)) rest.push_back(c);
  return rest;
}

bool overlap(const Detection& a, const Detection& b) {
  return a.stretch == b.stretch && a.begin < b.end && b.begin < a.end;
}

/// Those that touch none of the others.
Detections outside_of(const Detections& others, Detections detections) {
  const auto touches = [&](const Detection& d) {
    return std::any_of(others.begin(), others.end(), [&](const Detection& other) { return overlap(other, d); });
  };
  detections.erase(std::remove_if(detections.begin(), detections.end(), touches), detections.end());
  return detections;
}

/// Those that are no echo of a pop: in its channel, at its time, and shorter than `samples`.
Detections beyond_pops(const Detections& pops, Detections detections, int64_t samples) {
  const auto echoes = [&](const Detection& d) {
    return d.end - d.begin < samples && std::any_of(pops.begin(), pops.end(), [&](const Detection& pop) {
             return overlap(pop, d) && pop.channels == d.channels;
           });
  };
  detections.erase(std::remove_if(detections.begin(), detections.end(), echoes), detections.end());
  return detections;
}

int64_t samples_of(const ContinuousView& view) {
  int64_t samples = 0;
  for (const auto& stretch : view.stretches) samples += stretch.samples;
  return samples;
}

Detections joined(std::vector<Detections> lists) {
  Detections all;
  for (Detections& list : lists)
    all.insert(all.end(), std::make_move_iterator(list.begin()), std::make_move_iterator(list.end()));
  return all;
}

std::vector<int> united(const std::vector<int>& a, const std::vector<int>& b) {
  std::vector<int> both;
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  return both;
}

}  // namespace

Detections merge_neighbours(Detections detections, int64_t window) {
  std::stable_sort(detections.begin(), detections.end(), [](const Detection& a, const Detection& b) {
    return std::tie(a.stretch, a.begin) < std::tie(b.stretch, b.begin);
  });
  Detections merged;
  for (Detection& d : detections) {
    Detection* last = merged.empty() ? nullptr : &merged.back();
    if (!last || last->stretch != d.stretch || d.begin - last->end >= window) {
      merged.push_back(std::move(d));
      continue;
    }
    last->end = std::max(last->end, d.end);
    last->channels = united(last->channels, d.channels);
    last->ratio = std::max(last->ratio, d.ratio);
    last->size_uv = std::max(last->size_uv, d.size_uv);
  }
  return merged;
}

std::vector<int> slow_channels(const ContinuousView& view, const MuscleLimits& limits) {
  const FastBand band = fast_band(view.rate_hz, limits);
  std::vector<int> slow;
  for (int c = 0; c < view.channels; c++)
    if (!holds_band(view.recorded_rate_hz[static_cast<size_t>(c)], band)) slow.push_back(c);
  return slow;
}

std::vector<Artifact> detect_artifacts(const ContinuousView& view, const ArtifactOptions& options, Job& job) {
  check_channels(view, options);
  std::vector<Artifact> artifacts;
  if (view.channels == 0) return artifacts;
  autoreject::check_budget("Looking for artifacts", artifact_bytes(view.rate_hz, view.channels, samples_of(view)),
                           options.max_bytes);
  const ArtifactLimits& limits = options.limits;
  const double background_s = limits.background_s;
  const auto samples = [&](double seconds) { return std::llround(seconds * view.rate_hz); };
  const auto add = [&](ArtifactKind kind, const Detections& found, double window_s, double limit) {
    job.check();
    for (Detection& d : merge_neighbours(found, samples(window_s))) {
      const double start = view.stretches[static_cast<size_t>(d.stretch)].start_s;
      artifacts.push_back({kind, start + static_cast<double>(d.begin) / view.rate_hz,
                           static_cast<double>(d.end - d.begin) / view.rate_hz, std::move(d.channels),
                           d.ratio / (d.ratio + limit), d.ratio, d.size_uv});
    }
  };

  const std::vector<int> fast = without(view.channels, slow_channels(view, limits.muscle));
  std::vector<Detections> bursts(static_cast<size_t>(view.channels));
  const auto look_for_muscle = [&](const ArtifactGrid& grid, int channel, const float* power) {
    if (std::binary_search(fast.begin(), fast.end(), channel))
      bursts[static_cast<size_t>(channel)] = find_muscle(grid, channel, power, limits.muscle, background_s);
  };
  const ArtifactGrid grid = make_artifact_grid(view, fast_band(view.rate_hz, limits.muscle), look_for_muscle, job);
  const Detections movement = find_movement(grid, limits.movement, background_s);
  const Detections blinks = outside_of(movement, find_blinks(grid, options.leads, limits.blink, background_s));
  const Detections pops = outside_of(movement, find_pops(view, grid, limits.pop, background_s));
  const Detections muscle = beyond_pops(pops, joined(std::move(bursts)), samples(2 * limits.muscle.window_s));
  add(ArtifactKind::kBlink, blinks, limits.blink.window_s, limits.blink.ratio);
  add(ArtifactKind::kMuscle, muscle, limits.muscle.window_s, limits.muscle.ratio);
  add(ArtifactKind::kElectrodePop, pops, limits.pop.window_s, limits.pop.ratio);
  add(ArtifactKind::kMovement, movement, limits.movement.window_s, limits.movement.ratio);
  std::stable_sort(artifacts.begin(), artifacts.end(),
                   [](const Artifact& a, const Artifact& b) { return a.start_s < b.start_s; });
  return artifacts;
}

}  // namespace brrr::quality
