#include "events/hypnogram.h"

#include <gtest/gtest.h>

#include "common/error.h"

namespace brrr::events {
namespace {

std::vector<std::pair<int64_t, int64_t>> pairs(const Intervals& list) {
  std::vector<std::pair<int64_t, int64_t>> p;
  for (const Interval& i : list) p.push_back({i.begin, i.end});
  return p;
}
using Pairs = std::vector<std::pair<int64_t, int64_t>>;

TEST(Hypnogram, RepeatsEachEpochAndLeavesTheRestUnscored) {
  const Hypnogram h{{kWake, kN2, kN2, kRem}, 30, 0};
  const StageMap map(&h, 100, 12100);
  EXPECT_EQ(map.stage_at(0), kWake);
  EXPECT_EQ(map.stage_at(2999), kWake);
  EXPECT_EQ(map.stage_at(3000), kN2);
  EXPECT_EQ(map.stage_at(11999), kRem);
  EXPECT_EQ(map.stage_at(12000), kUnscored);
  EXPECT_EQ(pairs(map.select({kN2})), (Pairs{{3000, 9000}}));
  EXPECT_EQ(pairs(map.select({kWake, kRem})), (Pairs{{0, 3000}, {9000, 12000}}));
  EXPECT_EQ(pairs(map.select({kUnscored})), (Pairs{{12000, 12100}}));
  EXPECT_TRUE(map.select({kN3}).empty());
}

TEST(Hypnogram, CropsEpochsThatGoPastTheSignal) {
  const Hypnogram h{{kN2, kN3, kN3}, 30, 0};
  EXPECT_EQ(pairs(StageMap(&h, 100, 4000).select({kN3})), (Pairs{{3000, 4000}}));
}

TEST(Hypnogram, StartsWhereTheOffsetSays) {
  const Hypnogram later{{kN2, kN3}, 30, 40};  // the signal starts 40 s into the hypnogram
  EXPECT_EQ(StageMap(&later, 10, 1000).stage_at(0), kN3);
  EXPECT_EQ(pairs(StageMap(&later, 10, 1000).select({kN3})), (Pairs{{0, 200}}));
  const Hypnogram earlier{{kN2}, 30, -5};
  EXPECT_EQ(StageMap(&earlier, 10, 1000).stage_at(49), kUnscored);
  EXPECT_EQ(pairs(StageMap(&earlier, 10, 1000).select({kN2})), (Pairs{{50, 350}}));
}

TEST(Hypnogram, AgreesWithItselfAtOddRates) {
  const Hypnogram h{{kWake, kN1, kN2, kN3, kRem, kWake, kN1}, 29.97, 3.3};
  const StageMap map(&h, 173.61, 40000);
  for (int stage : {kWake, kN1, kN2, kN3, kRem, kUnscored}) {
    const Intervals selected = map.select({stage});
    for (int64_t i = 0; i < 40000; i++) ASSERT_EQ(contains(selected, i), map.stage_at(i) == stage) << i;
  }
}

TEST(Hypnogram, SelectsEverythingIfThereIsNone) {
  const StageMap map(nullptr, 100, 500);
  EXPECT_FALSE(map.given());
  EXPECT_EQ(pairs(map.select({kN2})), (Pairs{{0, 500}}));
}

TEST(Hypnogram, RefusesAnEpochWithoutLength) {
  const Hypnogram h{{kN2}, 0, 0};
  EXPECT_THROW(StageMap(&h, 100, 500), Error);
}

TEST(Intervals, JoinWidenAndClip) {
  Intervals list;
  append(list, 10, 20);
  append(list, 22, 30, 1);
  append(list, 31, 40, 1);
  append(list, 50, 50);
  EXPECT_EQ(pairs(list), (Pairs{{10, 20}, {22, 40}}));
  EXPECT_EQ(pairs(widen(list, 1, 100)), (Pairs{{9, 41}}));
  EXPECT_EQ(pairs(widen(list, 15, 50)), (Pairs{{0, 50}}));
  EXPECT_EQ(pairs(clip(list, 15, 25)), (Pairs{{15, 20}, {22, 25}}));
  EXPECT_TRUE(clip(list, 20, 22).empty());
  EXPECT_FALSE(intersects(list, 20, 22));
  EXPECT_TRUE(intersects(list, 19, 20));
  EXPECT_EQ(total_size(list), 28);
}

}  // namespace
}  // namespace brrr::events
