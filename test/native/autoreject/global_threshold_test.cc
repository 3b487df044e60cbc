#include "autoreject/global_threshold.h"

#include <gtest/gtest.h>

#include "../signal/support.h"
#include "common/error.h"
#include "recorded_epochs.h"
#include "slow_reference.h"

namespace brrr::autoreject {
namespace {

using brrr::test::Row;
using brrr::test::SlowEpochs;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double peak(const std::vector<Row>& epoch) {
  double largest = 0;
  for (const Row& row : epoch) largest = std::max(largest, brrr::test::ptp(row));
  return largest;
}

/// Distance between the mean of the kept training epochs and the median of the epochs in `against`.
double slow_loss(const SlowEpochs& x, const Split& fold, const std::vector<int>& against, double threshold) {
  std::vector<int> kept;
  for (int e : fold.train)
    if (peak(x[e]) <= threshold) kept.push_back(e);
  if (kept.empty()) return kInfinity;
  double squares = 0;
  for (size_t c = 0; c < x[0].size(); c++)
    for (size_t t = 0; t < x[0][0].size(); t++) {
      double mean = 0;
      for (int e : kept) mean += x[e][c][t] / kept.size();
      Row values;
      for (int e : against) values.push_back(x[e][c][t]);
      squares += std::pow(brrr::test::median(values) - mean, 2);
    }
  return std::sqrt(squares / (x[0].size() * x[0][0].size()));
}

double slow_threshold(const SlowEpochs& x, int folds) {
  Row candidates;
  for (const auto& epoch : x) candidates.push_back(peak(epoch));
  std::sort(candidates.begin(), candidates.end());
  const auto splits = k_folds(static_cast<int>(x.size()), folds);
  return brrr::test::slow_bayes_search(candidates, 5, [&](double threshold) {
    double sum = 0;
    for (const Split& fold : splits) sum += slow_loss(x, fold, fold.test, threshold);
    return sum / folds;
  });
}

TEST(GlobalThreshold, IsThatOfTheSlowReference) {
  Job job;
  for (unsigned seed = 1; seed < 6; seed++) {
    auto recorded = brrr::test::recorded_epochs(11 + 4 * seed, 3 + seed, 45, seed);
    const SlowEpochs x = brrr::test::slow_epochs(recorded.view());
    EXPECT_EQ(global_threshold(recorded.view(), 1, 5, job), slow_threshold(x, 5));
  }
}

TEST(GlobalThreshold, DecimationKeepsEveryNthSample) {
  Job job;
  auto recorded = brrr::test::recorded_epochs(20, 4, 50, 3);
  SlowEpochs decimated(20, std::vector<Row>(4));
  for (int e = 0; e < 20; e++)
    for (int c = 0; c < 4; c++)
      for (int t = 0; t < 50; t += 3) decimated[e][c].push_back(recorded.cell(e, c)[t]);
  EXPECT_EQ(global_threshold(recorded.view(), 3, 5, job), slow_threshold(decimated, 5));
}

TEST(GlobalThreshold, OfConstantEpochsIsZero) {
  Job job;
  auto recorded = brrr::test::recorded_epochs(10, 2, 20, 1);
  std::fill(recorded.data.begin(), recorded.data.end(), 1e-5);
  EXPECT_EQ(global_threshold(recorded.view(), 1, 5, job), 0);
}

TEST(ValidationCurve, ScoresAreThoseOfTheSlowReference) {
  Job job;
  auto recorded = brrr::test::recorded_epochs(23, 5, 37, 9);
  const SlowEpochs x = brrr::test::slow_epochs(recorded.view());
  const auto curve = validation_curve(recorded.view(), {}, 4, job);
  ASSERT_EQ(curve.thresholds.size(), 15u);
  ASSERT_EQ(curve.test_scores.size(), 60u);
  double smallest = kInfinity, largest = 0;
  for (const auto& epoch : x) {
    for (const Row& row : epoch) smallest = std::min(smallest, brrr::test::ptp(row));
    largest = std::max(largest, peak(epoch));
  }
  EXPECT_EQ(curve.thresholds.front(), smallest);
  EXPECT_EQ(curve.thresholds.back(), largest);
  const auto folds = k_folds(23, 4);
  int infinite = 0;
  for (size_t i = 0; i < 15; i++)
    for (size_t f = 0; f < 4; f++) {
      const double test = -slow_loss(x, folds[f], folds[f].test, curve.thresholds[i]);
      const double train = -slow_loss(x, folds[f], folds[f].train, curve.thresholds[i]);
      if (std::isinf(test)) {
        infinite++;
        EXPECT_EQ(curve.test_scores[4 * i + f], test);
        EXPECT_EQ(curve.train_scores[4 * i + f], train);
      } else {
        EXPECT_NEAR(curve.test_scores[4 * i + f], test, 1e-12 * -test);
        EXPECT_NEAR(curve.train_scores[4 * i + f], train, 1e-12 * -train);
      }
    }
  EXPECT_GT(infinite, 0);
  EXPECT_EQ(validation_curve(recorded.view(), {1e-4}, 4, job).test_scores.size(), 4u);
}

TEST(ValidationCurve, HasTheSameBitsInEachTierAndWithAnyNumberOfThreads) {
  auto recorded = brrr::test::recorded_epochs(40, 5, 70, 2);
  brrr::test::expect_same_bits_everywhere([&] {
    Job job;
    return validation_curve(recorded.view(), {}, 5, job).test_scores;
  });
}

TEST(GlobalThreshold, StopsWhenAsked) {
  Job job;
  job.cancel();
  auto recorded = brrr::test::recorded_epochs(10, 2, 20, 1);
  EXPECT_THROW(global_threshold(recorded.view(), 1, 5, job), Error);
  Job other;
  EXPECT_THROW(global_threshold(recorded.view(), 1, 11, other), Error);
}

}  // namespace
}  // namespace brrr::autoreject
