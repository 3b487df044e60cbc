#include "quality/alike_pairs.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "common/parallel.h"
#include "quality/difference_rows.h"

namespace brrr::quality {
namespace {

/// Share of the median channel's variance below which a channel is dead.
constexpr double kDeadShare = 0.01;
/// Neighbouring samples are averaged down to about this rate, which leaves what lies below some 30 Hz: above, the noise
/// of amplifiers and muscles, which differs between bridged channels as well, outweighs the EEG.
constexpr double kSmoothHz = 64;
/// With fewer channels no pair is typical.
constexpr int kFewestForTypical = 4;

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

struct AlikePair {
  int first, second;
  double difference_uv;
};

/// All pairs of one epoch.
class Epoch {
 public:
  /// memory: channels x samples values.
  Epoch(const EpochStore& store, int epoch, float* memory)
      : channels_(store.channels()), smooth_(memory), energy_(static_cast<size_t>(store.channels())) {
    const int average = std::max(1, static_cast<int>(store.rate_hz() / kSmoothHz));
    samples_ = store.samples() / average;
    for (int c = 0; c < channels_; c++) {
      smooth(store.cell(c, epoch), average, smooth_ + int64_t{c} * samples_);
      energy_[c] = energy(c, kNobody, INFINITY);
    }
    const double dead = kDeadShare * median(energy_);
    for (double energy : energy_) live_.push_back(energy > 0 && energy >= dead);
  }

  const std::vector<bool>& live() const { return live_; }

  std::vector<AlikePair> alike(double distance) const {
    const double typical = channels_ < kFewestForTypical ? 0 : typical_energy();
    std::vector<AlikePair> pairs;
    for (int i = 0; i < channels_; i++)
      for (int j = i + 1; j < channels_; j++) {
        if (!live_[i] || !live_[j]) continue;
        const double limit = distance * (channels_ < kFewestForTypical ? energy_[i] + energy_[j] : typical);
        // The difference has at least the difference of the two deviations.
        const double gap = std::sqrt(energy_[i]) - std::sqrt(energy_[j]);
        if (gap * gap > limit) continue;
        const double between = energy(i, j, limit);
        if (between < limit) pairs.push_back({i, j, std::sqrt(std::max(between, 0.0) / samples_)});
      }
    return pairs;
  }

 private:
  static constexpr int kNobody = -1;

  void smooth(const float* x, int average, float* out) const {
    for (int64_t t = 0; t < samples_; t++) {
      double sum = 0;
      for (int i = 0; i < average; i++) sum += x[t * average + i];
      out[t] = static_cast<float>(sum / average);
    }
  }

  double energy(int a, int b, double limit) const {
    const float* other = b == kNobody ? nullptr : smooth_ + int64_t{b} * samples_;
    return BRRR_DISPATCH(difference_energy)(smooth_ + int64_t{a} * samples_, other, samples_, limit);
  }

  double typical_energy() const {
    const int apart = channels_ / 2;
    std::vector<double> energies;
    for (int c = 0; c < (channels_ % 2 ? channels_ : apart); c++) {
      const int other = (c + apart) % channels_;
      if (live_[c] && live_[other]) energies.push_back(energy(c, other, INFINITY));
    }
    return median(std::move(energies));
  }

  int channels_, samples_;
  float* smooth_;
  std::vector<double> energy_;
  std::vector<bool> live_;
};

}  // namespace

AlikePairs find_alike_pairs(const EpochStore& store, double distance, Job& job) {
  const int epochs = store.epochs();
  std::vector<std::vector<AlikePair>> found(static_cast<size_t>(epochs));
  std::vector<std::vector<bool>> live(static_cast<size_t>(epochs));
  std::vector<AlignedBuffer<float>> memory(static_cast<size_t>(worker_count()));
  parallel_for(epochs, [&](int e, int worker) {
    job.check();
    memory[worker].reserve(static_cast<size_t>(store.channels()) * store.samples());
    const Epoch epoch(store, e, memory[worker].data());
    found[e] = epoch.alike(distance);
    live[e] = epoch.live();
  });

  std::map<std::pair<int, int>, std::vector<double>> differences;
  for (const auto& pairs : found)
    for (const AlikePair& pair : pairs) differences[{pair.first, pair.second}].push_back(pair.difference_uv);

  AlikePairs result;
  result.alike.resize(differences.size() * epochs, AlikePairs::kNotAlike);
  std::map<std::pair<int, int>, size_t> row_of;
  for (auto& [pair, values] : differences) {
    const size_t row = result.first.size();
    row_of[pair] = row;
    result.first.push_back(pair.first);
    result.second.push_back(pair.second);
    result.difference_uv.push_back(median(std::move(values)));
    for (int e = 0; e < epochs; e++)
      if (!live[e][pair.first] || !live[e][pair.second]) result.alike[row * epochs + e] = AlikePairs::kNotLooked;
  }
  for (int e = 0; e < epochs; e++)
    for (const AlikePair& pair : found[e])
      result.alike[row_of[{pair.first, pair.second}] * epochs + e] = AlikePairs::kAlike;
  return result;
}

}  // namespace brrr::quality
