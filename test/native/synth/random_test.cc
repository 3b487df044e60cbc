#include "synth/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

namespace brrr::synth {
namespace {

constexpr int kDraws = 200000;

void expect_moments(const std::function<double()>& draw, double mean, double variance) {
  double sum = 0, squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double x = draw();
    sum += x;
    squares += x * x;
  }
  const double found = sum / kDraws;
  EXPECT_NEAR(found, mean, 5 * std::sqrt(variance / kDraws));
  EXPECT_NEAR(squares / kDraws - found * found, variance, 0.02 * variance);
}

TEST(Random, DrawsHaveTheirMomentsWhateverTheSeed) {
  for (uint64_t seed : {uint64_t{0}, uint64_t{1}, ~uint64_t{0}}) {
    Random random(seed);
    expect_moments([&] { return random.uniform(2, 5); }, 3.5, 0.75);
    expect_moments([&] { return random.normal(1, 3); }, 1, 9);
    expect_moments([&] { return random.rough_normal(); }, 0, 1);
    expect_moments([&] { return random.exponential(2); }, 2, 4);
    expect_moments([&] { return random.poisson(2.2); }, 2.2, 2.2);
    expect_moments([&] { return random.sign(); }, 0, 1);
    expect_moments([&] { return random.integer(0, 10); }, 4.5, 8.25);
  }
}

TEST(Random, IsTheSameEverywhere) {
  // xoshiro256++ and splitmix64, written down from a second implementation (Python integers).
  Random random(1);
  EXPECT_EQ(random.bits(), 0x704560ced7cc0501u);
  EXPECT_EQ(random.bits(), 0x4eef90036c89c53au);
}

TEST(Random, StreamsOfASeedDiffer) {
  Random a(7, 1), b(7, 2), again(7, 1);
  int equal = 0;
  for (int i = 0; i < 1000; ++i) {
    const uint64_t bits = a.bits();
    equal += bits == b.bits();
    EXPECT_EQ(bits, again.bits());
  }
  EXPECT_EQ(equal, 0);
}

TEST(Random, IntegersCoverTheirRangeWithoutItsEnd) {
  Random random(3);
  bool low = false, high = false;
  for (int i = 0; i < 1000; ++i) {
    const int n = random.integer(-2, 3);
    ASSERT_GE(n, -2);
    ASSERT_LT(n, 3);
    low |= n == -2;
    high |= n == 2;
  }
  EXPECT_TRUE(low && high);
}

}  // namespace
}  // namespace brrr::synth
