#include "events/sparse_hilbert.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "common/tier.h"
#include "planted.h"
#include "signal/fft.h"
#include "signal/hilbert.h"

namespace brrr::events {
namespace {

constexpr int64_t kBox = SparseHilbert::kBox, kMargin = SparseHilbert::kMargin;

SparseHilbert prepare(const std::vector<double>& x) {
  const int64_t n = static_cast<int64_t>(x.size());
  SparseHilbert h(n);
  const SignalView all{x.data(), 0, n};
  // Two parts, the later one first.
  const int64_t half = n / 2 / kBox * kBox;
  h.add(all, half, n);
  h.add(all, 0, half);
  h.finish();
  return h;
}

/// Only as much of the signal as evaluate may ask for.
std::vector<double> evaluate(const SparseHilbert& h, const std::vector<double>& x, int64_t begin, int64_t end) {
  const int64_t n = static_cast<int64_t>(x.size());
  const int64_t from = std::max<int64_t>(0, begin - kMargin), to = std::min(n, end + kMargin);
  const std::vector<double> part(x.begin() + from, x.begin() + to);
  std::vector<double> out(static_cast<size_t>(end - begin));
  h.evaluate({part.data(), from, to}, begin, end, out.data());
  return out;
}

std::vector<double> band_signal(int64_t n) {
  std::vector<double> x = planted::noise(n, 5, 17);
  for (int64_t i = 0; i < n; i++) x[i] += 20 * std::sin(0.8 * i) + 3 + 1e-4 * i;
  return x;
}

TEST(SparseHilbert, IsTheTransformByAnFftOfTheFastLength) {
  // 19683 and 177147 are powers of three: the FFT's length is odd. The others are even and pad more or less.
  for (int64_t n : std::vector<int64_t>{1, 2, 5, 255, 256, 257, 300, 700, 5000, 19683, 19680, 100000, 177140, 262144}) {
    SCOPED_TRACE(n);
    const std::vector<double> x = band_signal(n);
    std::vector<double> expected(static_cast<size_t>(n));
    Job job;
    hilbert_transform(x.data(), n, expected.data(), job);
    const SparseHilbert h = prepare(x);
    for (auto [begin, end] : {std::pair<int64_t, int64_t>{0, std::min<int64_t>(n, 400)},
                              {std::max<int64_t>(0, n - 333), n},
                              {n / 3, std::min(n, n / 3 + 1)},
                              {n / 2, std::min(n, n / 2 + 5000)}}) {
      if (begin >= end) continue;
      const std::vector<double> got = evaluate(h, x, begin, end);
      for (int64_t i = begin; i < end; i++) ASSERT_NEAR(got[i - begin], expected[i], 1e-10) << i;
    }
  }
  EXPECT_EQ(next_fast_length(19680) % 2, 1);
  EXPECT_EQ(next_fast_length(177140) % 2, 1);
  EXPECT_EQ(next_fast_length(100000) % 2, 0);
}

TEST(SparseHilbert, IsTheSumOverTheCotangentKernel) {
  const int64_t n = 2000, length = 2000;
  const std::vector<double> x = band_signal(n);
  const std::vector<double> got = evaluate(prepare(x), x, 0, n);
  for (int64_t t = 0; t < n; t += 7) {
    double sum = 0;
    for (int64_t s = (t + 1) % 2; s < n; s += 2) sum += x[s] * 2 / length / std::tan(planted::kPi * (t - s) / length);
    ASSERT_NEAR(got[t], sum, 1e-10) << t;
  }
}

TEST(SparseHilbert, GivesTheSameBitsInEveryTierAndForEveryCut) {
  const Tier before = active_tier();
  const std::vector<double> x = band_signal(50000);
  std::vector<double> first;
  for (Tier tier : {Tier::kBaseline, Tier::kAvx2, Tier::kAvx512}) {
    if (!tier_available(tier)) continue;
    force_tier(tier);
    const SparseHilbert h = prepare(x);
    const std::vector<double> got = evaluate(h, x, 20001, 21234);
    if (first.empty()) first = got;
    EXPECT_EQ(got, first) << tier_name(tier);
    EXPECT_EQ(evaluate(h, x, 20700, 20701)[0], first[699]);
  }
  force_tier(before);
}

}  // namespace
}  // namespace brrr::events
