#include "events/windows.h"

#include <gtest/gtest.h>

#include <cmath>

#include "common/tier.h"
#include "planted.h"

namespace brrr::events {
namespace {

TEST(MovingWindows, LieWhereTheOriginalPutsThem) {
  const MovingWindows w(1000, 100, 0.3, 0.1);
  EXPECT_EQ(w.count(), 100);
  EXPECT_EQ(w.begin(0), 0);
  EXPECT_EQ(w.end(0), 15);
  EXPECT_EQ(w.middle(0), 7.5);
  EXPECT_EQ(w.end(1), 25);
  EXPECT_EQ(w.begin(2), 5);
  EXPECT_EQ(w.end(99), 1000);
  // 0.6 is not a double: the 8th window begins a sample early, as in the original.
  EXPECT_EQ(w.begin(8), static_cast<int64_t>((8 * 0.1 - 0.15) * 100));
}

TEST(MovingWindows, FindTheFirstWindowFromASample) {
  const MovingWindows w(7777, 256, 0.3, 0.1);
  for (int64_t sample = 0; sample < 7777; sample++) {
    const int64_t k = w.first_from(sample);
    if (k > 0) {
      ASSERT_TRUE(sample == 0 || w.begin(k - 1) < sample);
    }
    if (k < w.count()) {
      ASSERT_GE(w.begin(k), sample);
    }
  }
  for (int64_t k = 0; k < w.count(); k++) ASSERT_LE(w.end(k) - w.begin(k), w.longest());
}

TEST(MovingWindows, MeasureRmsAndCorrelationInEveryTierWithTheSameBits) {
  const Tier before = active_tier();
  for (double rate : {100.0, 128.0, 173.61, 256.0}) {
    const int64_t n = 3001;
    std::vector<double> x = planted::noise(n + kWindowSlack, 20, 1), y = planted::noise(n + kWindowSlack, 50, 2);
    for (int64_t i = 0; i < n; i++) y[i] += x[i];
    const MovingWindows w(n, rate, 0.3, 0.1);
    std::vector<double> rms(w.count()), correlation(w.count()), first_rms, first_correlation;
    for (Tier tier : {Tier::kBaseline, Tier::kAvx2, Tier::kAvx512}) {
      if (!tier_available(tier)) continue;
      force_tier(tier);
      measure_windows(w, 0, w.count(), x.data(), y.data(), 0, rms.data(), correlation.data());
      if (first_rms.empty()) {
        first_rms = rms;
        first_correlation = correlation;
      }
      EXPECT_EQ(rms, first_rms);
      EXPECT_EQ(correlation, first_correlation);
    }
    for (int64_t k = 0; k < w.count(); k++) {
      double sx = 0, sy = 0, squares = 0, xx = 0, yy = 0, xy = 0;
      const double m = w.end(k) - w.begin(k);
      for (int64_t i = w.begin(k); i < w.end(k); i++) {
        sx += x[i];
        sy += y[i];
        squares += x[i] * x[i];
      }
      for (int64_t i = w.begin(k); i < w.end(k); i++) {
        xx += (x[i] - sx / m) * (x[i] - sx / m);
        yy += (y[i] - sy / m) * (y[i] - sy / m);
        xy += (x[i] - sx / m) * (y[i] - sy / m);
      }
      EXPECT_NEAR(rms[k], std::sqrt(squares / m), 1e-12 * rms[k]);
      EXPECT_NEAR(correlation[k], xy / std::sqrt(xx * yy), 1e-12);
    }
  }
  force_tier(before);
}

TEST(MovingWindows, AreTheSameWhenMeasuredInParts) {
  const std::vector<double> x = planted::noise(2008, 20, 3), y = planted::noise(2008, 20, 4);
  const MovingWindows w(2000, 200, 0.3, 0.1);
  std::vector<double> rms(w.count()), correlation(w.count());
  measure_windows(w, 0, w.count(), x.data(), y.data(), 0, rms.data(), correlation.data());
  const int64_t first = 40, last = 60, origin = w.begin(first);
  std::vector<double> part(last - first), part_correlation(last - first);
  measure_windows(w, first, last, x.data() + origin, y.data() + origin, origin, part.data(), part_correlation.data());
  for (int64_t k = first; k < last; k++) {
    EXPECT_NEAR(part[k - first], rms[k], 1e-12 * rms[k]);
    EXPECT_NEAR(part_correlation[k - first], correlation[k], 1e-12);
  }
}

TEST(MovingWindows, HaveNoCorrelationWithAConstant) {
  const std::vector<double> x(1008, 0.0), y = planted::noise(1008, 20, 4);
  const MovingWindows w(1000, 100, 0.3, 0.1);
  std::vector<double> rms(w.count()), correlation(w.count());
  measure_windows(w, 0, w.count(), x.data(), y.data(), 0, rms.data(), correlation.data());
  for (int64_t k = 0; k < w.count(); k++) {
    EXPECT_EQ(rms[k], 0);
    EXPECT_TRUE(std::isnan(correlation[k]));
  }
}

}  // namespace
}  // namespace brrr::events
