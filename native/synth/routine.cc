#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "common/parallel.h"
#include "synth/noise.h"
#include "synth/output.h"
#include "synth/spectra.h"
#include "synth/synth.h"
#include "synth/wave.h"

namespace brrr::synth {

namespace {

constexpr int kHopSeconds = 2;
constexpr int kChunkSeconds = 60;
constexpr int kHopsPerChunk = kChunkSeconds / kHopSeconds;
constexpr int kEyesSeconds = 60;
constexpr double kTau = 2 * 3.14159265358979323846;

/// Seen from above, nose at (0, 1), ears at (-1, 0) and (1, 0).
struct Place {
  double x, y;
};

struct Electrode {
  const char* name;
  Place place;
};
constexpr Electrode kElectrodes[] = {
    {"Fp1", {-0.31, 0.95}}, {"Fp2", {0.31, 0.95}}, {"F7", {-0.81, 0.59}},  {"F3", {-0.55, 0.67}},  {"Fz", {0, 0.71}},
    {"F4", {0.55, 0.67}},   {"F8", {0.81, 0.59}},  {"T7", {-1, 0}},        {"C3", {-0.71, 0}},     {"Cz", {0, 0}},
    {"C4", {0.71, 0}},      {"T8", {1, 0}},        {"P7", {-0.81, -0.59}}, {"P3", {-0.55, -0.67}}, {"Pz", {0, -0.71}},
    {"P4", {0.55, -0.67}},  {"P8", {0.81, -0.59}}, {"O1", {-0.31, -0.95}}, {"O2", {0.31, -0.95}}};
constexpr int kElectrodeCount = static_cast<int>(std::size(kElectrodes));
constexpr int kEcg = kElectrodeCount;
constexpr int kChannelCount = kElectrodeCount + 1;

double falloff(Place from, Place to, double width) {
  const double dx = from.x - to.x, dy = from.y - to.y;
  return std::exp(-(dx * dx + dy * dy) / (2 * width * width));
}

/// Gains of all channels for something that happens at a place of the head; parts below 2 % are dropped.
std::vector<double> seen_from(Place place, double width) {
  std::vector<double> gains(kChannelCount, 0.0);
  for (int c = 0; c < kElectrodeCount; ++c) {
    const double gain = falloff(place, kElectrodes[c].place, width);
    gains[c] = gain < 0.02 ? 0 : gain;
  }
  return gains;
}

double background_spectrum(double hz) {
  const double low_pass = hz > 50 ? std::exp(-(hz - 50) / 15) : 1;
  const double high_pass = hz / (hz + 0.3);
  return (slope(hz, 20, 1.3) + peak(hz, 20, 6, 0.12)) * high_pass * high_pass * low_pass;
}

double alpha_spectrum(double hz) { return peak(hz, 10, 0.8, 160) + peak(hz, 20, 1, 3); }

/// One generator: noise that the electrodes see by their distance, or a single electrode's own.
struct Generator {
  bool alpha;
  std::vector<double> gains;
};

std::vector<Generator> make_generators() {
  std::vector<Generator> generators;
  for (Place place : {Place{-0.35, -0.85}, Place{0.35, -0.85}}) generators.push_back({true, seen_from(place, 0.45)});
  for (Place place : {Place{-0.5, 0.6}, Place{0.5, 0.6}, Place{0, 0.1}, Place{-0.7, -0.3}, Place{0.7, -0.3}}) {
    generators.push_back({false, seen_from(place, 0.6)});
  }
  for (int c = 0; c < kElectrodeCount; ++c) {
    generators.push_back({false, std::vector<double>(kChannelCount, 0.0)});
    generators.back().gains[c] = 0.6;
  }
  return generators;
}

bool eyes_closed(double seconds) { return static_cast<int64_t>(seconds / kEyesSeconds) % 2 == 1; }

class RoutinePlanner {
 public:
  RoutinePlanner(uint64_t seed, int64_t seconds) : random_(seed, 2), seconds_(static_cast<double>(seconds)) {}

