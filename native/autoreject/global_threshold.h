// The global rule of Jas et al. 2017, sec. 2.1: an epoch is rejected where any channel's peak-to-peak value exceeds one
// threshold, found by cross-validation. Nothing here is random.
#pragma once

#include <vector>

#include "autoreject/epochs.h"
#include "common/job.h"

namespace brrr::autoreject {

/// The threshold of autoreject's get_rejection_threshold, volts. Uses every decim-th sample from the first on; needs at
/// least `folds` epochs. Throws INVALID_ARGUMENT, ABORTED, OUT_OF_MEMORY.
double global_threshold(const Epochs& epochs, int decim, int folds, Job& job);

struct ValidationCurve {
  /// Volts.
  std::vector<double> thresholds;
  /// (threshold, fold): minus the root mean square distance, volts, between the mean of the kept training epochs and
  /// the median of the training or test epochs; -inf where no training epoch is kept.
  std::vector<double> train_scores, test_scores;
};

/// Scores of given thresholds; of none: of 15 at equal steps from the smallest to the largest peak-to-peak value of any
/// channel in any epoch.
ValidationCurve validation_curve(const Epochs& epochs, std::vector<double> thresholds, int folds, Job& job);

}  // namespace brrr::autoreject
