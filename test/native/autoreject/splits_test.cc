#include "autoreject/splits.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "common/error.h"

namespace brrr::autoreject {
namespace {

using Rows = std::vector<int>;

// scikit-learn 1.9.1: StratifiedShuffleSplit(10, test_size=0.2, random_state=seed) on E zeros and E ones.
TEST(Splits, StratifiedShuffleIsThatOfScikitLearn) {
  auto twelve = stratified_shuffle_splits({12, 12}, 10, 0.2, 42);
  ASSERT_EQ(twelve.size(), 10u);
  EXPECT_EQ(twelve[0].test, (Rows{3, 7, 10, 19, 23}));
  EXPECT_EQ(twelve[1].test, (Rows{1, 9, 11, 18, 19}));
  EXPECT_EQ(twelve[9].test, (Rows{0, 3, 11, 13, 23}));
  auto thirteen = stratified_shuffle_splits({13, 13}, 10, 0.2, 0);
  EXPECT_EQ(thirteen[0].test, (Rows{0, 5, 12, 14, 21, 23}));
  EXPECT_EQ(thirteen[9].test, (Rows{1, 7, 11, 16, 17, 21}));
  auto ten = stratified_shuffle_splits({10, 10}, 10, 0.2, 4294967295u);
  EXPECT_EQ(ten[0].test, (Rows{2, 3, 12, 16}));
  EXPECT_EQ(ten[9].test, (Rows{6, 8, 15, 18}));
}

void expect_partition(const Split& split, int rows) {
  Rows all = split.train;
  all.insert(all.end(), split.test.begin(), split.test.end());
  std::sort(all.begin(), all.end());
  ASSERT_EQ(all.size(), static_cast<size_t>(rows));
  for (int i = 0; i < rows; i++) ASSERT_EQ(all[i], i);
  EXPECT_TRUE(std::is_sorted(split.train.begin(), split.train.end()));
}

TEST(Splits, EachSplitHoldsEveryRowOnceAndSharesTheClassesOut) {
  for (int epochs = 3; epochs < 60; epochs++)
    for (const Split& split : stratified_shuffle_splits({epochs, epochs}, 10, 0.2, 5)) {
      expect_partition(split, 2 * epochs);
      int originals = 0;
      for (int row : split.test) originals += row < epochs;
      EXPECT_LE(std::abs(2 * originals - static_cast<int>(split.test.size())), 1);
    }
}

TEST(Splits, OneClassIsShuffledWhole) {
  for (int rows : {2, 5, 41})
    for (const Split& split : stratified_shuffle_splits({rows}, 10, 0.2, 42)) {
      expect_partition(split, rows);
      EXPECT_EQ(split.test.size(), static_cast<size_t>((rows + 4) / 5));
    }
}

TEST(Splits, FoldsAreBlocksAndTheFirstOnesAreLonger) {
  auto folds = k_folds(8, 3);
  ASSERT_EQ(folds.size(), 3u);
  EXPECT_EQ(folds[0].test, (Rows{0, 1, 2}));
  EXPECT_EQ(folds[1].test, (Rows{3, 4, 5}));
  EXPECT_EQ(folds[2].test, (Rows{6, 7}));
  EXPECT_EQ(folds[1].train, (Rows{0, 1, 2, 6, 7}));
}

TEST(Splits, TooFewRowsAreRefused) {
  EXPECT_THROW(stratified_shuffle_splits({1, 1}, 10, 0.2, 0), Error);
  EXPECT_THROW(stratified_shuffle_splits({1}, 10, 0.2, 0), Error);
  EXPECT_THROW(k_folds(9, 10), Error);
  EXPECT_THROW(k_folds(9, 1), Error);
}

}  // namespace
}  // namespace brrr::autoreject
