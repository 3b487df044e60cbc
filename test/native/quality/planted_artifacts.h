// Synthetic EEG of 19 electrodes with artifacts at known times, as the quality store holds it: high-passed microvolts.
#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "quality/artifacts.h"
#include "signal/fir.h"
#include "synth/noise.h"
#include "synth/spectra.h"

namespace brrr::quality {

struct Electrode {
  const char* name;
  double x, y;  ///< seen from above, ears at (-1, 0) and (1, 0), nose at (0, 1)
};
constexpr Electrode kHead[] = {{"Fp1", -0.31, 0.95}, {"Fp2", 0.31, 0.95},  {"F7", -0.81, 0.59}, {"F3", -0.55, 0.67},
                               {"Fz", 0, 0.71},      {"F4", 0.55, 0.67},   {"F8", 0.81, 0.59},  {"T7", -1, 0},
                               {"C3", -0.71, 0},     {"Cz", 0, 0},         {"C4", 0.71, 0},     {"T8", 1, 0},
                               {"P7", -0.81, -0.59}, {"P3", -0.55, -0.67}, {"Pz", 0, -0.71},    {"P4", 0.55, -0.67},
                               {"P8", 0.81, -0.59},  {"O1", -0.31, -0.95}, {"O2", 0.31, -0.95}};
constexpr int kHeadChannels = static_cast<int>(std::size(kHead));

inline BlinkLeads head_leads() { return {0, 1, {3, 4, 5}, {7, 8, 9, 10, 11}, {12, 13, 14, 15, 16, 17, 18}}; }

/// What was planted. Lateral eye movements have no kind: nothing should be found.
struct Planted {
  ArtifactKind kind;
  double start_s, duration_s;
  std::vector<int> channels;
};

struct Counts {
  int blinks, muscle, pops, movements, lateral;
};

class PlantedEeg {
 public:
  PlantedEeg(uint64_t seed, double seconds, double rate = 256)
      : rate_(rate), count_(static_cast<int64_t>(seconds * rate)), random_(seed, 1), x_(kHeadChannels) {
    const int64_t room = count_ + static_cast<int64_t>(5 * rate);
    for (auto& row : x_) row.assign(static_cast<size_t>(room), 0);
    background(seed);
  }

  /// Artifacts in slots of 6 s, in random order; lateral eye movements and bursts of 12-15 Hz between them.
  void plant(const Counts& counts) {
    std::vector<std::function<void(double)>> all;
    const auto add = [&](int n, void (PlantedEeg::*make)(double)) {
      for (; n > 0; n--) all.push_back([this, make](double t) { (this->*make)(t); });
    };
    add(counts.blinks, &PlantedEeg::blink);
    add(counts.muscle, &PlantedEeg::burst_of_muscle);
    add(counts.pops, &PlantedEeg::pop);
    add(counts.movements, &PlantedEeg::movement);
    add(counts.lateral, &PlantedEeg::lateral_eyes);
    const int slots = static_cast<int>(static_cast<double>(count_) / rate_ / 6);
    all.resize(static_cast<size_t>(slots));
    for (int i = slots - 1; i > 0; i--)
      std::swap(all[static_cast<size_t>(i)], all[static_cast<size_t>(random_.integer(0, i + 1))]);
    for (int i = 0; i < slots; i++)
      if (all[static_cast<size_t>(i)]) all[static_cast<size_t>(i)](6 * i + random_.uniform(1, 2.2));
  }

  /// What is no artifact though it looks like one: vertex waves, K-complexes and spikes with slow waves.
  void add_sharp_brain_waves() {
    for (double t = 4; t < static_cast<double>(count_) / rate_ - 4; t += 3 + random_.exponential(3)) {
      const int kind = random_.integer(0, 3);
      if (kind == 0) vertex_wave(t);
      if (kind == 1) k_complex(t);
      if (kind == 2) spike(t);
    }
  }

  /// Slow waves of deep sleep, 75 to 200 uV.
  void add_slow_waves() {
    for (double t = 4; t < static_cast<double>(count_) / rate_ - 4; t += random_.uniform(0.7, 2)) {
      const double d = random_.uniform(0.7, 1.3), a = random_.uniform(40, 100);
      add(t, d, seen_from(random_.uniform(-0.3, 0.3), random_.uniform(0.2, 0.7), 0.8),
          [=](double u) { return -a * std::sin(6.2831853 * u / d); });
    }
  }

  void to_average_reference() {
    for (size_t t = 0; t < x_[0].size(); t++) {
      double mean = 0;
      for (const auto& row : x_) mean += row[t] / kHeadChannels;
      for (auto& row : x_) row[t] -= mean;
    }
  }

  void scale(double factor) {
    for (auto& row : x_)
      for (double& v : row) v *= factor;
  }

