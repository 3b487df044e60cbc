// The 30 s epoch of YASA's features: its size, the features by index, and the groups of epochs that share SIMD lanes.
#pragma once

#include <cstdint>

#include "common/tier.h"
#include "signal/fir.h"
#include "sleep/spectrum_tables.h"

namespace brrr::sleep {

constexpr double kEpochRate = 100;
constexpr double kEpochSeconds = 30;
constexpr int kEpochSamples = 3000;

/// Every feature of a channel (EEG has them all), in the order of their names.
enum Feature {
  kAbspow,
  kAlpha,
  kAt,
  kBeta,
  kDb,
  kDs,
  kDt,
  kFdelta,
  kHcomp,
  kHiguchi,
  kHmob,
  kIqr,
  kKurt,
  kNzc,
  kPerm,
  kPetrosian,
  kSdelta,
  kSigma,
  kSkew,
  kStd,
  kTheta,
  kFeatureCount,
};

/// Successive epochs of a channel at 100 Hz, to be filtered.
struct EpochRun {
  const SampleSource* source;
  int64_t first_sample;
  int epochs;
};

}  // namespace brrr::sleep

namespace brrr {

// A group holds the 2 * kLanes epochs of one tier side by side: sample t of epoch e of the group lies at
// block[t * group_size + (e % 2) * group_size / 2 + e / 2], so that epochs 2l and 2l + 1 are the real and the
// imaginary part of lane l. Memory is aligned to 64 bytes.
BRRR_TIERED(namespace epoch {
  int group_size();
  /// Doubles of scratch memory that features of a group need.
  int64_t scratch_size();

  /// Features of a group of filtered epochs (uV), as the formulas give them: NaN or infinite where they divide by zero.
  /// block: kEpochSamples * group_size values; out: (feature, epoch), kFeatureCount x group_size.
  void group_features(const double* block, const sleep::SpectrumTables& tables, double* scratch, double* out);

  /// The same of the group that starts at first_epoch of the run, after the filter (blocks of kEpochSamples). Epochs
  /// past the run's last repeat it. work: filter.work_doubles() values.
  void filtered_group_features(const BlockFir& filter, const sleep::EpochRun& run, int first_epoch,
                               const sleep::SpectrumTables& tables, double* work, double* scratch, double* out);
})

}  // namespace brrr
