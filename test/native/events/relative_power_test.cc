#include "events/relative_power.h"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>

#include "common/tier.h"
#include "planted.h"

namespace brrr::events {
namespace {

double slow_share(const std::vector<double>& x, double rate, Band narrow, Band broad) {
  const int n = static_cast<int>(x.size());
  double inside = 0, all = 0;
  for (int k = 0; k <= n / 2; k++) {
    const double hz = k * rate / n;
    std::complex<double> sum = 0;
    for (int t = 0; t < n; t++)
      sum += x[t] * (0.5 - 0.5 * std::cos(2 * planted::kPi * t / n)) *
             std::polar(1.0, -2 * planted::kPi * ((static_cast<int64_t>(k) * t) % n) / n);
    if (hz >= broad.low - 1e-9 && hz <= broad.high + 1e-9) all += std::norm(sum);
    if (hz >= narrow.low - 1e-9 && hz <= narrow.high + 1e-9) inside += std::norm(sum);
  }
  return inside / all;
}

// 199 Hz has segments of 398 = 2 * 199 samples, for which there is no lane FFT.
TEST(RelativePower, IsTheShareOfTheBandInEveryTier) {
  const Tier before = active_tier();
  for (double rate : {100.0, 128.0, 256.0, 199.0, 173.61}) {
    const RelativePower power(rate, {12, 15}, {1, 30});
    for (int count : {1, 3, 16}) {
      std::vector<std::vector<double>> original;
      for (int i = 0; i < count; i++) original.push_back(planted::noise(power.segment(), 30, 100 + i));
      std::vector<double> first;
      for (Tier tier : {Tier::kBaseline, Tier::kAvx2, Tier::kAvx512}) {
        if (!tier_available(tier)) continue;
        force_tier(tier);
        std::vector<std::vector<double>> segments = original;
        double* rows[RelativePower::kBatch];
        for (int i = 0; i < count; i++) rows[i] = segments[i].data();
        std::vector<double> share(count);
        power.measure(count, rows, share.data());
        if (first.empty()) first = share;
        EXPECT_EQ(share, first) << rate << " " << tier_name(tier);
      }
      for (int i = 0; i < count; i++) EXPECT_NEAR(first[i], slow_share(original[i], rate, {12, 15}, {1, 30}), 1e-12);
    }
  }
  force_tier(before);
}

TEST(RelativePower, LaysFramesAsTheOriginalDoes) {
  EXPECT_EQ(RelativePower(100, {12, 15}, {1, 30}).hop(), 20);
  EXPECT_EQ(RelativePower(128, {12, 15}, {1, 30}).hop(), 26);
  EXPECT_EQ(RelativePower(256, {12, 15}, {1, 30}).hop(), 52);
  const RelativePower power(100, {12, 15}, {1, 30});
  EXPECT_EQ(power.segment(), 200);
  EXPECT_EQ(power.frames(1000), 51);
  EXPECT_EQ(power.frames(1001), 52);
}

TEST(RelativePower, OverAStretchPutsZerosAroundTheSignal) {
  const RelativePower power(100, {12, 15}, {1, 30});
  const int64_t n = 1234;
  const std::vector<double> x = planted::noise(n, 30, 6);
  const Curve all = power.over({x.data(), 0, n}, 0, n, n);
  ASSERT_EQ(static_cast<int64_t>(all.place.size()), power.frames(n));
  for (size_t k = 0; k < all.place.size(); k++) {
    std::vector<double> segment(200);
    for (int64_t i = 0; i < 200; i++) {
      const int64_t t = static_cast<int64_t>(k) * 20 - 100 + i;
      if (t >= 0 && t < n) segment[i] = x[t];
    }
    EXPECT_EQ(all.place[k], 20.0 * k);
    EXPECT_NEAR(all.value[k], slow_share(segment, 100, {12, 15}, {1, 30}), 1e-12);
  }
  const Curve part = power.over({x.data() + 409, 409, 871}, 530, 750, n);
  EXPECT_EQ(part.place.front(), 520);
  EXPECT_EQ(part.place.back(), 760);
  for (size_t k = 0; k < part.place.size(); k++) EXPECT_NEAR(part.value[k], all.value[26 + k], 1e-14);
}

TEST(RelativePower, OfSilenceIsNotANumber) {
  const RelativePower power(100, {12, 15}, {1, 30});
  std::vector<double> zeros(200);
  double* row = zeros.data();
  double share;
  power.measure(1, &row, &share);
  EXPECT_TRUE(std::isnan(share));
}

}  // namespace
}  // namespace brrr::events
