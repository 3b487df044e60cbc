// Runs of plans: right results whatever serves them, in what order the device is asked, and how much at one time.
#include <cstring>
#include <random>
#include <sstream>
#include <thread>

#include "double_device.h"

namespace brrr::tensorrt {
namespace {

class PlanRun : public OnDouble {};
ON_EACH_DOUBLE(PlanRun);

using Counts = std::pair<int64_t, int64_t>;

/// Nanoseconds by which the device's clock may be off the host's here, where both are threads that share few cores.
constexpr int64_t kClockError = 5'000'000;

TEST_P(PlanRun, EachBatchIsRightAndRunsPaddedToTheNextCapturedSize) {
  DoubleDevice device(GetParam());
  auto engine = device.load(device.request(kAffine, {8, 1, 4}));
  EXPECT_EQ(engine->model()->batch_sizes(), (std::vector<int64_t>{1, 4, 8}));
  for (int64_t batch : {1, 2, 3, 4, 5, 6, 7, 8, 7, 1}) {
    Rows rows(batch, 100.f * static_cast<float>(batch));
    Running run(*engine, {rows.tensor()});
    EXPECT_EQ(run.floats(), rows.affine()) << batch;
    EXPECT_EQ(run.request->outputs[0].tensor.dims, (std::vector<int64_t>{batch, 4}));
  }
  EXPECT_EQ(engine->model()->graph_and_plain_runs(), Counts(10, 0));
}

TEST_P(PlanRun, UntilPaddingIsAllowedOnlyCapturedSizesAreGraphs) {
  DoubleDevice device(GetParam());
  auto engine = engine::Engine::create(load_plan(device.request(kAffine, {1, 4}), std::make_shared<Job>()), 1);
  EXPECT_TRUE(engine->model()->batch_sizes().empty());
  for (int64_t batch : {1, 3, 4, 8}) {
    Rows rows(batch);
    EXPECT_EQ(Running(*engine, {rows.tensor()}).floats(), rows.affine()) << batch;
  }
  EXPECT_EQ(engine->stats().graph_runs, 2);
  EXPECT_EQ(engine->stats().plain_runs, 2);
  EXPECT_EQ(engine->allow_padding(), (std::vector<int64_t>{1, 4}));
  Rows rows(3);
  EXPECT_EQ(Running(*engine, {rows.tensor()}).floats(), rows.affine());
  EXPECT_EQ(engine->stats().graph_runs, 3);
}

TEST_P(PlanRun, ABatchIsNotPaddedWhereAnOutputHasNoRowPerItem) {
  DoubleDevice device(GetParam());
  const std::string plan =
      "brrr-double-plan\ninput x float32 -1,4\nprofile x 1,4 2,4 4,4\noutput y float32 -1,4\nop repeat x y\nend\n";
  auto engine = device.load(device.request(plan, {4}));
  for (int64_t batch : {3, 4}) {
    Rows rows(batch);
    std::vector<float> twice = rows.data;
    twice.insert(twice.end(), rows.data.begin(), rows.data.end());
    EXPECT_EQ(Running(*engine, {rows.tensor()}).floats(), twice);
  }
  EXPECT_EQ(engine->model()->graph_and_plain_runs(), Counts(1, 1));
}

TEST_P(PlanRun, ABatchAboveTheLargestCapturedSizeRunsPlain) {
  DoubleDevice device(GetParam());
  auto engine = device.load(device.request(kAffine, {1, 2}));
  Rows rows(8);
  EXPECT_EQ(Running(*engine, {rows.tensor()}).floats(), rows.affine());
  EXPECT_EQ(engine->model()->graph_and_plain_runs(), Counts(0, 1));
}

TEST_P(PlanRun, APlanOfOneShapeIsCapturedAsItIs) {
  DoubleDevice device(GetParam());
  const std::string plan =
      "brrr-double-plan\ninput x float32 2,4\noutput y float32 2,3\nop matmul x y 3\nscratch 64\nend\n";
  auto engine = device.load(plan);
  Rows rows(2, 1);
  // W is [-2 1 -1; 0 -2 1; 2 0 -2; -1 2 0].
  EXPECT_EQ(Running(*engine, {rows.tensor()}).floats(), (std::vector<float>{0, 5, -5, -4, 9, -13}));
  EXPECT_EQ(engine->model()->graph_and_plain_runs(), Counts(1, 0));
}

TEST_P(PlanRun, SeveralInputsOutputsAndProfiles) {
  DoubleDevice device(GetParam());
  const std::string plan =
      "brrr-double-plan\n"
      "input a float32 -1,4\nprofile a 1,4 1,4 2,4\nprofile a 3,4 4,4 8,4\n"
      "input b float32 -1,4\nprofile b 1,4 1,4 2,4\nprofile b 3,4 4,4 8,4\n"
      "output sum float32 -1,4\noutput twice float32 -1,4\n"
      "op add a b sum\nop affine sum twice 2 0\nend\n";
  auto engine = device.load(plan);
  for (int64_t batch : {2, 3, 8, 1, 5}) {
    Rows a(batch, 1), b(batch, 50);
    Running run(*engine, {a.tensor(), b.tensor()});
    const std::vector<float> sum = run.floats(0), twice = run.floats(1);
    ASSERT_EQ(sum.size(), a.data.size());
    for (size_t i = 0; i < sum.size(); i++) {
      EXPECT_EQ(sum[i], a.data[i] + b.data[i]);
      EXPECT_EQ(twice[i], 2 * sum[i]);
    }
  }
  EXPECT_EQ(engine->model()->graph_and_plain_runs(), Counts(5, 0));
}

TEST_P(PlanRun, Float16GoesInAndOutAsItIs) {
  DoubleDevice device(GetParam());
  const std::string plan =
      "brrr-double-plan\ninput x float16 -1,3\nprofile x 1,3 2,3 2,3\noutput y float16 -1,3\nop identity x y\nend\n";
  auto engine = device.load(device.request(plan, {2}));
  std::vector<uint16_t> half{0x3c00, 0x7bff, 0xfc00};
  Running run(*engine, {{engine::DataType::kFloat16, {1, 3}, half.data(), 6}});
  ASSERT_EQ(run.error(), "");
  EXPECT_EQ(std::memcmp(run.request->outputs[0].tensor.data, half.data(), 6), 0);
}

TEST_P(PlanRun, OutputsGoIntoTheCallersMemoryPinnedOrNot) {
  DoubleDevice device(GetParam());
  auto engine = device.load(kAffine);
  Rows rows(3), ordinary(3);
  auto pinned_in = engine->host_buffer(48), pinned_out = engine->host_buffer(48);
  std::memcpy(pinned_in.get(), rows.data.data(), 48);
  engine::Output into{ordinary.tensor(), nullptr};
  EXPECT_EQ(Running(*engine, {rows.tensor()}, {into}).error(), "");
  EXPECT_EQ(ordinary.data, rows.affine());
  into.tensor.data = pinned_out.get();
  engine::Tensor input = rows.tensor();
  input.data = pinned_in.get();
  EXPECT_EQ(Running(*engine, {input}, {into}).error(), "");
  EXPECT_EQ(std::memcmp(pinned_out.get(), ordinary.data.data(), 48), 0);
}

TEST_P(PlanRun, OutputsAreInOrdinaryMemoryWherePinnedIsShort) {
  DoubleDevice device(GetParam());
  auto engine = device.load(kAffine);
  const auto pinned = [&] { return engine->memory()[1].bytes; };
  ASSERT_EQ(engine->memory()[1].name, "buffers");
  Rows rows(3);
  device.cudart.configure("fail=cudaHostAlloc:2");
  EXPECT_EQ(Running(*engine, {rows.tensor()}).floats(), rows.affine());
  EXPECT_EQ(pinned(), 0u);
  device.cudart.configure("");
  auto large = engine->host_buffer(size_t{256} << 20);
  EXPECT_EQ(Running(*engine, {rows.tensor()}).floats(), rows.affine());
  EXPECT_EQ(pinned(), size_t{256} << 20);
}

TEST_P(PlanRun, PinnedInputsAreCopiedFromWhereTheyAre) {
  DoubleDevice device(GetParam());
  auto engine = device.load(kAffine);
  auto buffer = engine->host_buffer(16);
  const std::vector<float> ones(4, 1), twos(4, 2);
  std::memcpy(buffer.get(), ones.data(), 16);
  Rows rows(1);
  device.cudart.configure("delay_us=60000");
  Running first(*engine, {rows.tensor()});
  Running run(*engine, {{engine::DataType::kFloat32, {1, 4}, buffer.get(), 16}});
  const auto launches = [&] {
    const std::string calls = device.cudart.calls();
    return contains(calls, "cudaGraphLaunch") && calls.find("cudaGraphLaunch") != calls.rfind("cudaGraphLaunch");
  };
  while (!launches()) std::this_thread::yield();
  // Its copy waits behind that of the first; had it been staged elsewhere, this would come too late.
  std::memcpy(buffer.get(), twos.data(), 16);
  device.cudart.calls();
  EXPECT_EQ(run.floats(), std::vector<float>(4, 5));
  EXPECT_EQ(first.floats(), rows.affine());
}

TEST_P(PlanRun, ShapesWarmUpBeforeTheirCapture) {
  DoubleDevice device(GetParam());
  auto engine = device.load(device.request(kAffine, {2, 5}));
  const std::string once = "setInputShape enqueueV3 enqueueV3(capturing) ";
  const std::string slot = "createExecutionContext setInputShape " + once + once;
  EXPECT_EQ(device.infer.calls() + " ", "createInferRuntime deserializeCudaEngine " + slot + slot);
  const std::string capture =
      "cudaStreamSynchronize cudaStreamBeginCapture cudaStreamEndCapture "
      "cudaGraphInstantiateWithFlags cudaGraphUpload cudaGraphDestroy";
  std::string calls = device.cudart.calls();
  int captures = 0;
  for (size_t at = 0; (at = calls.find(capture, at)) != std::string::npos; at++) captures++;
  EXPECT_EQ(captures, 4) << calls;
  device.infer.configure("");
  engine.reset();
  EXPECT_EQ(device.infer.calls(), "~IExecutionContext ~IExecutionContext ~ICudaEngine ~IRuntime");
}

TEST_P(PlanRun, TheStreamsOfARunAreTiedTogetherByEvents) {
  DoubleDevice device(GetParam());
  auto engine = device.load(kAffine);
  Rows rows(3);
  EXPECT_EQ(Running(*engine, {rows.tensor()}).error(), "");
  device.cudart.configure("");
  EXPECT_EQ(Running(*engine, {rows.tensor()}).error(), "");
  // Without those of the thread that waits, and of the pool.
  std::string calls;
  std::istringstream all(device.cudart.calls());
  for (std::string call; all >> call;)
    if (call != "cudaEventSynchronize" && call != "cudaEventElapsedTime" && call != "cudaHostAlloc" &&
        call != "cudaGetDevice")
      calls += call + " ";
  EXPECT_EQ(calls,
            "cudaEventRecord cudaMemcpyAsync cudaEventRecord "
            "cudaStreamWaitEvent cudaEventRecord cudaGraphLaunch cudaEventRecord "
            "cudaStreamWaitEvent cudaEventRecord cudaMemcpyAsync cudaEventRecord ");
}

TEST_P(PlanRun, ALaneHasTwoBatchesInFlight) {
  DoubleDevice device(GetParam());
  auto engine = device.load(kAffine);
  device.cudart.configure("delay_us=20000");
  Rows a(2, 1), b(4, 9), c(8, 20);
  Running first(*engine, {a.tensor()}), second(*engine, {b.tensor()}), third(*engine, {c.tensor()});
  EXPECT_EQ(engine->stats().running, 2);
  EXPECT_EQ(engine->stats().waiting, 1);
  EXPECT_EQ(third.floats(), c.affine());
  EXPECT_EQ(first.floats(), a.affine());
  EXPECT_EQ(second.floats(), b.affine());
  const std::string calls = device.cudart.calls();
  const size_t launched = calls.find("cudaGraphLaunch", calls.find("cudaGraphLaunch") + 1);
  EXPECT_LT(launched, calls.find("cudaEventElapsedTime")) << "the second is on the device before the first is done";
}

TEST_P(PlanRun, TellsTheTimesOfItsParts) {
  DoubleDevice device(GetParam());
  auto engine = device.load(kAffine);
  device.cudart.configure("delay_us=3000");
  Rows rows(1);
  Running run(*engine, {rows.tensor()});
  ASSERT_EQ(run.error(), "");
  const engine::Times& times = run.request->times;
  const auto ms = [](const engine::Span& span) { return static_cast<double>(span.end_ns - span.start_ns) / 1e6; };
  for (const engine::Span& part : {times.to_device, times.compute, times.from_device}) {
    EXPECT_GE(ms(part), 2.99);
    EXPECT_LT(ms(part), 2000);
  }
  EXPECT_LT(ms(times.launch), 9) << "launching does not wait for the device";
  // One after another, on the host's clock too.
  const int64_t order[] = {
      times.queued_ns,        times.started_ns,     times.to_device.start_ns,   times.to_device.end_ns,
      times.compute.start_ns, times.compute.end_ns, times.from_device.start_ns, times.from_device.end_ns,
      times.finished_ns};
  for (size_t i = 1; i < std::size(order); i++) {
    const bool across = i == 2 || i == 8;
    EXPECT_GE(order[i] - order[i - 1], across ? -kClockError : -1000) << i;
  }
  EXPECT_GE(times.launch.start_ns, times.started_ns);
}

TEST_P(PlanRun, ALaneIsBusyWhileItsKernelsRun) {
  DoubleDevice device(GetParam());
  auto engine = device.load(kAffine, 2);
  device.cudart.configure("delay_us=20000");
  engine->reset_stats();
  const engine::Stats before = engine->stats();
  Rows a(1), b(2), c(8), d(4);
  {
    Running first(*engine, {a.tensor()}), second(*engine, {b.tensor()}), third(*engine, {c.tensor()}),
        fourth(*engine, {d.tensor()});
    for (const Running* run : {&first, &second, &third, &fourth}) EXPECT_EQ(run->error(), "");
  }
  const engine::Stats after = engine->stats();
  const double elapsed = after.elapsed_ms - before.elapsed_ms;
  double lanes = 0;
  for (const engine::LaneStats& lane : after.lanes) {
    EXPECT_EQ(lane.runs, 2);
    EXPECT_GE(lane.busy_ms, 39.9);
    lanes += lane.busy_ms;
  }
  EXPECT_GE(after.busy_ms, 39.9);
  EXPECT_LE(after.busy_ms, std::min(lanes, elapsed - 39)) << "neither copies nor common time count";
}

TEST_P(PlanRun, TheTimelineSaysWhatServedARun) {
  DoubleDevice device(GetParam());
  auto engine = device.load(device.request(kAffine, {4}));
  engine->keep_timeline(2);
  Rows padded(3), plain(8);
  for (Rows* rows : {&plain, &padded, &plain}) EXPECT_EQ(Running(*engine, {rows->tensor()}).error(), "");
  const auto runs = engine->timeline().runs();
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(engine->timeline().dropped(), 1);
  EXPECT_EQ(runs[0].launch, engine::Launch::kGraph);
  EXPECT_EQ(runs[0].shape, (std::vector<int64_t>{3, 4}));
  EXPECT_EQ(runs[0].padded_batch, 4);
  EXPECT_EQ(runs[1].launch, engine::Launch::kPlain);
  EXPECT_EQ(runs[1].padded_batch, 0);
  EXPECT_LE(runs[0].times.finished_ns, runs[1].times.finished_ns);
}

TEST_P(PlanRun, ManyRunsOfAllSizesFromManyThreadsOnTwoLanes) {
  DoubleDevice device(GetParam(), "delay_us=20");
  auto engine = device.load(device.request(kAffine, {1, 3, 6}), 2);
  std::vector<std::thread> clients;
  for (int c = 0; c < 3; c++)
    clients.emplace_back([&, c] {
      std::mt19937 random(c);
      for (int i = 0; i < 60; i++) {
        Rows rows(1 + static_cast<int64_t>(random() % 8), static_cast<float>(random() % 1000));
        EXPECT_EQ(Running(*engine, {rows.tensor()}).floats(), rows.affine());
      }
    });
  for (std::thread& client : clients) client.join();
  const auto [graphs, plain] = engine->model()->graph_and_plain_runs();
  EXPECT_EQ(graphs + plain, 180);
  EXPECT_GT(graphs, 90);
  EXPECT_GT(plain, 0);
}

}  // namespace
}  // namespace brrr::tensorrt
