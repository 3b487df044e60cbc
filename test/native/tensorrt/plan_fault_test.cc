// What goes wrong while plans run, and engines that end in any state.
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <thread>

#include "double_device.h"

namespace brrr::tensorrt {
namespace {

class PlanFault : public OnDouble {};
ON_EACH_DOUBLE(PlanFault);

TEST_P(PlanFault, ARequestThatDoesNotFitFailsAlone) {
  DoubleDevice device(GetParam());
  auto engine = device.load(kAffine);
  Rows rows(2), many(9), wrong(3);
  engine::Tensor integers = rows.tensor(), short_of_bytes = rows.tensor(), flat = rows.tensor();
  integers.type = engine::DataType::kInt32;
  short_of_bytes.bytes = 16;
  flat.dims = {8};
  EXPECT_EQ(Running(*engine, {integers}).error(), "TYPE_MISMATCH Input \"x\" is int32; the plan takes float32.");
  EXPECT_EQ(Running(*engine, {short_of_bytes}).error(),
            "SHAPE_MISMATCH Input \"x\" has 16 bytes; its shape [2, 4] asks for 32.");
  EXPECT_EQ(
      Running(*engine, {flat}).error(),
      "SHAPE_MISMATCH Input \"x\" is [8]; the plan takes [1, 4] to [8, 4]. Build it with a profile for this shape, "
      "or change the batch size.");
  EXPECT_EQ(Running(*engine, {many.tensor()}).error().substr(0, 35), "SHAPE_MISMATCH Input \"x\" is [9, 4];");
  EXPECT_EQ(Running(*engine, {rows.tensor()}, {{wrong.tensor(), nullptr}}).error(),
            "SHAPE_MISMATCH Output \"y\" is float32 [2, 4]; the array given for it is float32 [3, 4].");
  EXPECT_EQ(Running(*engine, {}).error(), "INVALID_ARGUMENT The plan has 1 inputs and 1 outputs.");
  EXPECT_EQ(Running(*engine, {rows.tensor()}).floats(), rows.affine());
}

TEST_P(PlanFault, ACallThatFailsOnceFailsThatRunOnly) {
  for (const char* function : {"cudaMemcpyAsync", "cudaGraphLaunch", "cudaEventRecord", "cudaStreamWaitEvent"})
    for (int before : {0, 1}) {
      DoubleDevice device(GetParam());
      auto engine = device.load(kAffine);
      Rows rows(2);
      device.cudart.configure(std::string("fail=") + function + ":1:" + std::to_string(before));
      std::string error;
      for (int i = 0; i < 2 && error.empty(); i++) error = Running(*engine, {rows.tensor()}).error();
      EXPECT_EQ(error.substr(0, 21), "RUN_FAILED CUDA could") << error;
      device.cudart.configure("");
      EXPECT_EQ(Running(*engine, {rows.tensor()}).floats(), rows.affine()) << function;
      engine.reset();
      EXPECT_EQ(device.live(), 0);
    }
  DoubleDevice device(GetParam());
  PlanRequest request = device.request(kAffine);
  request.graphs = false;
  auto engine = device.load(request);
  Rows rows(2);
  device.infer.configure("fail=enqueueV3:5");
  EXPECT_EQ(Running(*engine, {rows.tensor()}).error(),
            "RUN_FAILED TensorRT could not run the plan: enqueueV3: planned failure 5");
  device.infer.configure("");
  EXPECT_EQ(Running(*engine, {rows.tensor()}).floats(), rows.affine());
}

TEST_P(PlanFault, AfterAFaultOfTheDeviceAllRunsFailWithItsCause) {
  DoubleDevice device(GetParam());
  auto engine = device.load(device.request(kAffine), 2);
  device.cudart.configure("delay_us=2000 fault=700:0");
  Rows rows(2);
  std::vector<std::unique_ptr<Running>> runs;
  for (int i = 0; i < 20; i++) runs.push_back(std::make_unique<Running>(*engine, std::vector{rows.tensor()}));
  int first_hand = 0;
  for (const auto& run : runs) {
    const std::string error = run->error();
    if (error.rfind("RUN_FAILED CUDA could not ", 0) == 0) first_hand++;
    EXPECT_TRUE(contains(error, "(CUDA error 700, text of the double).")) << error;
  }
  EXPECT_GE(first_hand, 1);
  const std::string later = Running(*engine, {rows.tensor()}).error();
  EXPECT_EQ(later.substr(0, 76), "RUN_FAILED The engine cannot run any more since an earlier fault: CUDA could");
  EXPECT_EQ(engine->stats().failed, 21);
  engine.reset();
  EXPECT_EQ(device.live(), 0);
}

TEST_P(PlanFault, ADeviceThatIsLostBetweenRunsIsNoticedByTheNext) {
  DoubleDevice device(GetParam());
  auto engine = device.load(kAffine);
  Rows rows(2);
  EXPECT_EQ(Running(*engine, {rows.tensor()}).error(), "");
  device.cudart.configure("fault=719:0");
  EXPECT_NE(Running(*engine, {rows.tensor()}).error(), "");
  EXPECT_TRUE(contains(Running(*engine, {rows.tensor()}).error(), "earlier fault"));
}

TEST_P(PlanFault, ACancelledRunEndsAndOthersGoOn) {
  DoubleDevice device(GetParam());
  auto engine = device.load(kAffine);
  device.cudart.configure("delay_us=10000");
  Rows rows(2);
  Running first(*engine, {rows.tensor()}), second(*engine, {rows.tensor()}), waiting(*engine, {rows.tensor()});
  Running last(*engine, {rows.tensor()});
  waiting.request->job->cancel();
  second.request->job->cancel();
  EXPECT_EQ(waiting.error(), "ABORTED The operation was aborted.");
  EXPECT_EQ(second.error(), "ABORTED The operation was aborted.");
  EXPECT_EQ(first.floats(), rows.affine());
  EXPECT_EQ(last.floats(), rows.affine());
}

TEST_P(PlanFault, EndsInAnyState) {
  for (int state = 0; state < 5; state++) {
    DoubleDevice device(GetParam(), "delay_us=500");
    auto engine = device.load(device.request(kAffine, {2}), 2);
    Rows rows(2);
    std::vector<std::unique_ptr<Running>> runs;
    for (int i = 0; i < 3 * state; i++) runs.push_back(std::make_unique<Running>(*engine, std::vector{rows.tensor()}));
    if (state == 3) engine->close(true);
    if (state == 4) engine->close(false);
    engine.reset();
    for (const auto& run : runs) {
      const std::string error = run->error();
      if (state == 3)
        EXPECT_EQ(error, "");
      else
        EXPECT_TRUE(error.empty() || contains(error, "CLOSED")) << error;
      run->request->outputs.clear();
    }
    EXPECT_EQ(device.live(), 0) << state;
  }
}

size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  size_t size = 0, resident = 0;
  statm >> size >> resident;
  return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

// The sanitizers keep what is freed, and are slow.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

/// BRRR_LOAD_CYCLES: how often (10 000 for the long run).
TEST_P(PlanFault, LoadingAndClosingAgainAndAgainKeepsNothing) {
  const char* wanted = std::getenv("BRRR_LOAD_CYCLES");
  const int cycles = wanted ? std::atoi(wanted) : kSanitized ? 100 : 1000;
  DoubleDevice device(GetParam());
  Rows rows(2);
  size_t early = 0;
  for (int cycle = 1; cycle <= cycles; cycle++) {
    auto engine = device.load(device.request(kAffine, {2, 4}));
    EXPECT_EQ(Running(*engine, {rows.tensor()}).error(), "");
    engine->close(false);
    device.cudart.configure("");
    device.infer.configure("");
    if (cycle == 10) early = resident_bytes();
  }
  EXPECT_EQ(device.live(), 0);
  if (!kSanitized) {
    EXPECT_LE(resident_bytes(), early + (size_t{20} << 20));
  }
}

}  // namespace
}  // namespace brrr::tensorrt
