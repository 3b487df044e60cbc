// Shared by the night and the routine EEG: checks of options, a minute of samples, the file.
#pragma once

#include <string>
#include <vector>

#include "edf/writer.h"

namespace brrr::synth {

/// Whole seconds of a recording of `hours`; INVALID_ARGUMENT unless least <= hours <= 48.
int64_t checked_seconds(double hours, double least);
/// Indices of the named channels in `known`, all for an empty list; INVALID_ARGUMENT for an unknown or repeated name.
std::vector<int> checked_channels(const std::vector<std::string>& names, const std::vector<std::string>& known);
/// INVALID_ARGUMENT unless 32 <= rate <= 2048.
void check_rate(int rate);

struct ChannelSpec {
  std::string label;
  /// The physical range is -range_uv .. range_uv.
  double range_uv;
};
/// EDF+C with records of a second.
edf::RecordingSpec recording_spec(const std::vector<ChannelSpec>& channels, int rate, const std::string& start_time);

/// Samples of all channels over some whole seconds.
class Chunk {
 public:
  Chunk(int channels, int seconds, int rate);

  int samples() const { return samples_; }
  int rate() const { return rate_; }
  const std::vector<double*>& channels() const { return pointers_; }

  void clear();
  void add(int channel, double gain, const double* samples);
  /// Writes the first `seconds` of the picked channels.
  void write(edf::Writer& writer, const std::vector<int>& picks, int64_t seconds) const;

 private:
  int samples_, rate_;
  std::vector<double> storage_;
  std::vector<double*> pointers_;
};

/// 50 Hz from the mains, of its own phase in each channel. None at rates that can't show it.
class MainsHum {
 public:
  MainsHum(int rate, uint64_t seed, const double* amplitudes_uv, int channels);
  void add(Chunk& chunk) const;

 private:
  /// A second of each channel; empty where there is no hum.
  std::vector<std::vector<double>> second_;
};

}  // namespace brrr::synth
