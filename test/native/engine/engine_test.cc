#include "engine/engine.h"

#include <gtest/gtest.h>

#include <deque>
#include <future>

#include "fake_backend.h"

namespace brrr::engine {
namespace {

struct EngineTest : testing::Test {
  // Destroyed in reverse: the engine before what it works on.
  FakeDevice device;
  std::deque<Call> calls;
  std::shared_ptr<Engine> engine;

  void make(int lanes, int depth = 1) {
    device.depth = depth;
    engine = Engine::create(std::make_unique<FakeModel>(device), lanes);
  }
  Call& start(int value) {
    Call& call = calls.emplace_back(value);
    engine->run(call.request);
    return call;
  }
  void expect_each_once(const std::string& code) {
    for (Call& call : calls) {
      EXPECT_EQ(call.wait(), code);
      EXPECT_EQ(call.count(), 1);
    }
  }
};

TEST_F(EngineTest, RunsAndGivesTheResult) {
  make(1);
  Call& call = start(21);
  EXPECT_EQ(call.wait(), "ok");
  EXPECT_EQ(call.output, 42);
}

TEST_F(EngineTest, FirstComeFirstServedOnALane) {
  make(1);
  device.close_gate();
  for (int i = 0; i < 20; i++) start(i);
  EXPECT_EQ(engine->stats().running, 1);
  EXPECT_EQ(engine->stats().waiting, 19);
  device.open_gate();
  expect_each_once("ok");
  for (int i = 0; i < 20; i++) EXPECT_EQ(device.started[i], calls[i].request.get());
}

TEST_F(EngineTest, NoLaneHoldsMoreThanItsDepthAndIdleLanesComeFirst) {
  make(3, 2);
  device.close_gate();
  for (int i = 0; i < 3; i++) start(i);
  for (int i = 0; i < 3; i++) EXPECT_EQ(calls[i].request->lane, i);
  for (int i = 3; i < 10; i++) start(i);
  EXPECT_EQ(engine->stats().running, 6);
  EXPECT_EQ(engine->stats().waiting, 4);
  device.open_gate();
  expect_each_once("ok");
  EXPECT_EQ(device.most_in_flight, 6);
}

TEST_F(EngineTest, AFailureIsThatRequestsOwn) {
  make(1);
  Call& bad = start(-1);
  Call& good = start(4);
  EXPECT_EQ(bad.wait(), "RUN_FAILED");
  EXPECT_EQ(good.wait(), "ok");
  EXPECT_EQ(engine->stats().failed, 1);
  EXPECT_EQ(engine->stats().runs, 1);
}

TEST_F(EngineTest, CancellingStopsWaitingAndRunningRequestsAlone) {
  make(1);
  device.close_gate();
  Call& running = start(1);
  Call& waiting = start(2);
  Call& other = start(3);
  waiting.request->job->cancel();
  EXPECT_EQ(waiting.count(), 1) << "a waiting request completes at once";
  EXPECT_EQ(waiting.wait(), "ABORTED");
  running.request->job->cancel();
  EXPECT_EQ(running.wait(), "ABORTED");
  running.request->job->cancel();
  device.open_gate();
  EXPECT_EQ(other.wait(), "ok");
  EXPECT_EQ(engine->stats().stopped, 2);
  EXPECT_EQ(running.count() + waiting.count() + other.count(), 3);
}

TEST_F(EngineTest, ACancelledJobNeverRuns) {
  make(1);
  device.close_gate();
  Call& call = calls.emplace_back(1);
  call.request->job->cancel();
  engine->run(call.request);
  EXPECT_EQ(call.wait(), "ABORTED");
}

TEST_F(EngineTest, CloseStopsEverythingAndReleasesChildrenFirst) {
  make(2);
  device.close_gate();
  for (int i = 0; i < 6; i++) start(i);
  engine->close(false);
  expect_each_once("CLOSED");
  EXPECT_EQ(device.released, (std::vector<std::string>{"lane 0", "lane 1", "model"}));
  EXPECT_EQ(engine->model(), nullptr);
  EXPECT_TRUE(engine->memory().empty());
}

TEST_F(EngineTest, DrainingFinishesWhatIsThereAndTakesNothingNew) {
  make(1);
  device.close_gate();
  for (int i = 0; i < 4; i++) start(i);
  auto closed = std::async(std::launch::async, [&] { engine->close(true); });
  EXPECT_EQ(closed.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
  Call late(1);
  try {
    engine->run(late.request);
    FAIL() << "took a request while closing";
  } catch (const Error& e) {
    EXPECT_STREQ(e.code(), "CLOSED");
  }
  device.open_gate();
  closed.get();
  expect_each_once("ok");
  EXPECT_EQ(late.count(), 0);
}

TEST_F(EngineTest, ASecondCloseHurriesADrainAlongAndReturnsWhenAllIsReleased) {
  make(1);
  device.close_gate();
  for (int i = 0; i < 4; i++) start(i);
  auto drained = std::async(std::launch::async, [&] { engine->close(true); });
  while (true) {  // until the drain has begun
    Call probe(1);
    try {
      engine->run(probe.request);
    } catch (const Error&) {
      break;
    }
    probe.request->job->cancel();
    probe.wait();
  }
  engine->close(false);
  EXPECT_EQ(device.released.back(), "model");
  drained.get();
  expect_each_once("CLOSED");
  engine->close(true);
}

TEST_F(EngineTest, AnEngineThatIsLetGoClosesItself) {
  make(2);
  device.close_gate();
  for (int i = 0; i < 5; i++) start(i);
  engine.reset();
  expect_each_once("CLOSED");
  EXPECT_EQ(device.released.back(), "model");
}

TEST_F(EngineTest, AbortedBeforeClosedStaysAborted) {
  make(1);
  device.close_gate();
  Call& call = start(1);
  device.wait_for_starts(1);
  call.request->job->cancel();
  engine->close(false);
  EXPECT_EQ(call.wait(), "ABORTED");
}

TEST_F(EngineTest, BusyTimeIsThatOfTheLanesRuns) {
  make(2);
  for (int i = 0; i < 3; i++) start(i).wait();  // the fake counts 1 ms for each
  Stats stats = engine->stats();
  ASSERT_EQ(stats.lanes.size(), 2u);
  EXPECT_EQ(stats.lanes[0].runs + stats.lanes[1].runs, 3);
  double busy = stats.lanes[0].busy_ms + stats.lanes[1].busy_ms;
  EXPECT_NEAR(busy, 3, 1e-6);
  EXPECT_GE(stats.busy_ms, 1) << "time with at least one of them";
  EXPECT_LE(stats.busy_ms, busy);
  engine->reset_stats();
  EXPECT_EQ(engine->stats().runs, 0);
  EXPECT_EQ(engine->stats().lanes[0].busy_ms, 0);
  EXPECT_EQ(engine->stats().busy_ms, 0);
}

TEST_F(EngineTest, TheTimelineKeepsTheLastRuns) {
  make(1);
  start(1).wait();
  EXPECT_TRUE(engine->timeline().runs().empty()) << "only where it is wanted";
  engine->keep_timeline(3);
  for (int value : {1, 2, -1, 4, 5}) start(value).wait();
  const Timeline timeline = engine->timeline();
  const std::vector<TimelineRun> runs = timeline.runs();
  ASSERT_EQ(runs.size(), 3u);
  EXPECT_EQ(timeline.dropped(), 2);
  EXPECT_TRUE(runs[0].failed);
  for (size_t i = 0; i < 3; i++) {
    EXPECT_EQ(runs[i].times.queued_ns, calls[i + 3].request->times.queued_ns);
    EXPECT_EQ(runs[i].shape, (std::vector<int64_t>{1}));
  }
  engine->reset_stats();
  EXPECT_TRUE(engine->timeline().runs().empty());
  start(6).wait();
  EXPECT_EQ(engine->timeline().runs().size(), 1u);
}

TEST_F(EngineTest, EveryRequestCompletesOnceUnderThreadsThatRunCancelAndClose) {
  for (int round = 0; round < 20; round++) {
    make(3, 2);
    std::atomic<int> completions{0}, accepted{0};
    std::vector<std::thread> threads;
    std::vector<std::shared_ptr<Call>> started[4];
    for (int t = 0; t < 4; t++)
      threads.emplace_back([&, t] {
        std::vector<std::shared_ptr<Call>>& mine = started[t];
        for (int i = 0; i < 50; i++) {
          auto call = std::make_shared<Call>(i);
          call->request->on_complete = [&completions](Request&) { completions++; };
          try {
            accepted++;
            engine->run(call->request);
          } catch (const Error&) {
            accepted--;
            return;
          }
          if ((i + t) % 3 == 0) call->request->job->cancel();
          mine.push_back(std::move(call));
        }
      });
    std::this_thread::sleep_for(std::chrono::microseconds(50 * round));
    engine->close(round % 2 == 0);
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(completions, accepted);
  }
}

}  // namespace
}  // namespace brrr::engine
