// Single waves (a spindle, a blink, a heart beat) that are added to channels at their times.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace brrr::synth {

struct Wave {
  double start_s = 0, duration_s = 0;
  /// Microvolts at t seconds after the start, called once for each sample in order.
  std::function<double(double t)> shape;
  /// Factor for each channel; channels with 0 do not get the wave.
  std::vector<double> gains;
};

/// Adds waves to consecutive chunks of a recording.
class WaveTrack {
 public:
  WaveTrack(std::vector<Wave> waves, double rate);

  /// Adds what lies in the next `count` samples to channels[c][0 .. count). Call it for one chunk after the other.
  void add_next(int count, const std::vector<double*>& channels);

 private:
  void add(Wave& wave, int count, const std::vector<double*>& channels) const;
  int64_t first_sample(const Wave& wave) const;
  int64_t end_sample(const Wave& wave) const;

  std::vector<Wave> waves_;
  std::vector<size_t> active_;
  size_t next_wave_ = 0;
  double rate_;
  int64_t position_ = 0;
};

/// Rise to 1 and fall to 0 over [0, duration]: half a sine.
double arch(double t, double duration);
/// exp(-((t - centre) / width)^2).
double bump(double t, double centre, double width);

}  // namespace brrr::synth
