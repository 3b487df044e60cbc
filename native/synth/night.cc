#include <algorithm>
#include <cmath>

#include "common/parallel.h"
#include "edf/writer.h"
#include "synth/noise.h"
#include "synth/output.h"
#include "synth/spectra.h"
#include "synth/synth.h"

namespace brrr::synth {

namespace {

constexpr int kHopSeconds = 4;
constexpr int kChunkSeconds = 60;
constexpr int kHopsPerChunk = kChunkSeconds / kHopSeconds;

/// What the channels are mixed from.
enum Source { kBrain, kBrainC4, kBrainC3, kEyeLeft, kEyeRight, kMuscle };
constexpr int kSources = 6;

struct Mix {
  NightChannel channel;
  Source source;
  double gain;
};
/// C4 and C3 share most of their background (0.85^2 + 0.527^2 = 1); the eyes see part of the EEG.
constexpr Mix kMix[] = {{kC4, kBrain, 0.85},    {kC4, kBrainC4, 0.527}, {kC3, kBrain, 0.85},
                        {kC3, kBrainC3, 0.527}, {kLoc, kEyeLeft, 1},    {kLoc, kBrain, 0.42},
                        {kRoc, kEyeRight, 1},   {kRoc, kBrain, 0.38},   {kChin, kMuscle, 1}};
constexpr double kMuscleRmsUv[kStages] = {22, 11, 7.5, 6, 2.2};
constexpr double kMainsUv[kNightChannels] = {0.8, 0.8, 1, 1, 1.5};

/// The background noise of all sources, a chunk of a minute at a time.
class Background {
 public:
  Background(const NightOptions& options, const std::vector<int8_t>& stages) : stages_(stages), rate_(options.rate) {
    const int hop = kHopSeconds * rate_;
    for (int s = 0; s < kStages; ++s) {
      const auto spectrum = [s](double hz) { return sleep_eeg_spectrum(static_cast<Stage>(s), hz); };
      eeg_.push_back(bin_deviations(spectrum, 2 * hop, rate_));
    }
    eye_ = bin_deviations(eye_spectrum, 2 * hop, rate_);
    muscle_ = bin_deviations([this](double hz) { return muscle_spectrum(hz, rate_); }, 2 * hop, rate_);
    for (int s = 0; s < kSources; ++s) {
      noise_.emplace_back(hop, Random(options.seed, 100 + s));
      samples_.emplace_back(static_cast<size_t>(kChunkSeconds) * rate_);
    }
  }

  void make(int64_t chunk) {
    parallel_for(kSources, [&](int source, int) {
      for (int h = 0; h < kHopsPerChunk; ++h) {
        const double centre_s = static_cast<double>(chunk * kChunkSeconds + (h + 1) * kHopSeconds);
        make_hop(source, centre_s, samples_[source].data() + static_cast<size_t>(h) * kHopSeconds * rate_);
      }
    });
  }

  const double* samples(int source) const { return samples_[source].data(); }

 private:
  void make_hop(int source, double centre_s, double* out) {
    const auto epoch = std::min(static_cast<size_t>(centre_s / kEpochSeconds), stages_.size() - 1);
    const int stage = stages_[epoch];
    const double waxing = 1 + 0.25 * std::sin(centre_s / 15.4) + 0.15 * std::sin(centre_s / 4.9);
    if (source <= kBrainC3) {
      noise_[source].next(eeg_[stage], stage == kRem ? 1 : waxing, out);
    } else if (source == kMuscle) {
      noise_[source].next(muscle_, kMuscleRmsUv[stage], out);
    } else {
      noise_[source].next(eye_, 1, out);
    }
  }

  const std::vector<int8_t>& stages_;
  int rate_;
  std::vector<BinDeviations> eeg_;
  BinDeviations eye_, muscle_;
  std::vector<SpectralNoise> noise_;
  std::vector<std::vector<double>> samples_;
};

}  // namespace

const std::vector<std::string>& night_channels() {
  static const std::vector<std::string> names{"C4-M1", "C3-M2", "LOC-M2", "ROC-M2", "EMG chin"};
  return names;
}

Truth synthesise_night(const NightOptions& options, const std::string& path, Job& job) {
  const int64_t seconds = checked_seconds(options.hours, 0.1);
  const std::vector<int> picks = checked_channels(options.channels, night_channels());
  check_rate(options.rate);

  NightPlan plan = plan_night(options.seed, seconds);
  std::vector<ChannelSpec> specs;
  for (int pick : picks) specs.push_back({night_channels()[pick], 500});
  edf::Writer writer(path, recording_spec(specs, options.rate, "22.00.00"));
  writer.annotate({plan.lights_off_s, false, 0, "Lights off"});
  writer.annotate({plan.lights_on_s, false, 0, "Lights on"});

  Background background(options, plan.truth.stages);
  WaveTrack waves(std::move(plan.waves), options.rate);
  const MainsHum mains(options.rate, options.seed, kMainsUv, kNightChannels);
  Chunk chunk(kNightChannels, kChunkSeconds, options.rate);
  for (int64_t done = 0; done < seconds; done += kChunkSeconds) {
    job.check();
    background.make(done / kChunkSeconds);
    chunk.clear();
    for (const Mix& mix : kMix) chunk.add(mix.channel, mix.gain, background.samples(mix.source));
    waves.add_next(chunk.samples(), chunk.channels());
    mains.add(chunk);
    chunk.write(writer, picks, std::min<int64_t>(kChunkSeconds, seconds - done));
    job.report(static_cast<double>(done + kChunkSeconds) / static_cast<double>(seconds));
  }
  writer.finish();
  return std::move(plan.truth);
}

}  // namespace brrr::synth
