#include "autoreject/threshold_losses.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "autoreject/augmented_rows.h"
#include "autoreject/prefix_losses.h"
#include "autoreject/row_median.h"
#include "autoreject/splits.h"
#include "common/error.h"
#include "common/parallel.h"

namespace brrr::autoreject {
namespace {

constexpr int kSplits = 10;
constexpr double kTestShare = 0.2;

/// Work memory of one worker; made by the worker that first needs it.
struct Scratch {
  AlignedBuffer<double> values;
  double* get(size_t size) {
    values.reserve(size);
    return values.data();
  }
};

}  // namespace

ThresholdLosses::ThresholdLosses(const Epochs& epochs, const std::vector<double>& weights, uint32_t seed, Job& job)
    : channels_(epochs.channels()),
      rows_(epochs.epochs() * (weights.empty() ? 1 : 2)),
      samples_(epochs.samples),
      peaks_(static_cast<size_t>(channels_) * rows()) {
  std::vector<int> classes(weights.empty() ? 1 : 2, epochs.epochs());
  std::vector<std::vector<char>> is_test;
  for (Split& split : stratified_shuffle_splits(classes, kSplits, kTestShare, seed)) {
    is_test.emplace_back(rows(), 0);
    for (int row : split.test) is_test.back()[static_cast<size_t>(row)] = 1;
    train_count_ = split.train.size();
    test_rows_.push_back(std::move(split.test));
  }
  loss_stride_ = (train_count_ + 7) / 8 * 8;
  const double* table = weights.empty() ? nullptr : weights.data();
  find_peaks(epochs, table, job);
  order_training_rows(is_test);
  sum_squares(epochs, table, job);
}

void ThresholdLosses::find_peaks(const Epochs& epochs, const double* weights, Job& job) {
  const Samples x = samples_of(epochs);
  const size_t q = static_cast<size_t>(channels_);
  std::vector<Scratch> scratch(static_cast<size_t>(worker_count()));
  parallel_for(x.epochs, [&](int epoch, int worker) {
    job.check();
    double* work = scratch[static_cast<size_t>(worker)].get((kPeakScratch + 2) * q);
    double *measured = work + kPeakScratch * q, *predicted = measured + q;
    BRRR_DISPATCH(autoreject::peak_to_peak)(x, epoch, weights, work, measured, predicted);
    for (size_t c = 0; c < q; c++) {
      double* of_channel = &peaks_[c * rows() + static_cast<size_t>(epoch)];
      of_channel[0] = measured[c];
      if (weights) of_channel[x.epochs] = predicted[c];
    }
  });
  // Predictions of huge samples overflow; what follows sorts, and could not sort NaN.
  if (!std::all_of(peaks_.begin(), peaks_.end(), [](double peak) { return std::isfinite(peak); }))
    throw Error("INVALID_ARGUMENT", "The samples are too large for any threshold to be judged: they should be volts.");
}

void ThresholdLosses::order_training_rows(const std::vector<std::vector<char>>& is_test) {
  order_ = AlignedBuffer<int>(static_cast<size_t>(channels_) * splits() * train_count_);
  parallel_for(channels_, [&](int channel, int) {
    std::vector<std::pair<double, int>> sorted;
    for (int row = 0; row < rows_; row++) sorted.emplace_back(peaks(channel)[row], row);
    std::sort(sorted.begin(), sorted.end());
    int* out = &order_[static_cast<size_t>(channel) * splits() * train_count_];
    for (const std::vector<char>& test : is_test)
      for (const auto& [peak, row] : sorted)
        if (!test[static_cast<size_t>(row)]) *out++ = row;
  });
}

const int* ThresholdLosses::order(int channel, size_t split) const {
  return order_.data() + (static_cast<size_t>(channel) * splits() + split) * train_count_;
}

void ThresholdLosses::sum_squares(const Epochs& epochs, const double* weights, Job& job) {
  const Samples x = samples_of(epochs);
  const size_t q = static_cast<size_t>(channels_);
  const int test_count = static_cast<int>(test_rows_[0].size());
  squares_ = AlignedBuffer<double>(q * splits() * loss_stride_);
  std::fill(squares_.data(), squares_.data() + squares_.size(), 0.0);

  const size_t block = rows() * kTile;
  AlignedBuffer<double> tile(q * block);  // (channel, row, kTile)
  std::vector<Scratch> scratch(static_cast<size_t>(worker_count()));
  for (int first = 0; first < samples_; first += kTile) {
    parallel_for(x.epochs, [&](int epoch, int worker) {
      job.check();
      double* work = scratch[static_cast<size_t>(worker)].get(q * kTile);
      BRRR_DISPATCH(autoreject::augmented_tile)
      (x, epoch, first, weights, work, tile.data(), static_cast<int64_t>(block));
    });
    parallel_for(channels_, [&](int channel, int worker) {
      const double* of_channel = &tile[static_cast<size_t>(channel) * block];
      double* work = scratch[static_cast<size_t>(worker)].get(kTile + static_cast<size_t>(median_scratch(test_count)));
      std::vector<const double*> test(test_rows_[0].size());
      for (size_t split = 0; split < splits(); split++) {
        job.check();
        for (size_t r = 0; r < test.size(); r++) test[r] = of_channel + test_rows_[split][r] * kTile;
        BRRR_DISPATCH(autoreject::row_medians)(test.data(), test_count, kTile, work + kTile, work);
        BRRR_DISPATCH(autoreject::add_prefix_losses)
        (of_channel, order(channel, split), static_cast<int>(train_count_), work,
         &squares_[(static_cast<size_t>(channel) * splits() + split) * loss_stride_]);
      }
    });
    job.report(kThresholdShare * std::min(1.0, static_cast<double>(first + kTile) / samples_));
  }
}

std::vector<double> ThresholdLosses::candidates(int channel) const {
  std::vector<double> sorted(peaks(channel), peaks(channel) + rows());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

/// Training rows with a peak-to-peak value of at most the threshold; those with the smallest where none is.
int ThresholdLosses::kept(int channel, size_t split, double threshold) const {
  const double* peak = peaks(channel);
  const int *first = order(channel, split), *last = first + train_count_;
  const double at_least = std::max(threshold, peak[*first]);
  return static_cast<int>(std::upper_bound(first, last, at_least, [&](double t, int row) { return t < peak[row]; }) -
                          first);
}

double ThresholdLosses::operator()(int channel, double threshold) const {
  double sum = 0;
  for (size_t split = 0; split < splits(); split++) {
    int n = kept(channel, split, threshold);
    double squares =
        squares_[(static_cast<size_t>(channel) * splits() + split) * loss_stride_ + static_cast<size_t>(n) - 1];
    sum += std::sqrt(squares / samples_) / n;
  }
  return sum / static_cast<double>(splits());
}

}  // namespace brrr::autoreject
