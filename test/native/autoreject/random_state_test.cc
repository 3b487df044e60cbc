#include "autoreject/random_state.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace brrr::autoreject {
namespace {

// All expected numbers were drawn by numpy 2.4.6.
TEST(RandomState, DrawsWhatNumpyDraws) {
  RandomState integers(42);
  for (uint32_t expected : {1608637542u, 3421126067u, 4083286876u, 787846414u, 3143890026u})
    EXPECT_EQ(integers.next(), expected);
  RandomState doubles(7);
  for (double expected : {0.07630828937395717, 0.7799187922401146, 0.4384092314408935, 0.7234651778309412})
    EXPECT_EQ(doubles.uniform(), expected);
  RandomState largest_seed(4294967295u);
  EXPECT_EQ(largest_seed.next(), 419326371u);
  EXPECT_EQ(largest_seed.next(), 479346978u);
}

TEST(RandomState, PermutesAsNumpyDoes) {
  EXPECT_EQ(RandomState(0).permutation(23),
            (std::vector<int>{11, 10, 21, 14, 20, 1, 13, 22, 16, 8, 6, 17, 4, 2, 5, 18, 9, 7, 19, 3, 0, 15, 12}));
  EXPECT_EQ(RandomState(0).choice(23, 4), (std::vector<int>{11, 10, 21, 14}));
}

// Ransac's default seed on 19 channels.
TEST(RandomState, ChoosesSubsetAfterSubset) {
  RandomState random(435656);
  EXPECT_EQ(random.choice(19, 5), (std::vector<int>{0, 9, 15, 1, 17}));
  EXPECT_EQ(random.choice(19, 5), (std::vector<int>{2, 15, 11, 4, 18}));
}

TEST(RandomState, OnlyOneChoiceDrawsNothing) {
  RandomState used(3), fresh(3);
  EXPECT_EQ(used.interval(0), 0u);
  EXPECT_EQ(used.permutation(1), std::vector<int>{0});
  EXPECT_EQ(used.next(), fresh.next());
}

TEST(RandomState, IntervalsIncludeBothEnds) {
  RandomState random(1);
  std::vector<int> seen(6);
  for (int i = 0; i < 1000; i++) seen.at(random.interval(5))++;
  EXPECT_GT(*std::min_element(seen.begin(), seen.end()), 100);
}

}  // namespace
}  // namespace brrr::autoreject
