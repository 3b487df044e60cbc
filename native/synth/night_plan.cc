#include "synth/night_plan.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace brrr::synth {

namespace {

constexpr double kTau = 2 * 3.14159265358979323846;
using Gains = std::array<double, kNightChannels>;

class NightPlanner {
 public:
  NightPlanner(uint64_t seed, NightPlan& plan) : plan_(plan), random_(seed, 2) {}

  void plan_epoch(int epoch, Stage stage) {
    start_ = static_cast<double>(epoch) * kEpochSeconds;
    switch (stage) {
      case kWake:
        blinks();
        saccades("saccade", random_.poisson(1.2), 40, 150);
        break;
      case kN1:
        slow_eye_movement();
        break;
      case kN2:
        spindles(2.2);
        if (random_.chance(0.55)) k_complex();
        break;
      case kN3:
        spindles(0.7);
        slow_waves();
        break;
      case kRem:
        if (random_.chance(0.5)) sawtooth();
        if (random_.chance(0.7)) saccades("rem", random_.integer(2, 9), 60, 190);
        twitches();
        break;
    }
    constexpr double kArousals[kStages] = {0, 0.05, 0.03, 0.01, 0.03};
    constexpr double kMovements[kStages] = {0.12, 0.05, 0.02, 0.012, 0.02};
    if (random_.chance(kArousals[stage])) arousal();
    if (random_.chance(kMovements[stage])) movement();
    if (random_.chance(0.004)) electrode_pop();
  }

  void heart_beats(double seconds) {
    const double beat_s = 0.08;
    for (double t = 0.5; t + beat_s < seconds; t += random_.normal(0.95, 0.05)) {
      plan_.waves.push_back({t, beat_s, [beat_s](double u) { return 9 * arch(u, beat_s); }, {0, 0, 0, 0, 1}});
    }
  }

 private:
  void wave(double start_s, double duration_s, const Gains& gains, std::function<double(double)> shape) {
    plan_.waves.push_back({start_s, duration_s, std::move(shape), {gains.begin(), gains.end()}});
  }

  void note(const char* type, double start_s, double duration_s, double amplitude_uv, const Gains& gains) {
    PlantedEvent event{type, start_s, duration_s, amplitude_uv, {}};
    for (int c = 0; c < kNightChannels; ++c) {
      if (std::abs(gains[c]) >= 0.5) event.channels.push_back(night_channels()[c]);
    }
    plan_.truth.events.push_back(std::move(event));
  }

  /// A time in this epoch that leaves `room_s` to its end.
  double moment(double room_s) { return start_ + random_.uniform(0, kEpochSeconds - room_s); }

  void spindles(double mean) {
    const Gains gains{1, 0.85, 0.15, 0.15, 0};
    for (int n = random_.poisson(mean); n > 0; --n) {
      const double d = random_.uniform(0.8, 1.7), t0 = moment(d), a = random_.uniform(14, 30);
      const double f = random_.normal(13.4, 0.5), phase = random_.uniform(0, kTau);
      if (t0 < last_spindle_end_ + 1) continue;
      last_spindle_end_ = t0 + d;
      wave(t0, d, gains,
           [=](double t) { return a * std::pow(arch(t, d), 1.3) * std::sin(kTau * (f * t - 0.3 * t * t) + phase); });
      note("spindle", t0, d, a, gains);
    }
  }

  void k_complex() {
    const Gains gains{1, 0.9, 0.45, 0.45, 0};
    const double d = 1.4, t0 = moment(d), a = random_.uniform(70, 130);
    wave(t0, d, gains, [=](double t) { return a * (0.62 * bump(t, 0.8, 0.22) - bump(t, 0.35, 0.13)); });
    note("k_complex", t0, d, a, gains);
  }

  void slow_waves() {
    const Gains gains{1, 0.9, 0.5, 0.5, 0};
    double t0 = start_ + random_.uniform(0, 2);
    while (t0 < start_ + kEpochSeconds - 2) {
      const double d = random_.uniform(1, 1.5), a = random_.uniform(45, 85);
      wave(t0, d, gains, [=](double t) {
        return -a * (t < d / 2 ? 1.15 : 0.85) * std::sin(kTau * t / d) * std::pow(arch(t, d), 0.3);
      });
      note("slow_wave", t0, d, 1.15 * a, gains);
      // Trains: alone, a wave would trail a positive half that is longer than a slow wave may have.
      t0 += d + (random_.uniform(0, 1) < 0.25 ? random_.exponential(2) : 0);
    }
  }

  void sawtooth() {
    const Gains gains{1, 1, 0.1, 0.1, 0};
    const double d = random_.uniform(2, 5), t0 = moment(d), a = 9;
    wave(t0, d, gains, [=](double t) { return a * (2 * std::fmod(2.6 * t, 1.0) - 1) * arch(t, d); });
    note("sawtooth", t0, d, a, gains);
  }

