#include "autoreject/bayes_search.h"

#include <gtest/gtest.h>

#include "../signal/support.h"
#include "slow_reference.h"

namespace brrr::autoreject {
namespace {

TEST(StartPoints, AreThoseOfNumpysLinspace) {
  EXPECT_EQ(start_points(3, 5), (std::vector<int>{0, 1, 2}));
  EXPECT_EQ(start_points(10, 5), (std::vector<int>{0, 2, 4, 6, 8, 9}));
  // 30 * (164 / 40.0) is just below 123.
  EXPECT_EQ(start_points(164, 40)[30], 122);
  EXPECT_EQ(start_points(164, 40).size(), 41u);
  EXPECT_EQ(start_points(1, 40), (std::vector<int>{0}));
}

/// Candidates so far apart that the process is not close to singular, and a loss with two valleys.
std::vector<double> spread_candidates(int count, unsigned seed) {
  std::vector<double> candidates = test::noise(count, seed);
  for (double& x : candidates) x *= 20;
  std::sort(candidates.begin(), candidates.end());
  return candidates;
}
double valleys(double x) { return std::cos(x / 4) + 0.02 * x + 0.001 * x * x; }

TEST(BayesSearch, VisitsTheCandidatesOfTheSlowReference) {
  test::in_each_setting([] {
    for (unsigned seed = 1; seed <= 6; seed++) {
      const std::vector<double> candidates = spread_candidates(30 + 37 * static_cast<int>(seed), seed);
      std::vector<double> visited, expected;
      const double best = bayes_search(candidates, start_points(static_cast<int>(candidates.size()), 5), [&](double x) {
        visited.push_back(x);
        return valleys(x);
      });
      const double slow = test::slow_bayes_search(candidates, 5, [&](double x) {
        expected.push_back(x);
        return valleys(x);
      });
      EXPECT_EQ(visited, expected);
      EXPECT_EQ(best, slow);
    }
  });
}

TEST(BayesSearch, PassesOverInfiniteLosses) {
  const std::vector<double> candidates = spread_candidates(60, 3);
  const auto loss = [](double x) { return x < 0 ? -INFINITY : valleys(x); };
  EXPECT_EQ(bayes_search(candidates, start_points(60, 5), loss), test::slow_bayes_search(candidates, 5, loss));
  EXPECT_TRUE(std::isnan(bayes_search(candidates, start_points(60, 5), [](double) { return INFINITY; })));
}

TEST(BayesSearch, TheFirstOfEqualLossesWins) {
  EXPECT_EQ(bayes_search({1e-5, 2e-5, 3e-5, 3e-5}, {0, 1, 2, 3}, [](double x) { return x < 1.5e-5 ? 2e-6 : 1e-6; }),
            2e-5);
}

}  // namespace
}  // namespace brrr::autoreject
