#include "common/job.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace brrr {
namespace {

TEST(Job, TheWatcherIsCalledOnceByTheCancellingThread) {
  Job job;
  int calls = 0;
  std::thread::id caller;
  job.on_cancel([&] {
    calls++;
    caller = std::this_thread::get_id();
  });
  EXPECT_EQ(calls, 0);
  std::thread canceller([&] { job.cancel(); });
  auto id = canceller.get_id();
  canceller.join();
  job.cancel();
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(caller, id);
  EXPECT_THROW(job.check(), Error);
}

TEST(Job, AWatcherOfACancelledJobIsCalledAtOnce) {
  Job job;
  job.cancel();
  int calls = 0;
  job.on_cancel([&] { calls++; });
  EXPECT_EQ(calls, 1);
}

TEST(Job, CancellingWhileAWatcherIsSetCallsItOnce) {
  for (int i = 0; i < 300; i++) {
    Job job;
    std::atomic<int> calls{0};
    std::thread canceller([&] { job.cancel(); });
    job.on_cancel([&] { calls++; });
    canceller.join();
    EXPECT_EQ(calls, 1);
  }
}

}  // namespace
}  // namespace brrr
