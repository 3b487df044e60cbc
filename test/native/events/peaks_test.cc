#include "events/peaks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "common/tier.h"
#include "events/turning_points.h"
#include "planted.h"

namespace brrr::events {
namespace {

std::vector<int64_t> indices(const std::vector<Peak>& peaks) {
  std::vector<int64_t> list;
  for (const Peak& p : peaks) list.push_back(p.index);
  return list;
}

std::vector<int64_t> find(const std::vector<double>& x, const PeakConditions& conditions = {}) {
  return indices(find_peaks(x.data(), static_cast<int64_t>(x.size()), conditions));
}

using Indices = std::vector<int64_t>;

TEST(FindPeaks, TakesTheMiddleOfAPlateauRoundedDown) {
  EXPECT_EQ(find({0, 1, 0}), (Indices{1}));
  EXPECT_EQ(find({0, 1, 1, 0}), (Indices{1}));
  EXPECT_EQ(find({0, 1, 1, 1, 0}), (Indices{2}));
  EXPECT_EQ(find({0, 1, 1, 2, 2, 1, 1, 0}), (Indices{3}));
}

TEST(FindPeaks, NeverTakesTheEnds) {
  EXPECT_EQ(find({}), Indices{});
  EXPECT_EQ(find({1}), Indices{});
  EXPECT_EQ(find({1, 0}), Indices{});
  EXPECT_EQ(find({2, 1, 2}), Indices{});
  EXPECT_EQ(find({0, 1, 1}), Indices{});
  EXPECT_EQ(find({1, 1, 1, 1}), Indices{});
}

TEST(FindPeaks, KeepsHeightsWithinInclusiveLimits) {
  const std::vector<double> x = {0, 1, 0, 2, 0, 3, 0};
  PeakConditions c;
  c.height = {2, 3};
  EXPECT_EQ(find(x, c), (Indices{3, 5}));
  c.height = {{}, 2};
  EXPECT_EQ(find(x, c), (Indices{1, 3}));
  c.height = {2.5, {}};
  EXPECT_EQ(find(x, c), (Indices{5}));
}

TEST(FindPeaks, LetsTheHigherOfTwoNearPeaksWinAndTheLaterOfEqualOnes) {
  const std::vector<double> x = {0, 1, 0, 3, 0, 2, 0, 2, 0};
  PeakConditions c;
  c.distance = 2.1;  // means three samples
  EXPECT_EQ(find(x, c), (Indices{3, 7}));
  c.distance = 2;
  EXPECT_EQ(find(x, c), (Indices{1, 3, 5, 7}));
  EXPECT_EQ(find({0, 2, 0, 2, 0},
                 [] {
                   PeakConditions three;
                   three.distance = 3;
                   return three;
                 }()),
            (Indices{3}));
}

TEST(FindPeaks, MeasuresProminenceFromTheHigherBaseWithinTheWindow) {
  const std::vector<double> x = {5, 0, 3, 1, 4, 2, 2, 6, 0};
  const std::vector<Peak> peaks = find_peaks(x.data(), 9, {});
  ASSERT_EQ(indices(peaks), (Indices{2, 4, 7}));
  EXPECT_EQ(peaks[0].prominence, 2);
  EXPECT_EQ(peaks[1].prominence, 2);
  EXPECT_EQ(peaks[1].left_base, 1);
  EXPECT_EQ(peaks[1].right_base, 5);  // the nearest of equal ones
  EXPECT_EQ(peaks[2].prominence, 6);
  PeakConditions c;
  c.window = 3;  // one sample on each side
  EXPECT_EQ(find_peaks(x.data(), 9, c)[2].left_base, 6);
  c.window = 0;
  c.min_prominence = 3;
  EXPECT_EQ(find(x, c), (Indices{7}));
}

/// SciPy's definition, word by word and as slow as that.
Indices slow_peaks(const std::vector<double>& x, const PeakConditions& c) {
  const int64_t n = static_cast<int64_t>(x.size());
  std::vector<Peak> peaks;
  for (int64_t left = 1; left + 1 < n; left++)
    for (int64_t right = left; right + 1 < n; right++) {
      bool flat = true;
      for (int64_t i = left; i <= right; i++) flat &= x[i] == x[left];
      if (flat && x[left - 1] < x[left] && x[right + 1] < x[left] && c.height.admit(x[left]))
        peaks.push_back({(left + right) / 2, x[left]});
    }
  std::vector<char> gone(peaks.size(), 0), done(peaks.size(), 0);
  for (size_t round = 0; round < peaks.size() && c.distance > 0; round++) {
    size_t top = peaks.size();
    for (size_t i = 0; i < peaks.size(); i++)
      if (!gone[i] && !done[i] && (top == peaks.size() || peaks[i].height >= peaks[top].height)) top = i;
    if (top == peaks.size()) break;
    done[top] = 1;
    for (size_t i = 0; i < peaks.size(); i++)
      if (i != top && std::abs(peaks[i].index - peaks[top].index) < std::ceil(c.distance)) gone[i] = 1;
  }
  Indices found;
  for (size_t p = 0; p < peaks.size(); p++) {
    if (gone[p]) continue;
    const int64_t reach = c.window > 0 ? static_cast<int64_t>(std::ceil(c.window)) / 2 : n;
    double left = peaks[p].height, right = left;
    for (int64_t i = peaks[p].index; i >= std::max<int64_t>(0, peaks[p].index - reach) && x[i] <= peaks[p].height; i--)
      left = std::min(left, x[i]);
    for (int64_t i = peaks[p].index; i <= std::min(n - 1, peaks[p].index + reach) && x[i] <= peaks[p].height; i++)
      right = std::min(right, x[i]);
    if (!c.min_prominence || peaks[p].height - std::max(left, right) >= *c.min_prominence)
      found.push_back(peaks[p].index);
  }
  return found;
}

TEST(FindPeaks, AgreesWithTheDefinitionOnSeriesFullOfTies) {
  planted::Noise random(7);
  for (int round = 0; round < 300; round++) {
    std::vector<double> x(static_cast<size_t>(3 + 30 * (random.next() + 1)));
    for (double& v : x) v = std::floor(3 * random.next());
    PeakConditions c;
    if (round % 2) c.height = {-1, 2};
    if (round % 3) c.distance = 1 + 4 * (random.next() + 1);
    if (round % 5 > 2) c.min_prominence = 2;
    if (round % 7 > 3) c.window = 2 + 5 * (random.next() + 1);
    EXPECT_EQ(find(x, c), slow_peaks(x, c)) << "round " << round;
  }
}

TEST(TurningPoints, FindsEveryMaximumMinimumAndCrossingInEveryTier) {
  const Tier before = active_tier();
  std::vector<double> x = planted::noise(1000, 3, 5);
  for (double& v : x) v = std::floor(v);
  const int64_t n = 900, from = 3, to = 890;
  Indices expected, tops;
  for (int64_t i = from; i < to; i++) {
    const bool top = x[i - 1] < x[i] && x[i + 1] <= x[i], dip = x[i - 1] > x[i] && x[i + 1] >= x[i];
    if (top || dip || (x[i] > 0) != (x[i + 1] > 0)) expected.push_back(i);
    if (top && x[i] >= 1) tops.push_back(i);
  }
  for (Tier tier : {Tier::kBaseline, Tier::kAvx2, Tier::kAvx512}) {
    if (!tier_available(tier)) continue;
    force_tier(tier);
    EXPECT_EQ(find_turning_points(x.data(), n, from, to), expected) << tier_name(tier);
    EXPECT_EQ(find_tops(x.data(), n, from, to, 1), tops) << tier_name(tier);
  }
  force_tier(before);
}

}  // namespace
}  // namespace brrr::events
