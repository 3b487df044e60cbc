#include "autoreject/labels.h"

#include <gtest/gtest.h>

#include "autoreject/autoreject.h"

namespace brrr::autoreject {
namespace {

using Labels = std::vector<uint8_t>;

TEST(Labels, ACellIsBadAboveItsThresholdOnly) {
  const Votes votes = vote({2, 3, {1, 2, 3, 4, 0, 3.5}}, {1, 1, 3});
  EXPECT_EQ(votes.labels, (Labels{0, 1, 0, 1, 0, 1}));
  EXPECT_EQ(votes.count, (std::vector<int>{1, 2}));
}

TEST(Labels, AllBadCellsAreRepairedWhereThereAreFewEnough) {
  const double peaks[] = {5, 1, 3, 2};
  Labels labels{1, 0, 1, 0};
  mark_repairs(peaks, 4, 2, labels.data());
  EXPECT_EQ(labels, (Labels{2, 0, 2, 0}));
}

TEST(Labels, OtherwiseTheLargestAre) {
  const double peaks[] = {5, 6, 3, 7, 9};
  Labels labels{1, 1, 1, 0, 1};
  mark_repairs(peaks, 5, 2, labels.data());
  EXPECT_EQ(labels, (Labels{1, 2, 1, 0, 2}));
  mark_repairs(peaks, 5, 0, labels.data());
  EXPECT_EQ(labels, (Labels{1, 2, 1, 0, 2}));
}

// An epoch with six bad channels, n_interpolate 1, 4 and 8 in turn: 1, then 5 (not 4), then 6 are repaired.
TEST(Labels, RepairsOfOneCandidateAreCarriedOnAndCountTwice) {
  const double peaks[] = {6, 5, 4, 3, 2, 1, 0};
  Labels labels{1, 1, 1, 1, 1, 1, 0};
  mark_repairs(peaks, 7, 1, labels.data());
  EXPECT_EQ(labels, (Labels{2, 1, 1, 1, 1, 1, 0}));
  mark_repairs(peaks, 7, 4, labels.data());
  EXPECT_EQ(labels, (Labels{2, 2, 2, 2, 2, 1, 0}));
  mark_repairs(peaks, 7, 8, labels.data());
  EXPECT_EQ(labels, (Labels{2, 2, 2, 2, 2, 2, 0}));
}

}  // namespace
}  // namespace brrr::autoreject
