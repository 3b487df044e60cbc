#include "autoreject/kappa_rho_grid.h"

#include <gtest/gtest.h>

#include "../signal/support.h"
#include "recorded_epochs.h"
#include "slow_reference.h"

namespace brrr::autoreject {
namespace {

using test::recorded_epochs;
using test::RecordedEpochs;

/// Thresholds that vote about one cell in five bad.
std::vector<double> some_thresholds(const test::SlowEpochs& x) {
  std::vector<double> thresholds;
  for (size_t c = 0; c < x[0].size(); c++) {
    std::vector<double> peaks;
    for (const auto& epoch : x) peaks.push_back(test::ptp(epoch[c]));
    std::sort(peaks.begin(), peaks.end());
    thresholds.push_back(peaks[peaks.size() * 4 / 5]);
  }
  return thresholds;
}

Peaks slow_peaks(const test::SlowEpochs& x) {
  Peaks peaks{static_cast<int>(x.size()), static_cast<int>(x[0].size()), {}};
  for (const auto& epoch : x)
    for (const auto& row : epoch) peaks.values.push_back(test::ptp(row));
  return peaks;
}

void expect_slow_losses(const RecordedEpochs& recorded, const Grid& grid) {
  const test::SlowEpochs x = test::slow_epochs(recorded.view());
  const std::vector<double> thresholds = some_thresholds(x);
  const Peaks peaks = slow_peaks(x);
  const auto compute = [&] {
    Job job;
    return grid_losses(recorded.view(), peaks, vote(peaks, thresholds), SphericalSplines(recorded.positions), grid,
                       job);
  };
  test::expect_same_bits_everywhere(compute);
  const std::vector<double> loss = compute();
  const auto expected =
      test::slow_grid(x, recorded.positions, thresholds, grid.consensus, grid.n_interpolate, grid.folds).loss;
  size_t at = 0;
  for (size_t k = 0; k < grid.consensus.size(); k++)
    for (size_t r = 0; r < grid.n_interpolate.size(); r++)
      for (size_t f = 0; f < static_cast<size_t>(grid.folds); f++) {
        const double value = expected[k][r][f], found = loss[at++];
        if (std::isinf(value))
          EXPECT_EQ(found, value) << k << " " << r << " " << f;
        else
          EXPECT_NEAR(found, value, 1e-11 * value) << k << " " << r << " " << f;
      }
  EXPECT_EQ(at, loss.size());
}

const std::vector<double> kTenths{0.1, 0.2, 0.30000000000000004, 0.4, 0.5, 0.6, 0.7000000000000001, 0.8, 0.9, 1.0};

TEST(GridLosses, AreThoseOfTheSlowReference) {
  for (unsigned seed = 1; seed <= 4; seed++) {
    const int n = static_cast<int>(seed);
    expect_slow_losses(recorded_epochs(10 + 8 * n, 3 + 4 * n, 23 + 9 * n, seed),
                       {kTenths, {1, 4, 8}, n == 1 ? 10 : 11 - 2 * n});
  }
}

TEST(GridLosses, TakeCandidatesInAnyOrder) {
  const RecordedEpochs recorded = recorded_epochs(26, 11, 40, 5);
  expect_slow_losses(recorded, {{0.6, 0.2, 1.0, 0.0, 0.4, 0.2}, {4, 0, 2}, 2});
  expect_slow_losses(recorded, {{0.9}, {3}, 26});
}

TEST(GridLosses, AreInfiniteWhereConsensusCannotExceedRepairs) {
  const RecordedEpochs recorded = recorded_epochs(20, 6, 40, 6);
  expect_slow_losses(recorded, {{0.1, 0.2, 0.5}, {3, 6}, 5});
}

// 0.30000000000000004 * 20 is just above 6, so six bad channels of 20 are not enough; 0.3 * 20 is 6.
TEST(GridLosses, CompareInDoublesOfTheGiven) {
  const RecordedEpochs recorded = recorded_epochs(40, 20, 32, 7);
  const test::SlowEpochs x = test::slow_epochs(recorded.view());
  const Peaks peaks = slow_peaks(x);
  const Votes votes = vote(peaks, some_thresholds(x));
  ASSERT_GT(std::count(votes.count.begin(), votes.count.end(), 6), 0);
  const Grid grid{{0.3, 0.30000000000000004}, {1}, 5};
  expect_slow_losses(recorded, grid);
  Job job;
  const auto loss = grid_losses(recorded.view(), peaks, votes, SphericalSplines(recorded.positions), grid, job);
  EXPECT_NE(std::vector<double>(loss.begin(), loss.begin() + 5), std::vector<double>(loss.begin() + 5, loss.end()));
}

}  // namespace
}  // namespace brrr::autoreject
