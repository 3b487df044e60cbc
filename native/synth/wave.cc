#include "synth/wave.h"

#include <algorithm>
#include <cmath>

namespace brrr::synth {

double arch(double t, double duration) {
  return t <= 0 || t >= duration ? 0 : std::sin(3.14159265358979323846 * t / duration);
}

double bump(double t, double centre, double width) {
  const double u = (t - centre) / width;
  return std::exp(-u * u);
}

WaveTrack::WaveTrack(std::vector<Wave> waves, double rate) : waves_(std::move(waves)), rate_(rate) {
  std::stable_sort(waves_.begin(), waves_.end(), [](const Wave& a, const Wave& b) { return a.start_s < b.start_s; });
}

int64_t WaveTrack::first_sample(const Wave& wave) const { return std::llround(wave.start_s * rate_); }

int64_t WaveTrack::end_sample(const Wave& wave) const {
  return first_sample(wave) + std::llround(wave.duration_s * rate_);
}

void WaveTrack::add_next(int count, const std::vector<double*>& channels) {
  while (next_wave_ < waves_.size() && first_sample(waves_[next_wave_]) < position_ + count) {
    active_.push_back(next_wave_++);
  }
  for (size_t index : active_) add(waves_[index], count, channels);
  position_ += count;
  active_.erase(std::remove_if(active_.begin(), active_.end(),
                               [this](size_t index) { return end_sample(waves_[index]) <= position_; }),
                active_.end());
}

void WaveTrack::add(Wave& wave, int count, const std::vector<double*>& channels) const {
  const int64_t first = first_sample(wave);
  const int64_t from = std::max(first, position_), to = std::min(end_sample(wave), position_ + count);
  for (int64_t i = from; i < to; ++i) {
    const double value = wave.shape(static_cast<double>(i - first) / rate_);
    for (size_t c = 0; c < channels.size(); ++c) {
      if (wave.gains[c] != 0) channels[c][i - position_] += wave.gains[c] * value;
    }
  }
}

}  // namespace brrr::synth
