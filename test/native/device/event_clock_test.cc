#include "device/event_clock.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "../../double/double_library.h"
#include "common/steady_clock.h"

namespace brrr::cuda {
namespace {

struct EventClockTest : ::testing::Test {
  testing::DoubleLibrary cudart{"libcudart.so.12", ""};
  const Api& cuda = api(cudart.path());
  EventClock clock{cuda};
  StreamOwner stream = make_stream(cuda);
  EventOwner event = make_event(cuda);

  /// Records the event while the host's clock goes from `before` to `after`.
  void happen() {
    before = now_ns();
    cuda.event_record(event.get(), stream.get());
    cuda.event_synchronize(event.get());
    after = now_ns();
  }
  int64_t before = 0, after = 0;
};

/// A thread stands for the device here, and may lose its core.
constexpr int64_t kErrorNs = 5'000'000;

TEST_F(EventClockTest, TellsWhenAnEventHappenedBeforeAndAfterItsOrigin) {
  happen();
  EXPECT_EQ(clock.ns(event), 0) << "no origin yet";
  clock.refresh();
  EXPECT_GE(clock.ns(event), before - kErrorNs);
  EXPECT_LE(clock.ns(event), after + kErrorNs);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  happen();
  clock.refresh();
  EXPECT_GE(clock.ns(event), before - kErrorNs);
  EXPECT_LE(clock.ns(event), after + kErrorNs);
}

TEST_F(EventClockTest, TakesANewOriginAfterASecondOnly) {
  clock.refresh();
  cudart.configure("");
  clock.refresh();
  EXPECT_EQ(cudart.calls(), "");
  std::this_thread::sleep_for(std::chrono::milliseconds(1010));
  clock.refresh();
  EXPECT_NE(cudart.calls().find("cudaEventRecord"), std::string::npos);
  happen();
  EXPECT_GE(clock.ns(event), before - kErrorNs);
  EXPECT_LE(clock.ns(event), after + kErrorNs);
}

TEST_F(EventClockTest, WhatCannotBeToldIsZero) {
  cudart.configure("fail=cudaEventRecord:2");
  clock.refresh();
  cudart.configure("");
  happen();
  EXPECT_EQ(clock.ns(event), 0);
  clock.refresh();
  EXPECT_NE(clock.ns(event), 0);
  cudart.configure("fail=cudaEventElapsedTime:2");
  EXPECT_EQ(clock.ns(event), 0);
}

}  // namespace
}  // namespace brrr::cuda