  /// High-passed at 1 Hz as the store's samples are. Valid until the next call.
  ContinuousView view() {
    const std::vector<double> taps = design_highpass(rate_, 1);
    Job job;
    std::vector<double> y(static_cast<size_t>(count_));
    ContinuousView v;
    v.rate_hz = rate_;
    v.channels = kHeadChannels;
    v.recorded_rate_hz.assign(kHeadChannels, rate_);
    v.stretches.push_back({0, count_});
    samples_.clear();
    for (const auto& row : x_) {
      filter_zero_phase(taps, ArraySource(row.data(), count_, rate_), y.data(), job);
      samples_.emplace_back(y.begin(), y.end());
    }
    for (const auto& row : samples_) v.samples.push_back(row.data());
    return v;
  }

  std::vector<Planted> truth;

 private:
  using Gains = std::vector<double>;

  void background(uint64_t seed) {
    const int hop = static_cast<int>(2 * rate_);
    const auto shape = [&](const synth::Spectrum& s) { return synth::bin_deviations(s, 2 * hop, rate_); };
    const auto alpha = shape([](double hz) { return synth::peak(hz, 10, 0.8, 160) + synth::peak(hz, 20, 1, 3); });
    const auto slope = shape([](double hz) {
      const double fast = hz > 50 ? std::exp(-(hz - 50) / 15) : 1;
      return (synth::slope(hz, 20, 1.3) + synth::peak(hz, 20, 6, 0.12)) * fast;
    });
    const auto sensor = shape([this](double) { return 1 / rate_; });
    uint64_t stream = 100;
    const auto noise = [&](const synth::BinDeviations& s, const Gains& gains, bool waxes) {
      synth::SpectralNoise source(hop, synth::Random(seed, stream++));
      std::vector<double> y(static_cast<size_t>(hop));
      const double closed = random_.uniform(0.2, 1), phase = random_.uniform(0, 6);
      for (int64_t at = 0; at < count_; at += hop) {
        source.next(s, waxes ? closed * (1 + 0.5 * std::sin(static_cast<double>(at) / rate_ / 2 + phase)) : 1,
                    y.data());
        for (size_t c = 0; c < x_.size(); c++)
          for (int i = 0; i < hop && gains[c] != 0; i++)
            x_[c][static_cast<size_t>(at + i)] += gains[c] * y[static_cast<size_t>(i)];
      }
    };
    for (double side : {-0.35, 0.35}) noise(alpha, seen_from(side, -0.85, 0.45), true);
    for (const auto& p : {Electrode{"", -0.5, 0.6}, {"", 0.5, 0.6}, {"", 0, 0.1}, {"", -0.7, -0.3}, {"", 0.7, -0.3}})
      noise(slope, seen_from(p.x, p.y, 0.6), false);
    for (int c = 0; c < kHeadChannels; c++) {
      Gains own(kHeadChannels, 0.0);
      own[static_cast<size_t>(c)] = 0.6;
      noise(slope, own, false);
      own[static_cast<size_t>(c)] = 2;
      noise(sensor, own, false);
      const double mains = random_.uniform(0.3, 2.5), phase = random_.uniform(0, 6);
      add(0, static_cast<double>(count_) / rate_, only(c),
          [=](double t) { return mains * std::sin(314.159265 * t + phase); });
    }
    for (double t = 3; t < static_cast<double>(count_) / rate_ - 3; t += 4 + random_.exponential(8)) spindle(t);
  }

  static Gains seen_from(double x, double y, double width) {
    Gains gains;
    for (const Electrode& e : kHead)
      gains.push_back(std::exp(-((e.x - x) * (e.x - x) + (e.y - y) * (e.y - y)) / (2 * width * width)));
    return gains;
  }

  static Gains only(int channel) {
    Gains gains(kHeadChannels, 0.0);
    gains[static_cast<size_t>(channel)] = 1;
    return gains;
  }

  template <class Shape>
  void add(double start_s, double duration_s, const Gains& gains, Shape shape) {
    const int64_t first = std::llround(start_s * rate_), count = std::llround(duration_s * rate_);
    for (int64_t i = 0; i < count; i++) {
      const double value = shape(static_cast<double>(i) / rate_);
      for (size_t c = 0; c < x_.size(); c++) x_[c][static_cast<size_t>(first + i)] += gains[c] * value;
    }
  }

  void note(ArtifactKind kind, double start_s, double duration_s, const Gains& gains, double least) {
    Planted planted{kind, start_s, duration_s, {}};
    for (size_t c = 0; c < gains.size(); c++)
      if (std::abs(gains[c]) >= least) planted.channels.push_back(static_cast<int>(c));
    truth.push_back(std::move(planted));
  }

  static double arch(double t, double d) { return std::sin(3.14159265358979 * t / d); }

  void spindle(double t0) {
    const double d = random_.uniform(0.6, 1.5), a = random_.uniform(15, 45), hz = random_.uniform(11.5, 15);
    add(t0, d, seen_from(0, random_.uniform(-0.2, 0.5), 0.5),
        [=](double t) { return a * arch(t, d) * std::sin(6.2831853 * hz * t); });
  }

  void vertex_wave(double t0) {
    const double d = random_.uniform(0.11, 0.2), a = random_.uniform(60, 140);
    add(t0, d, seen_from(0, 0, 0.45), [=](double t) { return -a * arch(t, d); });
  }

