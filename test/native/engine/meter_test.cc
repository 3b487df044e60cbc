#include "engine/meter.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "engine/tensor.h"

namespace brrr::engine {
namespace {

TEST(Meter, CountsLiveAndPeak) {
  auto budget = std::make_shared<Budget>(0);
  Meter model(budget), lane(budget);
  EXPECT_TRUE(model.take(100));
  EXPECT_TRUE(lane.take(50));
  lane.give(50);
  EXPECT_TRUE(lane.take(20));
  EXPECT_EQ(model.live(), 100u);
  EXPECT_EQ(lane.live(), 20u);
  EXPECT_EQ(lane.peak(), 50u);
  EXPECT_EQ(budget->live(), 120u);
}

TEST(Meter, ABudgetIsSharedAndRefusalsCountNothing) {
  auto budget = std::make_shared<Budget>(100);
  Meter a(budget), b(budget);
  EXPECT_TRUE(a.take(60));
  EXPECT_FALSE(b.take(41));
  EXPECT_EQ(b.live(), 0u);
  EXPECT_EQ(budget->live(), 60u);
  EXPECT_TRUE(b.take(40));
  EXPECT_FALSE(a.take(1));
  EXPECT_FALSE(a.take(SIZE_MAX));
}

TEST(Meter, ThreadsNeverPassTheBudgetAndEverythingComesBack) {
  auto budget = std::make_shared<Budget>(1000);
  Meter meter(budget);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; t++)
    threads.emplace_back([&] {
      for (int i = 0; i < 5000; i++)
        if (meter.take(300)) {
          EXPECT_LE(meter.live(), 1000u);
          meter.give(300);
        }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(meter.live(), 0u);
  EXPECT_EQ(budget->live(), 0u);
  EXPECT_LE(meter.peak(), 900u);
}

TEST(Meter, TheErrorNamesNeedFreeAndBudget) {
  Budget budget(50000000);
  ASSERT_TRUE(budget.take(47000000));
  Error error = over_budget(budget, 12000000, "Loading m.onnx");
  EXPECT_STREQ(error.code(), "MEMORY_BUDGET");
  EXPECT_STREQ(error.what(),
               "Loading m.onnx needs 12.0 MB more, but 3.0 MB are free of its budget of 50.0 MB. Raise the option "
               "memory, or run smaller batches.");
}

TEST(Tensor, CountsElementsAndRefusesImpossibleShapes) {
  EXPECT_EQ(element_count({}), 1);
  EXPECT_EQ(element_count({2, 0, 3}), 0);
  EXPECT_EQ(element_count({2, 3, 4}), 24);
  EXPECT_THROW(element_count({-1, 2}), Error);
  EXPECT_THROW(element_count({int64_t{1} << 40, int64_t{1} << 40}), Error);
  EXPECT_EQ(shape_text({2, 3}), "[2, 3]");
}

}  // namespace
}  // namespace brrr::engine
