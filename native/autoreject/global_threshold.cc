#include "autoreject/global_threshold.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <numeric>

#include "autoreject/bayes_search.h"
#include "autoreject/prefix_losses.h"
#include "autoreject/row_median.h"
#include "autoreject/samples.h"
#include "autoreject/splits.h"
#include "common/aligned_buffer.h"
#include "common/parallel.h"

namespace brrr::autoreject {
namespace {

constexpr int kStartPoints = 5;
constexpr int kCurvePoints = 15;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Losses of every threshold in every fold. A threshold keeps the first training epochs by ascending peak-to-peak
/// value, so the losses of all possible numbers of kept epochs are found in one sweep (prefix_losses.h).
class FoldLosses {
 public:
  enum class Against { kTest, kTrain };

  FoldLosses(const Epochs& epochs, int decim, int folds, Job& job)
      : view_(epochs),
        x_(samples_of(view_)),
        decim_(decim),
        samples_((epochs.samples + decim - 1) / decim),
        folds_(k_folds(epochs.epochs(), folds)),
        stride_((static_cast<size_t>(epochs.epochs()) + 7) / 8 * 8) {
    find_peaks(job);
    order_epochs();
  }

  /// Of each epoch: the largest peak-to-peak value of its channels, volts.
  const std::vector<double>& peaks() const { return peaks_; }
  double smallest_peak() const { return smallest_; }
  double largest_peak() const { return *std::max_element(peaks_.begin(), peaks_.end()); }

  /// (fold, n - 1): the loss where n training epochs are kept. The job's progress goes from `from` to `to`.
  std::vector<double> losses(Against against, double from, double to, Job& job) const;
  /// Loss of a threshold in a fold, from a table made by losses(); infinite where no training epoch is kept.
  double loss(const std::vector<double>& table, size_t fold, double threshold) const {
    const std::vector<int>& order = order_[fold];
    auto kept =
        std::upper_bound(order.begin(), order.end(), threshold, [&](double t, int epoch) { return t < peaks_[epoch]; });
    return kept == order.begin() ? kInfinity : table[fold * stride_ + static_cast<size_t>(kept - order.begin()) - 1];
  }

 private:
  double sample(int epoch, int channel, int t) const {
    return t < samples_ ? x_.at(x_.epoch_start[epoch] + x_.channel_start[channel] + int64_t{t} * decim_) : 0;
  }
  void find_peaks(Job& job);
  void order_epochs();
  void add_channel(int channel, Against against, double* squares, Job& job) const;

