// Synthetic recordings: a night of sleep and a routine EEG, with the truth they were made from. They have the look of
// real ones well enough for staging and detectors to work on them; they say nothing about accuracy on people.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/job.h"

namespace brrr::synth {

/// A wave or a stretch that was put into the recording on purpose.
struct PlantedEvent {
  /// Night: spindle, k_complex, slow_wave, rem, saccade (awake), slow_eye_movement, blink, sawtooth, arousal,
  /// movement, twitch, electrode_pop. Routine: eyes_open, eyes_closed, blink, muscle, electrode_pop.
  std::string type;
  double start_s = 0, duration_s = 0;
  /// Largest deflection of the wave; 0 for stretches.
  double amplitude_uv = 0;
  /// Names of the recording's channels that show it.
  std::vector<std::string> channels;
};

struct Truth {
  /// One per whole 30 s epoch: W 0, N1 1, N2 2, N3 3, R 4. Empty for a routine EEG.
  std::vector<int8_t> stages;
  /// Sorted by start.
  std::vector<PlantedEvent> events;
};

struct NightOptions {
  uint64_t seed = 1;
  /// 0.1 to 48; the recording has whole seconds.
  double hours = 8;
  /// Samples per second, 32 to 2048.
  int rate = 256;
  /// Any of night_channels(), in the order of the file; empty for all.
  std::vector<std::string> channels;
};

struct RoutineOptions {
  uint64_t seed = 1;
  /// 0.01 to 48.
  double hours = 1.0 / 3;
  int rate = 256;
  /// Any of routine_channels(); empty for all.
  std::vector<std::string> channels;
  /// False leaves out blinks, muscle and electrode pops, and nothing else changes.
  bool artifacts = true;
};

/// C4-M1, C3-M2, LOC-M2, ROC-M2, EMG chin.
const std::vector<std::string>& night_channels();
/// The 19 electrodes of the 10-20 system and the ECG.
const std::vector<std::string>& routine_channels();

/// Writes an EDF+C file with annotations (night: lights off, lights on; routine: eyes open, eyes closed). The same
/// options give the same samples on every machine, up to the last bits of libm. A subset of channels changes nothing in
/// the channels it has. Throws INVALID_ARGUMENT, WRITE_FAILED, ABORTED.
Truth synthesise_night(const NightOptions& options, const std::string& path, Job& job);
Truth synthesise_routine(const RoutineOptions& options, const std::string& path, Job& job);

}  // namespace brrr::synth
