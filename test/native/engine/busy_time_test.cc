#include "engine/busy_time.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace brrr::engine {
namespace {

TEST(BusyTime, IsTheLengthOfTheUnionInAnyOrder) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; round++) {
    BusyTime busy(100);
    std::vector<bool> covered(1200, false);
    for (int i = 0; i < 40; i++) {
      const int64_t start = static_cast<int64_t>(random() % 1000), length = static_cast<int64_t>(random() % 60);
      busy.add({start, start + length});
      for (int64_t ns = std::max<int64_t>(start, 100); ns < start + length; ns++) covered[ns] = true;
      ASSERT_EQ(busy.covered_ns(), std::count(covered.begin(), covered.end(), true)) << round << " " << i;
    }
  }
}

TEST(BusyTime, ForgetsTheOldestOfManyGaps) {
  BusyTime busy(0);
  for (int64_t i = 0; i < 10000; i++) busy.add({2 * i + 1, 2 * i + 2});
  EXPECT_EQ(busy.covered_ns(), 10000);
  busy.add({20000 - 2000, 20000});
  EXPECT_EQ(busy.covered_ns(), 11000) << "1000 gaps back";
  busy.add({0, 20000});
  EXPECT_GE(busy.covered_ns(), 10000 + 2048);
  EXPECT_LT(busy.covered_ns(), 20000);
}

}  // namespace
}  // namespace brrr::engine