  /// The eyes turn, and the potential decays through the amplifier's high-pass.
  void saccades(const char* type, int count, double low_uv, double high_uv) {
    double t0 = moment(18);
    for (; count > 0; --count) {
      const double d = random_.uniform(0.5, 1), a = random_.uniform(low_uv, high_uv) * random_.sign();
      const double decay_s = random_.uniform(0.12, 0.3);
      const Gains gains{0.06, 0.06, 1, -random_.uniform(0.75, 1.1), 0};
      wave(t0, d, gains,
           [=](double t) { return a * (1 - std::exp(-t / 0.05)) * std::exp(-std::max(t - 0.12, 0.0) / decay_s); });
      note(type, t0, d, std::abs(a), gains);
      t0 += random_.uniform(0.5, 2.2);
    }
  }

  void slow_eye_movement() {
    const Gains gains{0, 0, 1, -1, 0};
    const double d = kEpochSeconds, a = random_.uniform(15, 45), f = random_.uniform(0.2, 0.45);
    const double phase = random_.uniform(0, kTau);
    wave(start_, d, gains, [=](double t) { return a * std::sin(kTau * f * t + phase) * std::sqrt(arch(t, d)); });
    note("slow_eye_movement", start_, d, a, gains);
  }

  void blinks() {
    const Gains gains{0.12, 0.12, 1, 0.92, 0};
    for (int n = random_.poisson(3.5); n > 0; --n) {
      const double d = 0.4, t0 = moment(d), a = random_.uniform(60, 160);
      wave(t0, d, gains, [=](double t) { return a * arch(t, d) * arch(t, d); });
      note("blink", t0, d, a, gains);
    }
  }

  void twitches() {
    for (int n = random_.poisson(0.6); n > 0; --n) {
      const double d = 0.25, t0 = moment(d);
      muscle(t0, d, 15);
      note("twitch", t0, d, 15, {0, 0, 0, 0, 1});
    }
  }

  void muscle(double t0, double d, double a) {
    wave(t0, d, {0, 0, 0, 0, 1},
         [=, noise = Random(random_.bits())](double t) mutable { return a * arch(t, d) * noise.rough_normal(); });
  }

  void arousal() {
    const Gains gains{1, 1, 0.2, 0.2, 0};
    const double d = random_.uniform(3, 9), t0 = moment(d), a = random_.uniform(12, 26), f = random_.normal(9.8, 0.6);
    wave(t0, d, gains, [=](double t) { return a * arch(t, d) * std::sin(kTau * f * t); });
    muscle(t0, d, 14);
    note("arousal", t0, d, a, gains);
  }

  void movement() {
    const Gains gains{1, 0.9, 0.8, 0.9, 0};
    const double d = random_.uniform(2, 8), t0 = moment(d), a = random_.uniform(60, 220);
    const double f = random_.uniform(0.4, 1.5), phase = random_.uniform(0, kTau);
    wave(t0, d, gains, [=, noise = Random(random_.bits())](double t) mutable {
      return arch(t, d) * (a * std::sin(kTau * f * t + phase) + 12 * noise.rough_normal());
    });
    muscle(t0, d, 60);
    note("movement", t0, d, a, gains);
  }

  void electrode_pop() {
    Gains gains{};
    gains[random_.integer(0, kChin)] = random_.sign();
    const double d = 1.5, t0 = moment(d), a = 260;
    wave(t0, d, gains, [=](double t) { return a * std::exp(-t / 0.3); });
    note("electrode_pop", t0, d, a, gains);
  }

  NightPlan& plan_;
  Random random_;
  double start_ = 0;
  double last_spindle_end_ = 0;
};

}  // namespace

NightPlan plan_night(uint64_t seed, int64_t seconds) {
  NightPlan plan;
  const int epochs = static_cast<int>(seconds / kEpochSeconds);
  Random course(seed, 1);
  plan.truth.stages = plan_hypnogram(epochs, course);
  const std::vector<int8_t>& stages = plan.truth.stages;
  const auto asleep = [](int8_t stage) { return stage != kWake; };
  const auto first = std::find_if(stages.begin(), stages.end(), asleep) - stages.begin();
  const auto after = std::find_if(stages.rbegin(), stages.rend(), asleep) - stages.rbegin();
  plan.lights_off_s = static_cast<double>(kEpochSeconds * (first / 3));
  plan.lights_on_s = static_cast<double>(kEpochSeconds * (epochs - after / 2));

  NightPlanner planner(seed, plan);
  for (int epoch = 0; epoch < epochs; ++epoch) planner.plan_epoch(epoch, static_cast<Stage>(stages[epoch]));
  planner.heart_beats(static_cast<double>(seconds));
  std::stable_sort(plan.truth.events.begin(), plan.truth.events.end(),
                   [](const PlantedEvent& a, const PlantedEvent& b) { return a.start_s < b.start_s; });
  return plan;
}

}  // namespace brrr::synth