  Epochs view_;
  Samples x_;
  int decim_, samples_;
  std::vector<Split> folds_;
  size_t stride_;
  std::vector<double> peaks_;
  double smallest_ = kInfinity;
  /// Training epochs of each fold by ascending peak.
  std::vector<std::vector<int>> order_;
};

void FoldLosses::find_peaks(Job& job) {
  std::vector<double> smallest(static_cast<size_t>(x_.epochs));
  peaks_.resize(smallest.size());
  parallel_for(x_.epochs, [&](int epoch, int) {
    job.check();
    double least = kInfinity, most = 0;
    for (int c = 0; c < x_.channels; c++) {
      double low = kInfinity, high = -kInfinity;
      for (int t = 0; t < samples_; t++) {
        double value = sample(epoch, c, t);
        low = std::min(low, value);
        high = std::max(high, value);
      }
      least = std::min(least, high - low);
      most = std::max(most, high - low);
    }
    smallest[static_cast<size_t>(epoch)] = least;
    peaks_[static_cast<size_t>(epoch)] = most;
  });
  smallest_ = *std::min_element(smallest.begin(), smallest.end());
}

void FoldLosses::order_epochs() {
  for (const Split& fold : folds_) {
    order_.push_back(fold.train);
    std::stable_sort(order_.back().begin(), order_.back().end(), [&](int a, int b) { return peaks_[a] < peaks_[b]; });
  }
}

/// Adds one channel's share to squares (fold, n - 1), n^2 times the squared distances.
void FoldLosses::add_channel(int channel, Against against, double* squares, Job& job) const {
  const size_t epochs = static_cast<size_t>(x_.epochs);
  AlignedBuffer<double> tile(epochs * kTile), median(kTile), scratch(static_cast<size_t>(median_scratch(x_.epochs)));
  std::vector<const double*> rows(epochs);
  for (int first = 0; first < samples_; first += kTile) {
    for (int e = 0; e < x_.epochs; e++)
      for (int t = 0; t < kTile; t++) tile[static_cast<size_t>(e * kTile + t)] = sample(e, channel, first + t);
    for (size_t f = 0; f < folds_.size(); f++) {
      job.check();
      const std::vector<int>& wanted = against == Against::kTest ? folds_[f].test : folds_[f].train;
      for (size_t i = 0; i < wanted.size(); i++) rows[i] = tile.data() + wanted[i] * kTile;
      BRRR_DISPATCH(autoreject::row_medians)
      (rows.data(), static_cast<int>(wanted.size()), kTile, scratch.data(), median.data());
      BRRR_DISPATCH(autoreject::add_prefix_losses)
      (tile.data(), order_[f].data(), static_cast<int>(order_[f].size()), median.data(), squares + f * stride_);
    }
  }
}

std::vector<double> FoldLosses::losses(Against against, double from, double to, Job& job) const {
  const size_t table_size = folds_.size() * stride_;
  std::vector<double> squares(static_cast<size_t>(x_.channels) * table_size), table(table_size);
  std::atomic<int> done{0};
  parallel_for(x_.channels, [&](int channel, int) {
    add_channel(channel, against, &squares[static_cast<size_t>(channel) * table_size], job);
    job.report(from + (to - from) * ++done / x_.channels);
  });
  for (size_t i = 0; i < squares.size(); i++) table[i % table_size] += squares[i];
  const double values = static_cast<double>(x_.channels) * samples_;
  for (size_t i = 0; i < table_size; i++)
    table[i] = std::sqrt(table[i] / values) / static_cast<double>(i % stride_ + 1);
  return table;
}

}  // namespace

double global_threshold(const Epochs& epochs, int decim, int folds, Job& job) {
  const FoldLosses losses(epochs, decim, folds, job);
  const std::vector<double> table = losses.losses(FoldLosses::Against::kTest, 0, 1, job);
  std::vector<double> candidates = losses.peaks();
  std::sort(candidates.begin(), candidates.end());
  return bayes_search(candidates, start_points(epochs.epochs(), kStartPoints), [&](double threshold) {
    double sum = 0;
    for (int fold = 0; fold < folds; fold++) sum += losses.loss(table, static_cast<size_t>(fold), threshold);
    return sum / folds;
  });
}

ValidationCurve validation_curve(const Epochs& epochs, std::vector<double> thresholds, int folds, Job& job) {
  const FoldLosses losses(epochs, 1, folds, job);
  if (thresholds.empty()) {
    const double step = (losses.largest_peak() - losses.smallest_peak()) / (kCurvePoints - 1);
    for (int i = 0; i < kCurvePoints - 1; i++) thresholds.push_back(losses.smallest_peak() + i * step);
    thresholds.push_back(losses.largest_peak());
  }
  ValidationCurve curve;
  const std::vector<double> train = losses.losses(FoldLosses::Against::kTrain, 0, 0.5, job);
  const std::vector<double> test = losses.losses(FoldLosses::Against::kTest, 0.5, 1, job);
  for (double threshold : thresholds)
    for (size_t fold = 0; fold < static_cast<size_t>(folds); fold++) {
      curve.train_scores.push_back(-losses.loss(train, fold, threshold));
      curve.test_scores.push_back(-losses.loss(test, fold, threshold));
    }
  curve.thresholds = std::move(thresholds);
  return curve;
}

}  // namespace brrr::autoreject
