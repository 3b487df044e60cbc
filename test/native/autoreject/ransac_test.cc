#include "autoreject/ransac.h"

#include <gtest/gtest.h>

#include "../signal/support.h"
#include "common/error.h"
#include "recorded_epochs.h"
#include "slow_reference.h"

namespace brrr::autoreject {
namespace {

using brrr::test::Row;

/// correlations[channel] of one epoch.
Row slow_correlations(const std::vector<Row>& epoch, const std::vector<double>& positions,
                      const std::vector<std::vector<int>>& subsets) {
  std::vector<int> all;
  for (size_t c = 0; c < epoch.size(); c++) all.push_back(static_cast<int>(c));
  std::vector<std::vector<std::vector<double>>> weights;
  for (const auto& subset : subsets) weights.push_back(brrr::test::slow_weights(positions, subset, all));
  Row correlations;
  for (size_t c = 0; c < epoch.size(); c++) {
    double xy = 0, xx = 0, yy = 0;
    for (size_t t = 0; t < epoch[c].size(); t++) {
      Row predictions;
      for (size_t s = 0; s < subsets.size(); s++) {
        predictions.push_back(0);
        for (size_t i = 0; i < subsets[s].size(); i++) predictions[s] += weights[s][c][i] * epoch[subsets[s][i]][t];
      }
      const double x = epoch[c][t], y = brrr::test::median(predictions);
      xy += x * y;
      xx += x * x;
      yy += y * y;
    }
    correlations.push_back(xy / std::sqrt(xx * yy));
  }
  return correlations;
}

TEST(Ransac, CorrelationsAreThoseOfTheSlowReference) {
  auto recorded = brrr::test::recorded_epochs(6, 13, 41, 4);
  std::fill_n(recorded.cell(2, 5), 41, 0.0);
  RansacOptions options;
  Job job;
  for (int n_resample : {1, 50, 7}) {
    options.n_resample = n_resample;
    const auto found = ransac(recorded.view(), recorded.positions.data(), options, job);
    ASSERT_EQ(found.subsets.size(), static_cast<size_t>(n_resample));
    EXPECT_EQ(found.subsets[0].size(), 3u);  // 0.25 * 13 = 3.25
    const auto x = brrr::test::slow_epochs(recorded.view());
    std::vector<int> bad(13);
    for (int e = 0; e < 6; e++) {
      const Row expected = slow_correlations(x[e], recorded.positions, found.subsets);
      for (int c = 0; c < 13; c++) {
        if (e == 2 && c == 5) {
          EXPECT_TRUE(std::isnan(found.correlations[e * 13 + c]));
        } else {
          EXPECT_NEAR(found.correlations[e * 13 + c], expected[c], 1e-9);
        }
        bad[c] += expected[c] < 0.75;
      }
    }
    for (int c = 0; c < 13; c++) {
      EXPECT_EQ(found.bad_fraction[c], bad[c] / 6.0);
      EXPECT_EQ(found.bad[c], bad[c] > 0.4 * 6);
    }
  }
}

TEST(Ransac, FindsAChannelOfNoiseAndNotAFlatOne) {
  auto recorded = brrr::test::recorded_epochs(12, 16, 100, 8);
  const auto noise = brrr::test::noise(12 * 100);
  for (int e = 0; e < 12; e++) {
    for (int t = 0; t < 100; t++) recorded.cell(e, 3)[t] = 80e-6 * noise[e * 100 + t];
    std::fill_n(recorded.cell(e, 9), 100, 0.0);
  }
  Job job;
  const auto found = ransac(recorded.view(), recorded.positions.data(), {}, job);
  EXPECT_EQ(found.bad[3], 1);
  EXPECT_EQ(found.bad_fraction[3], 1);
  EXPECT_EQ(found.bad[9], 0);
}

TEST(Ransac, SubsetSizesRoundHalfToEven) {
  Job job;
  RansacOptions options;
  options.n_resample = 1;
  for (auto [channels, size] : std::vector<std::pair<int, size_t>>{{10, 2}, {14, 4}, {11, 3}, {4, 1}}) {
    auto recorded = brrr::test::recorded_epochs(1, channels, 8, 1);
    EXPECT_EQ(ransac(recorded.view(), recorded.positions.data(), options, job).subsets[0].size(), size);
  }
}

TEST(Ransac, HasTheSameBitsInEachTierAndWithAnyNumberOfThreads) {
  auto recorded = brrr::test::recorded_epochs(9, 12, 77, 5);
  brrr::test::expect_same_bits_everywhere([&] {
    Job job;
    return ransac(recorded.view(), recorded.positions.data(), {}, job).correlations;
  });
}

TEST(Ransac, RefusesEmptySubsetsAndStopsWhenAsked) {
  auto recorded = brrr::test::recorded_epochs(3, 8, 20, 5);
  RansacOptions options;
  options.min_channels = 0.05;
  Job job;
  EXPECT_THROW(ransac(recorded.view(), recorded.positions.data(), options, job), Error);
  job.cancel();
  EXPECT_THROW(ransac(recorded.view(), recorded.positions.data(), {}, job), Error);
}

}  // namespace
}  // namespace brrr::autoreject
