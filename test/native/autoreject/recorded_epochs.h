// Small made-up epochs: sources that neighbouring channels share, some channels noisy in some epochs.
#pragma once

#include <cmath>
#include <random>
#include <vector>

#include "autoreject/epochs.h"

namespace brrr::test {

struct RecordedEpochs {
  int epochs, channels, samples;
  /// (channel, xyz), metres.
  std::vector<double> positions;
  /// (epoch, channel, sample), volts.
  std::vector<double> data;

  double* cell(int e, int c) { return &data[(static_cast<size_t>(e) * channels + c) * samples]; }

  autoreject::Epochs view() const {
    autoreject::Epochs view;
    view.float64 = data.data();
    view.samples = samples;
    for (int e = 0; e < epochs; e++) view.epoch_start.push_back(int64_t{e} * channels * samples);
    for (int c = 0; c < channels; c++) view.channel_start.push_back(int64_t{c} * samples);
    return view;
  }
};

inline RecordedEpochs recorded_epochs(int epochs, int channels, int samples, unsigned seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> uniform;
  RecordedEpochs recorded{epochs, channels, samples, {}, std::vector<double>(size_t(epochs) * channels * samples)};
  std::vector<double> mixing;
  constexpr int kSources = 5;
  for (int c = 0; c < channels; c++) {
    const double azimuth = 2.4 * c, height = 0.95 - 1.1 * c / channels, across = std::sqrt(1 - height * height);
    const double at[] = {0.1 * across * std::cos(azimuth), 0.1 * across * std::sin(azimuth), 0.1 * height};
    recorded.positions.insert(recorded.positions.end(), at, at + 3);
    for (int s = 0; s < kSources; s++)
      mixing.push_back(std::cos(3 * at[0] / 0.1 + s) + std::sin(2 * at[1] / 0.1 - s) + at[2] / 0.1);
  }
  for (int e = 0; e < epochs; e++) {
    std::vector<double> sources(kSources);
    std::vector<double> noise;
    for (int c = 0; c < channels; c++) noise.push_back(uniform(generator) < 0.12 ? 60e-6 * uniform(generator) : 3e-6);
    for (int t = 0; t < samples; t++) {
      for (double& source : sources) source = 0.9 * source + 5e-6 * normal(generator);
      for (int c = 0; c < channels; c++) {
        double value = noise[c] * normal(generator);
        for (int s = 0; s < kSources; s++) value += mixing[c * kSources + s] * sources[s];
        recorded.cell(e, c)[t] = value;
      }
    }
  }
  return recorded;
}

}  // namespace brrr::test
