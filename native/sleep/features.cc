#include "sleep/features.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <limits>
#include <memory>

#include "common/aligned_buffer.h"
#include "common/parallel.h"
#include "signal/fir.h"
#include "signal/resample.h"
#include "sleep/epoch.h"

namespace brrr::sleep {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kLowestRate = 80;
// A filtered epoch that varies less than this (uV) holds rounding noise only; recorders' steps are 1e-3 uV and more.
constexpr double kFlatDeviation = 1e-7;

struct FeatureInfo {
  const char* name;
  bool in_eog, in_emg;
};
constexpr FeatureInfo kFeatures[kFeatureCount] = {
    {"abspow", true, true},  {"alpha", true, false},  {"at", false, false}, {"beta", true, false},
    {"db", false, false},    {"ds", false, false},    {"dt", false, false}, {"fdelta", true, false},
    {"hcomp", true, true},   {"higuchi", true, true}, {"hmob", true, true}, {"iqr", true, true},
    {"kurt", true, true},    {"nzc", true, true},     {"perm", true, true}, {"petrosian", true, true},
    {"sdelta", true, false}, {"sigma", true, false},  {"skew", true, true}, {"std", true, true},
    {"theta", true, false},
};

std::vector<Feature> features_of(ChannelRole role) {
  std::vector<Feature> features;
  for (int i = 0; i < kFeatureCount; ++i)
    if (role == ChannelRole::kEeg || (role == ChannelRole::kEog ? kFeatures[i].in_eog : kFeatures[i].in_emg))
      features.push_back(static_cast<Feature>(i));
  return features;
}

std::vector<std::string> names_of(ChannelRole role) {
  std::vector<std::string> names;
  for (const Feature feature : features_of(role)) names.push_back(kFeatures[feature].name);
  return names;
}

const BlockFir& staging_filter() {
  static const BlockFir filter(design_bandpass(kEpochRate, 0.4, 30), kEpochSamples);
  return filter;
}

// What the formulas give for an epoch of zeros.
double flat_feature(int feature) {
  switch (feature) {
    case kStd:
    case kIqr:
    case kAbspow:
    case kNzc:
    case kPerm:
      return 0;
    case kPetrosian:
      return 1;
    default:
      return kNaN;
  }
}

/// A stretch of a channel at 100 Hz and the part of the channel's table that it fills.
struct Piece {
  EpochRun run;
  int first_row;
  const std::vector<Feature>* features;
  double* table;
};

/// Filters and measures the epochs of pieces, groups of epochs on all cores.
class EpochStage {
 public:
  EpochStage(int rows, int epochs, Job& job) : rows_(rows), epochs_(epochs), job_(job), workers_(worker_count()) {}

  void process(const std::vector<Piece>& pieces) {
    const int size = BRRR_DISPATCH(epoch::group_size)();
    std::vector<std::pair<const Piece*, int>> groups;
    for (const Piece& piece : pieces)
      for (int epoch = 0; epoch < piece.run.epochs; epoch += size) groups.emplace_back(&piece, epoch);
    parallel_for(static_cast<int>(groups.size()), [&](int index, int worker) {
      job_.check();
      const auto& [piece, first_epoch] = groups[index];
      measure(*piece, first_epoch, size, workers_[worker]);
      done_ += std::min(size, piece->run.epochs - first_epoch);
      job_.report(static_cast<double>(done_) / epochs_);
    });
  }

 private:
  struct Memory {
    AlignedBuffer<double> work, scratch, features;
  };

  void measure(const Piece& piece, int first_epoch, int size, Memory& memory) const {
    memory.work.reserve(staging_filter().work_doubles());
    memory.scratch.reserve(BRRR_DISPATCH(epoch::scratch_size)());
    memory.features.reserve(kFeatureCount * size);
    double* values = memory.features.data();
    BRRR_DISPATCH(epoch::filtered_group_features)
    (staging_filter(), piece.run, first_epoch, spectrum_tables(), memory.work.data(), memory.scratch.data(), values);
    const int count = std::min(size, piece.run.epochs - first_epoch);
    for (int e = 0; e < count; ++e) {
      const bool flat = values[kStd * size + e] < kFlatDeviation;
      double* out = piece.table + piece.first_row + first_epoch + e;
      for (const Feature feature : *piece.features) {
        const double value = flat ? flat_feature(feature) : values[feature * size + e];
        *out = std::isfinite(value) ? value : kNaN;
        out += rows_;
      }
    }
  }

  const int rows_, epochs_;
  std::atomic<int> done_{0};
  Job& job_;
  std::vector<Memory> workers_;
};

void check(const Stretch& stretch, int rows) {
  const double rate = stretch.source->rate();
  if (!(rate > kLowestRate)) {
    char message[120];
    std::snprintf(message, sizeof message,
                  "Sleep staging needs channels sampled above %g Hz, this one has %g Hz: choose another channel.",
                  kLowestRate, rate);
    throw Error("RATE_TOO_LOW", message);
  }
  const double seconds = static_cast<double>(stretch.source->size()) / rate;
  if (stretch.first_row < 0 || stretch.epochs < 0 || stretch.first_row + stretch.epochs > rows ||
      !(stretch.first_epoch_s >= 0) ||
      stretch.first_epoch_s + kEpochSeconds * stretch.epochs > seconds + 1 / kEpochRate)
    throw Error("INVALID_ARGUMENT", "The epochs of a stretch must lie inside it and inside the table of features.");
}

}  // namespace

const std::vector<std::string>& feature_names(ChannelRole role) {
  static const std::vector<std::string> eeg = names_of(ChannelRole::kEeg), eog = names_of(ChannelRole::kEog),
                                        emg = names_of(ChannelRole::kEmg);
  return role == ChannelRole::kEeg ? eeg : role == ChannelRole::kEog ? eog : emg;
}

void extract_features(const std::vector<FeatureRequest>& requests, int rows, Job& job) {
  int epochs = 0;
  for (const FeatureRequest& request : requests)
    for (const Stretch& stretch : request.stretches) {
      check(stretch, rows);
      epochs += stretch.epochs;
    }

  std::vector<std::vector<Feature>> features;
  for (const FeatureRequest& request : requests) {
    features.push_back(features_of(request.role));
    std::fill_n(request.table, features.back().size() * rows, kNaN);
  }
  EpochStage stage(rows, epochs, job);
  std::vector<Piece> at_100_hz;
  std::unique_ptr<Resampler> resampler;
  double resampler_rate = 0;
  for (size_t i = 0; i < requests.size(); ++i)
    for (const Stretch& stretch : requests[i].stretches) {
      const int64_t first_sample = std::llround(stretch.first_epoch_s * kEpochRate);
      Piece piece{{stretch.source, first_sample, stretch.epochs}, stretch.first_row, &features[i], requests[i].table};
      const double rate = stretch.source->rate();
      if (rate == kEpochRate) {
        at_100_hz.push_back(piece);
      } else if (stretch.epochs > 0) {
        if (rate != resampler_rate) resampler = std::make_unique<Resampler>(rate, kEpochRate);
        resampler_rate = rate;
        piece.run.source = &resampler->resample(*stretch.source, job);
        stage.process({piece});
      }
    }
  stage.process(at_100_hz);
}

void extract_features(ChannelRole role, const std::vector<Stretch>& stretches, int rows, double* table, Job& job) {
  extract_features({{role, stretches, table}}, rows, job);
}

}  // namespace brrr::sleep