  void k_complex(double t0) {
    const double d = random_.uniform(0.6, 1), a = random_.uniform(75, 200);
    add(t0, d, seen_from(0, 0.4, 0.6), [=](double t) { return -a * arch(t, d) * std::sin(6.2831853 * t / d); });
  }

  void spike(double t0) {
    const double d = random_.uniform(0.035, 0.09), a = random_.uniform(50, 150);
    const Electrode& place = kHead[random_.integer(0, kHeadChannels)];
    add(t0, d + 0.25, seen_from(0.8 * place.x, 0.8 * place.y, 0.35), [=](double t) {
      if (t < 0.4 * d) return -a * t / (0.4 * d);
      if (t < d) return -a * (d - t) / (0.6 * d);
      return -0.4 * a * arch(t - d, 0.25);
    });
  }

  void blink(double t0) {
    const double d = random_.uniform(0.16, 0.28), a = random_.uniform(70, 220), power = random_.uniform(1, 2);
    Gains gains = seen_from(0, 1.05, 0.4);
    for (double& g : gains) g /= 0.72;  // that of Fp1 and Fp2
    add(t0, d, gains, [=](double t) { return a * std::pow(std::max(0.0, arch(t, d)), power); });
    note(ArtifactKind::kBlink, t0, d, gains, 0.5);
  }

  void lateral_eyes(double t0) {
    const double d = random_.uniform(0.3, 1.2), rise = 0.045, a = random_.uniform(50, 170) * random_.sign();
    Gains left = seen_from(-0.85, 0.8, 0.35), right = seen_from(0.85, 0.8, 0.35);
    for (size_t c = 0; c < left.size(); c++) left[c] -= right[c];
    add(t0, d, left, [=](double t) { return a * std::min({1.0, t / rise, (d - t) / rise}); });
  }

  /// Noise of 20 to 90 Hz whose envelope is an arch.
  void burst_of_muscle(double t0) {
    static const Electrode kPlaces[] = {
        {"", -0.95, 0.2}, {"", 0.95, 0.2}, {"", -0.7, 0.7}, {"", 0.7, 0.7}, {"", -0.95, -0.3}};
    const Electrode& place = kPlaces[random_.integer(0, 5)];
    const double d = random_.uniform(0.3, 3), a = random_.uniform(10, 40);
    Gains gains = seen_from(place.x, place.y, random_.uniform(0.2, 0.4));
    double most = 0;
    for (double& g : gains) most = std::max(most, g);
    for (double& g : gains) g = g / most < 0.3 ? 0 : g / most;
    const auto samples = static_cast<int>(d * rate_) + 1;
    synth::SpectralNoise source(samples, synth::Random(random_.bits()));
    const double high = std::min(90.0, 0.45 * rate_);
    std::vector<double> y(static_cast<size_t>(samples));
    const auto shape = synth::bin_deviations([=](double hz) { return hz > 20 && hz < high ? 1 / (high - 20) : 0; },
                                             2 * samples, rate_);
    source.next(shape, a, y.data());
    add(t0, d, gains, [&](double t) { return arch(t, d) * y[static_cast<size_t>(t * rate_)]; });
    note(ArtifactKind::kMuscle, t0, d, gains, 0.5);
  }

  void pop(double t0) {
    const Gains gains = only(random_.integer(0, kHeadChannels));
    const double a = random_.uniform(50, 300) * random_.sign(), decay = random_.uniform(0.1, 1);
    add(t0, std::min(4.0, 5 * decay), gains, [=](double t) { return a * std::exp(-t / decay); });
    // The high-pass of the store is over with what lasts longer.
    note(ArtifactKind::kElectrodePop, t0, std::min(decay, 0.4), gains, 0.5);
  }

  void movement(double t0) {
    const double d = random_.uniform(0.5, 3), a = random_.uniform(100, 400);
    Gains gains;
    for (int c = 0; c < kHeadChannels; c++)
      gains.push_back(random_.chance(0.85) ? random_.uniform(0.6, 1.5) * (random_.chance(0.8) ? 1 : -1) : 0.1);
    double hz[3], phase[3];
    for (int i = 0; i < 3; i++) {
      hz[i] = random_.uniform(0.5, 2.5);
      phase[i] = random_.uniform(0, 6.28);
    }
    const auto raw = [=](double t) {
      double sum = 0;
      for (int i = 0; i < 3; i++) sum += std::sin(6.2831853 * hz[i] * t + phase[i]);
      return sum * std::sqrt(std::max(0.0, arch(t, d)));
    };
    double most = 0;
    for (double t = 0; t < d; t += 0.01) most = std::max(most, std::abs(raw(t)));
    add(t0, d, gains, [=](double t) { return a * raw(t) / most; });
    note(ArtifactKind::kMovement, t0, d, gains, 0.5);
  }

  double rate_;
  int64_t count_;
  synth::Random random_;
  std::vector<std::vector<double>> x_;
  std::vector<std::vector<float>> samples_;
};

}  // namespace brrr::quality
