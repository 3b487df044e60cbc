// YASA's features of 30 s epochs (Vallat & Walker, eLife 2021;10:e70092; formulas as in YASA 0.7 with antropy 0.1.9).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/job.h"
#include "signal/source.h"

namespace brrr::sleep {

enum class ChannelRole { kEeg, kEog, kEmg };

/// Names of a role's features, sorted: 21 for EEG, 17 for EOG, 11 for EMG.
const std::vector<std::string>& feature_names(ChannelRole role);

/// One stretch of a channel without a gap (finite samples, uV) and the epochs that lie in it.
struct Stretch {
  const SampleSource* source;
  /// Start of the first epoch in seconds from the stretch's first sample (>= 0; rounded to 10 ms), and number of
  /// epochs, 30 s apart, all whole inside the stretch.
  double first_epoch_s;
  int epochs;
  /// Index of the first of them in the table.
  int first_row;
};

/// Raw features of one channel: resampling to 100 Hz, 0.4-30 Hz zero-phase FIR over the whole stretch, then epochs.
/// table: feature_names(role).size() rows of `rows` doubles (feature, epoch). NaN stands where no stretch covers an
/// epoch and where a formula divides by zero (a flat epoch has most of its features NaN); nothing is infinite.
/// Uses all cores. Throws RATE_TOO_LOW at 80 Hz or less, INVALID_ARGUMENT where epochs lie outside stretch or table.
void extract_features(ChannelRole role, const std::vector<Stretch>& stretches, int rows, double* table, Job& job);

/// The same for several channels at once, which share the cores. One channel at a time is held at 100 Hz.
struct FeatureRequest {
  ChannelRole role;
  std::vector<Stretch> stretches;
  double* table;
};
void extract_features(const std::vector<FeatureRequest>& requests, int rows, Job& job);

/// The raw table of each role, or nullptr; age (years) and male (0 or 1) count only with has_demographics.
struct NightTables {
  const double* eeg = nullptr;
  const double* eog = nullptr;
  const double* emg = nullptr;
  int rows = 0;
  double age = 0;
  int male = 0;
  bool has_demographics = false;
};

/// Smoothing and normalisation over the night, in the order of `names` (model feature names such as
/// "eeg_std_c7min_norm", "time_hour", "age"): out holds names.size() rows of tables.rows float32 values. Rolling means
/// and percentiles skip NaN epochs. Throws INVALID_ARGUMENT where a name asks for a channel or metadata that is not
/// there, or for a feature that does not exist.
void normalise(const NightTables& tables, const std::vector<std::string>& names, float* out, Job& job);

/// Softmax with the maximum subtracted: raw and out are rows x 5.
void softmax5(const double* raw, int rows, double* out);

}  // namespace brrr::sleep
