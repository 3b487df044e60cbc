#include "autoreject/threshold_losses.h"

#include <gtest/gtest.h>

#include "../signal/support.h"
#include "autoreject/autoreject.h"
#include "autoreject/splines.h"
#include "recorded_epochs.h"
#include "slow_reference.h"

namespace brrr::autoreject {
namespace {

using test::recorded_epochs;
using test::RecordedEpochs;

/// Measured and predicted rows of a channel.
std::vector<test::Row> slow_rows(const RecordedEpochs& recorded, int channel) {
  const test::SlowEpochs x = test::slow_epochs(recorded.view());
  std::vector<test::Row> rows;
  for (const auto& epoch : x) rows.push_back(epoch[channel]);
  for (const auto& epoch : test::slow_predictions(x, recorded.positions)) rows.push_back(epoch[channel]);
  return rows;
}

// 45 samples: a whole tile and a part of one; 33 train rows: a rest of one.
TEST(ThresholdLosses, AreThoseOfTheSlowReferenceForEveryCandidate) {
  const RecordedEpochs recorded = recorded_epochs(21, 6, 45, 1);
  const auto splits = stratified_shuffle_splits({21, 21}, 10, 0.2, 7);
  Job job;
  const ThresholdLosses losses(recorded.view(), SphericalSplines(recorded.positions).leave_one_out(), 7, job);
  for (int c = 0; c < recorded.channels; c += 5) {
    const auto rows = slow_rows(recorded, c);
    ASSERT_EQ(losses.candidates(c).size(), 42u);
    const auto expect_slow_loss = [&](double threshold) {
      const double expected = test::threshold_loss(rows, splits, threshold);
      EXPECT_NEAR(losses(c, threshold), expected, 1e-12 * expected) << threshold;
    };
    for (size_t i = 0; i < rows.size(); i++) {
      EXPECT_NEAR(losses.peaks(c)[i], test::ptp(rows[i]), i < 21 ? 0 : 1e-16);
      expect_slow_loss(test::ptp(rows[i]) * (1 + 1e-12));
    }
    expect_slow_loss(0);
    expect_slow_loss(1);
  }
}

TEST(ThresholdLosses, HaveTheSameBitsInEveryTierAndNumberOfThreads) {
  const RecordedEpochs recorded = recorded_epochs(23, 7, 70, 2);
  const std::vector<double> weights = SphericalSplines(recorded.positions).leave_one_out();
  test::expect_same_bits_everywhere([&] {
    Job job;
    const ThresholdLosses losses(recorded.view(), weights, 3, job);
    std::vector<double> all;
    for (int c = 0; c < recorded.channels; c++)
      for (double candidate : losses.candidates(c)) {
        all.push_back(candidate);
        all.push_back(losses(c, candidate));
      }
    return all;
  });
}

class ChannelThresholds : public testing::TestWithParam<Method> {
 protected:
  bool bayesian() const { return GetParam() == Method::kBayesianOptimization; }
};

TEST_P(ChannelThresholds, AreThoseOfTheSlowReference) {
  Job job;
  for (unsigned seed = 1; seed <= 5; seed++) {
    const int epochs = 10 + 9 * static_cast<int>(seed), channels = 2 + 3 * static_cast<int>(seed);
    const RecordedEpochs recorded = recorded_epochs(epochs, channels, 11 + 7 * static_cast<int>(seed), seed);
    const auto found = channel_thresholds(recorded.view(), recorded.positions.data(), GetParam(), seed, job);
    const auto expected =
        test::slow_thresholds(test::slow_epochs(recorded.view()), recorded.positions, bayesian(), seed);
    ASSERT_EQ(found.size(), expected.size());
    for (size_t c = 0; c < found.size(); c++)
      EXPECT_NEAR(found[c], expected[c], 1e-12 * expected[c]) << "channel " << c << " of seed " << seed;
  }
}

TEST_P(ChannelThresholds, WithoutPositionsComeFromMeasuredRowsAlone) {
  Job job;
  for (unsigned seed = 1; seed <= 3; seed++) {
    const RecordedEpochs recorded = recorded_epochs(25 + static_cast<int>(seed), 1 + static_cast<int>(seed), 33, seed);
    EXPECT_EQ(channel_thresholds(recorded.view(), nullptr, GetParam(), seed, job),
              test::slow_thresholds(test::slow_epochs(recorded.view()), {}, bayesian(), seed));
  }
}

INSTANTIATE_TEST_SUITE_P(Methods, ChannelThresholds,
                         testing::Values(Method::kBayesianOptimization, Method::kRandomSearch));

}  // namespace
}  // namespace brrr::autoreject
