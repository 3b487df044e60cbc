// AutoReject, local version (Jas, Engemann, Bekhti, Raimondo, Gramfort, NeuroImage 159 (2017) 417-429): a peak-to-peak
// threshold for every channel, and how many channels of an epoch may be bad before it is repaired or rejected, all
// found by cross-validation. Decisions are those of the Python package `autoreject` for the same seed, and do not
// depend on the processor or the number of threads.
#pragma once

#include <cstdint>
#include <vector>

#include "autoreject/epochs.h"
#include "common/job.h"

namespace brrr::autoreject {

/// How a channel's threshold is searched for.
enum class Method { kBayesianOptimization, kRandomSearch };

struct FitOptions {
  /// Candidates for the share of bad channels from which on an epoch is rejected (kappa / channels), in any order.
  std::vector<double> consensus;
  /// Candidates for the number of channels that may be repaired in an epoch (rho), in any order. The order counts:
  /// the original carries the repairs of one candidate on to the next.
  std::vector<int> n_interpolate;
  /// Folds of the cross-validation of consensus and n_interpolate, 2 to the number of epochs.
  int folds = 10;
  Method method = Method::kBayesianOptimization;
  uint32_t seed = 0;
};

/// What becomes of each cell (epoch x channel): good, bad, or bad and repaired from the other channels.
enum Label : uint8_t { kGood = 0, kBad = 1, kRepaired = 2 };

struct RejectLog {
  /// (epoch, channel), a Label each. Epochs to be rejected have labels too.
  std::vector<uint8_t> labels;
  /// 1 for epochs to be rejected.
  std::vector<uint8_t> bad_epochs;
};

struct Fit {
  /// One for each channel, volts.
  std::vector<double> thresholds;
  /// The chosen candidates.
  double consensus = 0;
  int n_interpolate = 0;
  /// (consensus, n_interpolate, fold), volts; +inf where no training epoch is left or consensus * channels <= rho.
  std::vector<double> loss;
  /// What the thresholds and the chosen candidates make of the epochs of the fit.
  RejectLog log;
};

/// `positions`: (channel, xyz), head frame, of any length but zero; only the directions count. Needs at least as many
/// epochs as folds. Throws INVALID_ARGUMENT, ABORTED, OUT_OF_MEMORY.
Fit fit(const Epochs& epochs, const double* positions, const FitOptions& options, Job& job);

/// The thresholds alone, volts. Without positions (null) they come from the data alone, else each channel is also
/// predicted from the others, as fit() does.
std::vector<double> channel_thresholds(const Epochs& epochs, const double* positions, Method method, uint32_t seed,
                                       Job& job);

/// The labels that thresholds, consensus and n_interpolate give to epochs (those of a fit, or others of the same
/// channels).
RejectLog reject_log(const Epochs& epochs, const std::vector<double>& thresholds, double consensus, int n_interpolate,
                     Job& job);

}  // namespace brrr::autoreject
