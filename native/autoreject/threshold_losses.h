// Cross-validated losses of every threshold that a channel can have (Jas et al. 2017, sec. 2.2): the distance between
// the mean of the training rows that a threshold keeps and the median of the test rows, over ten stratified random
// splits into four fifths and one fifth.
#pragma once

#include <cstdint>
#include <vector>

#include "autoreject/epochs.h"
#include "common/aligned_buffer.h"
#include "common/job.h"

namespace brrr::autoreject {

/// The share of a fit that finding thresholds is, for its progress.
constexpr double kThresholdShare = 0.7;

/// Rows of a channel: its epochs and, with weights, their predictions. Each row's peak-to-peak value is a candidate.
class ThresholdLosses {
 public:
  /// `weights`: channels x channels, row c predicts channel c from the others; empty for measured rows alone.
  /// Throws INVALID_ARGUMENT where peak-to-peak values overflow, or where there are too few epochs for the splits.
  ThresholdLosses(const Epochs& epochs, const std::vector<double>& weights, uint32_t seed, Job& job);

  int channels() const { return channels_; }
  /// Peak-to-peak values of the channel's rows, volts: epochs first, then predictions.
  const double* peaks(int channel) const { return &peaks_[static_cast<size_t>(channel) * rows()]; }
  /// The same, ascending.
  std::vector<double> candidates(int channel) const;
  /// Mean loss of a threshold over the splits, volts. A threshold below all rows keeps the smallest ones.
  double operator()(int channel, double threshold) const;

 private:
  size_t rows() const { return static_cast<size_t>(rows_); }
  size_t splits() const { return test_rows_.size(); }
  const int* order(int channel, size_t split) const;
  int kept(int channel, size_t split, double threshold) const;

  void find_peaks(const Epochs& epochs, const double* weights, Job& job);
  void order_training_rows(const std::vector<std::vector<char>>& is_test);
  void sum_squares(const Epochs& epochs, const double* weights, Job& job);

  int channels_, rows_, samples_;
  std::vector<std::vector<int>> test_rows_;
  size_t train_count_, loss_stride_;
  std::vector<double> peaks_;
  /// (channel, split, n): training rows by ascending peak-to-peak value.
  AlignedBuffer<int> order_;
  /// (channel, split, n - 1): n^2 * sum over time of the squared distance where the first n training rows are kept.
  AlignedBuffer<double> squares_;
};

}  // namespace brrr::autoreject
