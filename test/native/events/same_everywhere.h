// Runs a detector on every SIMD tier of this machine, with one thread and with several.
#pragma once

#include <gtest/gtest.h>

#include <functional>

#include "common/parallel.h"
#include "common/tier.h"
#include "events/event_table.h"

namespace brrr::events {

inline void expect_same_table(const EventTable& a, const EventTable& b) {
  ASSERT_EQ(a.columns.size(), b.columns.size());
  ASSERT_EQ(a.rows(), b.rows());
  EXPECT_EQ(a.skipped, b.skipped);
  for (size_t c = 0; c < a.columns.size(); c++)
    for (size_t r = 0; r < a.rows(); r++) {
      const double x = a.columns[c].values[r], y = b.columns[c].values[r];
      EXPECT_TRUE(x == y || (x != x && y != y)) << a.columns[c].name << " of event " << r << ": " << x << " and " << y;
    }
}

/// Restores tier and thread count when it goes.
class ExecutionGuard {
 public:
  ~ExecutionGuard() {
    force_tier(tier_);
    set_worker_count(0);
  }

 private:
  Tier tier_ = active_tier();
};

inline void expect_same_everywhere(const std::function<EventTable()>& detect) {
  ExecutionGuard guard;
  const EventTable expected = detect();
  EXPECT_GT(expected.rows(), 0u);
  for (Tier tier : {Tier::kBaseline, Tier::kAvx2, Tier::kAvx512}) {
    if (!tier_available(tier)) continue;
    for (int workers : {1, 3}) {
      SCOPED_TRACE(std::string(tier_name(tier)) + ", " + std::to_string(workers) + " workers");
      force_tier(tier);
      set_worker_count(workers);
      expect_same_table(detect(), expected);
    }
  }
}

}  // namespace brrr::events