  void plan(bool artifacts) {
    for (double t = 0; t < seconds_; t += kEyesSeconds) {
      note(eyes_closed(t) ? "eyes_closed" : "eyes_open", t, std::min<double>(kEyesSeconds, seconds_ - t), 0, {});
    }
    for (double t = 1; t < seconds_ - 1; t += 0.4 + random_.exponential(3.5)) {
      if (!eyes_closed(t)) blink(t);
    }
    for (double t = random_.exponential(20); t < seconds_ - 4; t += 4 + random_.exponential(25)) muscle(t);
    for (double t = random_.exponential(120); t < seconds_ - 2; t += 2 + random_.exponential(180)) electrode_pop(t);
    if (!artifacts) leave_out_artifacts();
    for (double t = 0.3; t < seconds_ - 1; t += random_.normal(0.92, 0.04)) heart_beat(t);
  }

  std::vector<Wave> waves;
  std::vector<PlantedEvent> events;

 private:
  void note(const char* type, double start_s, double duration_s, double amplitude_uv,
            const std::vector<double>& gains) {
    PlantedEvent event{type, start_s, duration_s, amplitude_uv, {}};
    for (size_t c = 0; c < gains.size(); ++c) {
      if (std::abs(gains[c]) >= 0.5) event.channels.push_back(routine_channels()[c]);
    }
    events.push_back(std::move(event));
  }

  void leave_out_artifacts() {
    waves.clear();
    events.erase(
        std::remove_if(events.begin(), events.end(), [](const PlantedEvent& event) { return event.amplitude_uv > 0; }),
        events.end());
  }

  void blink(double t0) {
    const std::vector<double> gains = seen_from({0, 1.05}, 0.4);
    const double d = random_.uniform(0.3, 0.45), a = random_.uniform(90, 190);
    waves.push_back({t0, d, [=](double t) { return a * arch(t, d) * arch(t, d); }, gains});
    note("blink", t0, d, a, gains);
  }

  void muscle(double t0) {
    const std::vector<double> gains = seen_from({random_.sign() * 0.95, random_.uniform(0, 0.4)}, 0.4);
    const double d = random_.uniform(0.5, 3.5), a = random_.uniform(20, 60);
    // The difference of neighbouring samples of white noise: muscle is fast.
    waves.push_back({t0, d,
                     [=, noise = Random(random_.bits()), last = 0.0](double t) mutable {
                       const double now = noise.rough_normal(), value = now - last;
                       last = now;
                       return 0.7 * a * arch(t, d) * value;
                     },
                     gains});
    note("muscle", t0, d, a, gains);
  }

  void electrode_pop(double t0) {
    std::vector<double> gains(kChannelCount, 0.0);
    gains[random_.integer(0, kElectrodeCount)] = random_.sign();
    const double d = 1.5, a = random_.uniform(120, 300);
    waves.push_back({t0, d, [=](double t) { return a * std::exp(-t / 0.3); }, gains});
    note("electrode_pop", t0, d, a, gains);
  }

  /// P, Q, R, S and T of a lead I.
  void heart_beat(double t0) {
    std::vector<double> gains(kChannelCount, 0.0);
    gains[kEcg] = 1;
    waves.push_back({t0, 0.7,
                     [](double t) {
                       return 110 * bump(t, 0.08, 0.03) - 90 * bump(t, 0.185, 0.012) + 1000 * bump(t, 0.21, 0.014) -
                              180 * bump(t, 0.235, 0.013) + 260 * bump(t, 0.45, 0.06);
                     },
                     gains});
  }

  Random random_;
  double seconds_;
};

/// The background noise of all generators, a chunk of a minute at a time.
class Background {
 public:
  Background(uint64_t seed, int rate) : rate_(rate), generators_(make_generators()) {
    const int hop = kHopSeconds * rate;
    alpha_ = bin_deviations(alpha_spectrum, 2 * hop, rate);
    slope_ = bin_deviations(background_spectrum, 2 * hop, rate);
    for (size_t g = 0; g < generators_.size(); ++g) {
      noise_.emplace_back(hop, Random(seed, 100 + g));
      samples_.emplace_back(static_cast<size_t>(kChunkSeconds) * rate);
    }
  }

