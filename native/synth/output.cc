#include "synth/output.h"

#include <algorithm>
#include <cmath>

#include "common/error.h"
#include "synth/random.h"

namespace brrr::synth {

namespace {

constexpr double kMaxHours = 48;
constexpr int kMinRate = 32, kMaxRate = 2048;
constexpr double kMainsHz = 50;
constexpr double kTau = 2 * 3.14159265358979323846;

std::string number(double value) {
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace

int64_t checked_seconds(double hours, double least) {
  if (!(hours >= least && hours <= kMaxHours)) {
    throw Error("INVALID_ARGUMENT", "The length must be " + number(least) + " to " + number(kMaxHours) +
                                        " hours, not " + number(hours) + ".");
  }
  return std::llround(hours * 3600);
}

std::vector<int> checked_channels(const std::vector<std::string>& names, const std::vector<std::string>& known) {
  std::vector<int> picks;
  for (const std::string& name : names.empty() ? known : names) {
    const auto pick = static_cast<int>(std::find(known.begin(), known.end(), name) - known.begin());
    if (pick == static_cast<int>(known.size()) || std::count(picks.begin(), picks.end(), pick) > 0) {
      std::string list;
      for (const std::string& k : known) list += (list.empty() ? "" : ", ") + k;
      throw Error("INVALID_ARGUMENT", "Channel \"" + name + "\" is unknown or named twice; there are " + list + ".");
    }
    picks.push_back(pick);
  }
  return picks;
}

void check_rate(int rate) {
  if (rate < kMinRate || rate > kMaxRate) {
    throw Error("INVALID_ARGUMENT", "The sampling rate must be " + std::to_string(kMinRate) + " to " +
                                        std::to_string(kMaxRate) + " Hz, not " + std::to_string(rate) + ".");
  }
}

edf::RecordingSpec recording_spec(const std::vector<ChannelSpec>& channels, int rate, const std::string& start_time) {
  edf::RecordingSpec spec;
  spec.format = edf::Format::kEdfPlusC;
  spec.recording = "Startdate 01-JAN-2000 X brain-go-brrr synthetic";
  spec.start_date = "01.01.00";
  spec.start_time = start_time;
  spec.annotation_bytes = 64;
  for (const ChannelSpec& channel : channels) {
    edf::SignalSpec signal;
    signal.label = channel.label;
    signal.transducer = "synthetic";
    signal.physical_min = -channel.range_uv;
    signal.physical_max = channel.range_uv;
    signal.samples_per_record = rate;
    spec.signals.push_back(signal);
  }
  return spec;
}

Chunk::Chunk(int channels, int seconds, int rate)
    : samples_(seconds * rate), rate_(rate), storage_(static_cast<size_t>(channels) * samples_) {
  for (int c = 0; c < channels; ++c) pointers_.push_back(storage_.data() + static_cast<size_t>(c) * samples_);
}

void Chunk::clear() { std::fill(storage_.begin(), storage_.end(), 0.0); }

void Chunk::add(int channel, double gain, const double* samples) {
  double* out = pointers_[channel];
  for (int i = 0; i < samples_; ++i) out[i] += gain * samples[i];
}

void Chunk::write(edf::Writer& writer, const std::vector<int>& picks, int64_t seconds) const {
  std::vector<const double*> record(picks.size());
  for (int64_t second = 0; second < seconds; ++second) {
    for (size_t k = 0; k < picks.size(); ++k) record[k] = pointers_[picks[k]] + second * rate_;
    writer.write_record(record.data());
  }
}

MainsHum::MainsHum(int rate, uint64_t seed, const double* amplitudes_uv, int channels) {
  Random random(seed, 3);
  if (rate <= 2 * kMainsHz) return;
  for (int c = 0; c < channels; ++c) {
    const double phase = random.uniform(0, kTau);
    std::vector<double>& second = second_.emplace_back(rate);
    for (int i = 0; i < rate; ++i) second[i] = amplitudes_uv[c] * std::sin(kTau * kMainsHz * i / rate + phase);
  }
}

void MainsHum::add(Chunk& chunk) const {
  for (size_t c = 0; c < second_.size(); ++c) {
    double* out = chunk.channels()[c];
    for (int i = 0; i < chunk.samples(); ++i) out[i] += second_[c][i % chunk.rate()];
  }
}

}  // namespace brrr::synth
