// Blinks, muscle, electrode pops and movement in continuous EEG: rules of thumb of the field, each measured against the
// channel's own background, every limit an option. They find what is conspicuous; they are no substitute for a reader.
#pragma once

#include <cstdint>
#include <vector>

#include "common/job.h"
#include "quality/artifact_limits.h"
#include "quality/continuous_view.h"

namespace brrr::quality {

enum class ArtifactKind { kBlink, kMuscle, kElectrodePop, kMovement };

struct Artifact {
  ArtifactKind kind;
  double start_s, duration_s;  ///< from the recording's start
  std::vector<int> channels;   ///< ascending
  /// ratio / (ratio + its limit): 0.5 where it was only just found, towards 1 the more it stands out. Not a
  /// probability.
  double confidence;
  double ratio;    ///< what was measured over the channel's background; movement: median of the channels
  double size_uv;  ///< blink: height; muscle: RMS of the fast band; pop: step; movement: deflection, median of channels
};

/// The channels that blinks are told by.
struct BlinkLeads {
  /// Nearest to the two eyes, one for both where only one is there. Negative: no blinks are looked for.
  int left = -1, right = -1;
  std::vector<int> front, middle, back;  ///< behind the eyes, over the middle and the back of the head
};

struct ArtifactOptions {
  BlinkLeads leads;
  ArtifactLimits limits;
  uint64_t max_bytes = 0;  ///< beside the samples; 0: no limit
};

/// Channels in which no muscle is looked for: recorded below 100 Hz, or too slowly to hold the store's fast band.
std::vector<int> slow_channels(const ContinuousView& view, const MuscleLimits& limits);

/// Sorted by start. Neighbouring artifacts of one kind are one where less than the detector's window lies between them;
/// none spans a gap. Blinks and pops are not told apart within a movement. The same on any number of threads and in all
/// SIMD tiers. Throws INVALID_ARGUMENT for channels that are not there, MEMORY_BUDGET.
std::vector<Artifact> detect_artifacts(const ContinuousView& view, const ArtifactOptions& options, Job& job);

}  // namespace brrr::quality
