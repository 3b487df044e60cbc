#include "autoreject/autoreject.h"

#include <limits>
#include <string>
#include <utility>

#include "autoreject/augmented_rows.h"
#include "autoreject/bayes_search.h"
#include "autoreject/kappa_rho_grid.h"
#include "autoreject/labels.h"
#include "autoreject/random_state.h"
#include "autoreject/threshold_losses.h"
#include "common/aligned_buffer.h"
#include "common/parallel.h"

namespace brrr::autoreject {
namespace {

constexpr int kStartPoints = 40;
constexpr int kRandomThresholds = 20;

void require(bool condition, const std::string& message) {
  if (!condition) throw Error("INVALID_ARGUMENT", message);
}

void check_epochs(const Epochs& epochs) {
  require(epochs.epochs() > 0 && epochs.channels() > 0 && epochs.samples > 0,
          "AutoReject needs epochs, channels and samples; it was given " + std::to_string(epochs.epochs()) + " x " +
              std::to_string(epochs.channels()) + " x " + std::to_string(epochs.samples) + ".");
}

void check_options(const Epochs& epochs, const FitOptions& options) {
  check_epochs(epochs);
  require(!options.consensus.empty() && !options.n_interpolate.empty(),
          "AutoReject needs at least one candidate for consensus and one for n_interpolate.");
  require(options.folds >= 2 && options.folds <= epochs.epochs(),
          "AutoReject needs at least as many epochs as folds, and 2 folds; it was given " +
              std::to_string(epochs.epochs()) + " epochs and " + std::to_string(options.folds) + " folds.");
}

SphericalSplines splines_of(const Epochs& epochs, const double* positions) {
  return SphericalSplines(std::vector<double>(positions, positions + 3 * epochs.channels()));
}

/// scipy's uniform(loc, scale) is given (min, max), hence thresholds from min to min + max.
double random_search(const ThresholdLosses& losses, int channel, uint32_t seed) {
  const std::vector<double> candidates = losses.candidates(channel);
  RandomState random(seed);
  double best = 0, best_loss = std::numeric_limits<double>::infinity();
  for (int i = 0; i < kRandomThresholds; i++) {
    double threshold = candidates.front() + candidates.back() * random.uniform();
    double loss = losses(channel, threshold);
    if (i > 0 && !(loss < best_loss)) continue;
    best = threshold;
    best_loss = loss;
  }
  return best;
}

std::vector<double> search_thresholds(const ThresholdLosses& losses, Method method, uint32_t seed, Job& job) {
  std::vector<double> thresholds(static_cast<size_t>(losses.channels()));
  parallel_for(losses.channels(), [&](int channel, int) {
    job.check();
    double& threshold = thresholds[static_cast<size_t>(channel)];
    if (method == Method::kRandomSearch) {
      threshold = random_search(losses, channel, seed);
      return;
    }
    const std::vector<double> candidates = losses.candidates(channel);
    threshold = bayes_search(candidates, start_points(static_cast<int>(candidates.size()), kStartPoints),
                             [&](double candidate) { return losses(channel, candidate); });
  });
  return thresholds;
}

Peaks measured_peaks(const Epochs& epochs, Job& job) {
  const Samples x = samples_of(epochs);
  const size_t q = static_cast<size_t>(x.channels);
  Peaks peaks{x.epochs, x.channels, std::vector<double>(static_cast<size_t>(x.epochs) * q)};
  std::vector<AlignedBuffer<double>> scratch(static_cast<size_t>(worker_count()));
  parallel_for(x.epochs, [&](int epoch, int worker) {
    job.check();
    AlignedBuffer<double>& work = scratch[static_cast<size_t>(worker)];
    work.reserve(kPeakScratch * q);
    BRRR_DISPATCH(autoreject::peak_to_peak)
    (x, epoch, nullptr, work.data(), &peaks.values[static_cast<size_t>(epoch) * q], nullptr);
  });
  return peaks;
}

Peaks measured_peaks(const ThresholdLosses& losses, int epochs) {
  Peaks peaks{epochs, losses.channels(), {}};
  for (int e = 0; e < epochs; e++)
    for (int c = 0; c < losses.channels(); c++) peaks.values.push_back(losses.peaks(c)[e]);
  return peaks;
}

/// The pair with the smallest mean loss over the folds; of equal ones the first in the order of the candidates.
void choose(const FitOptions& options, Fit& fit) {
  const size_t folds = static_cast<size_t>(options.folds), rhos = options.n_interpolate.size();
  double best = std::numeric_limits<double>::infinity();
  size_t chosen = 0;
  for (size_t pair = 0; pair * folds < fit.loss.size(); pair++) {
    double sum = 0;
    for (size_t f = 0; f < folds; f++) sum += fit.loss[pair * folds + f];
    if (!(sum < best)) continue;
    best = sum;
    chosen = pair;
  }
  fit.consensus = options.consensus[chosen / rhos];
  fit.n_interpolate = options.n_interpolate[chosen % rhos];
}

RejectLog log_of(const Peaks& peaks, Votes votes, double consensus, int n_interpolate) {
  RejectLog log{std::move(votes.labels), std::vector<uint8_t>(votes.count.size())};
  const size_t channels = static_cast<size_t>(peaks.channels);
  for (size_t e = 0; e < votes.count.size(); e++) {
    mark_repairs(&peaks.values[e * channels], peaks.channels, n_interpolate, &log.labels[e * channels]);
    log.bad_epochs[e] = votes.count[e] >= consensus * peaks.channels;
  }
  return log;
}

}  // namespace

Fit fit(const Epochs& epochs, const double* positions, const FitOptions& options, Job& job) {
  check_options(epochs, options);
  const SphericalSplines splines = splines_of(epochs, positions);
  Fit result;
  Peaks peaks;
  {
    const ThresholdLosses losses(epochs, splines.leave_one_out(), options.seed, job);
    result.thresholds = search_thresholds(losses, options.method, options.seed, job);
    peaks = measured_peaks(losses, epochs.epochs());
  }
  Votes votes = vote(peaks, result.thresholds);
  result.loss =
      grid_losses(epochs, peaks, votes, splines, {options.consensus, options.n_interpolate, options.folds}, job);
  choose(options, result);
  result.log = log_of(peaks, std::move(votes), result.consensus, result.n_interpolate);
  return result;
}

std::vector<double> channel_thresholds(const Epochs& epochs, const double* positions, Method method, uint32_t seed,
                                       Job& job) {
  check_epochs(epochs);
  const std::vector<double> weights = positions ? splines_of(epochs, positions).leave_one_out() : std::vector<double>();
  return search_thresholds(ThresholdLosses(epochs, weights, seed, job), method, seed, job);
}

RejectLog reject_log(const Epochs& epochs, const std::vector<double>& thresholds, double consensus, int n_interpolate,
                     Job& job) {
  check_epochs(epochs);
  require(static_cast<int>(thresholds.size()) == epochs.channels(),
          "A reject log needs a threshold for each of the " + std::to_string(epochs.channels()) +
              " channels, it was given " + std::to_string(thresholds.size()) + ".");
  const Peaks peaks = measured_peaks(epochs, job);
  return log_of(peaks, vote(peaks, thresholds), consensus, n_interpolate);
}

}  // namespace brrr::autoreject