  void make(int64_t chunk) {
    parallel_for(static_cast<int>(generators_.size()), [&](int g, int) {
      for (int h = 0; h < kHopsPerChunk; ++h) {
        double* out = samples_[g].data() + static_cast<size_t>(h) * kHopSeconds * rate_;
        const double centre_s = static_cast<double>(chunk * kChunkSeconds + (h + 1) * kHopSeconds);
        const double waxing = (eyes_closed(centre_s) ? 1 : 0.22) * (1 + 0.35 * std::sin(kTau * centre_s / 11));
        noise_[g].next(generators_[g].alpha ? alpha_ : slope_, generators_[g].alpha ? waxing : 1, out);
      }
    });
  }

  void add_to(Chunk& chunk) const {
    for (size_t g = 0; g < generators_.size(); ++g) {
      for (int c = 0; c < kElectrodeCount; ++c) {
        if (generators_[g].gains[c] != 0) chunk.add(c, generators_[g].gains[c], samples_[g].data());
      }
    }
  }

 private:
  int rate_;
  std::vector<Generator> generators_;
  BinDeviations alpha_, slope_;
  std::vector<SpectralNoise> noise_;
  std::vector<std::vector<double>> samples_;
};

}  // namespace

const std::vector<std::string>& routine_channels() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list;
    for (const Electrode& electrode : kElectrodes) list.push_back(electrode.name);
    list.push_back("ECG");
    return list;
  }();
  return names;
}

Truth synthesise_routine(const RoutineOptions& options, const std::string& path, Job& job) {
  const int64_t seconds = checked_seconds(options.hours, 0.01);
  const std::vector<int> picks = checked_channels(options.channels, routine_channels());
  check_rate(options.rate);

  RoutinePlanner planner(options.seed, seconds);
  planner.plan(options.artifacts);
  std::vector<ChannelSpec> specs;
  for (int pick : picks) {
    specs.push_back(pick == kEcg ? ChannelSpec{"ECG", 3276.8} : ChannelSpec{"EEG " + routine_channels()[pick], 500});
  }
  edf::Writer writer(path, recording_spec(specs, options.rate, "10.00.00"));
  for (const PlantedEvent& event : planner.events) {
    if (event.type == "eyes_open") writer.annotate({event.start_s, true, event.duration_s, "Eyes open"});
    if (event.type == "eyes_closed") writer.annotate({event.start_s, true, event.duration_s, "Eyes closed"});
  }

  Background background(options.seed, options.rate);
  WaveTrack waves(std::move(planner.waves), options.rate);
  std::array<double, kChannelCount> mains_uv;
  Random random(options.seed, 4);
  for (double& uv : mains_uv) uv = random.uniform(0.3, 2.5);
  const MainsHum mains(options.rate, options.seed, mains_uv.data(), kChannelCount);
  Chunk chunk(kChannelCount, kChunkSeconds, options.rate);
  for (int64_t done = 0; done < seconds; done += kChunkSeconds) {
    job.check();
    background.make(done / kChunkSeconds);
    chunk.clear();
    background.add_to(chunk);
    waves.add_next(chunk.samples(), chunk.channels());
    mains.add(chunk);
    chunk.write(writer, picks, std::min<int64_t>(kChunkSeconds, seconds - done));
    job.report(static_cast<double>(done + kChunkSeconds) / static_cast<double>(seconds));
  }
  writer.finish();
  Truth truth{{}, std::move(planner.events)};
  std::stable_sort(truth.events.begin(), truth.events.end(),
                   [](const PlantedEvent& a, const PlantedEvent& b) { return a.start_s < b.start_s; });
  return truth;
}

}  // namespace brrr::synth
