// Loading plans: what they describe, what is refused and how, which graphs are captured, and that nothing is left
// behind.
#include <map>
#include <string>

#include "double_device.h"

namespace brrr::tensorrt {
namespace {

class PlanLoad : public OnDouble {};
ON_EACH_DOUBLE(PlanLoad);

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

TEST_P(PlanLoad, DescribesItself) {
  DoubleDevice device(GetParam());
  auto engine = device.load(kAffine);
  const engine::Model& model = *engine->model();
  ASSERT_EQ(model.inputs().size(), 1u);
  EXPECT_EQ(model.inputs()[0].name, "x");
  EXPECT_EQ(model.inputs()[0].type, engine::DataType::kFloat32);
  EXPECT_EQ(model.inputs()[0].dims, (Dims{-1, 4}));
  ASSERT_EQ(model.outputs().size(), 1u);
  EXPECT_EQ(model.outputs()[0].name, "y");
  EXPECT_EQ(model.backend(), "tensorrt");
  EXPECT_EQ(model.version(), device.library.version.text());
  EXPECT_EQ(model.device(), "cuda:0");
}

TEST_P(PlanLoad, CodeForTheProcessorIsTakenOnlyWhereItIsTrusted) {
  DoubleDevice device(GetParam());
  const std::string plan = replaced(kAffine, "op affine", "# versions 1\nop affine");
  auto request = device.request(plan);
  EXPECT_PRED2(contains, error_from([&] { device.load(request); }), "host code");
  request.host_code = true;
  EXPECT_EQ(device.load(request)->model()->inputs().size(), 1u);
}

TEST_P(PlanLoad, APlanThatDoesNotFitIsRefusedWithTheReason) {
  DoubleDevice device(GetParam());
  const std::string own = device.library.version.text();
  const struct {
    std::string plan, code, text;
  } cases[] = {
      {kAffine.substr(0, kAffine.size() - 6), "MODEL_INVALID", "it is truncated, changed or something else. It says: "},
      {"\x08\x07 an ONNX model", "MODEL_INVALID", "kPLAN_MAGIC_TAG failed"},
      {"", "MODEL_INVALID", "it is truncated"},
      {replaced(kAffine, "input", "version 8.6.1.6\ninput"), "PLAN_STALE",
       "The plan was built by another version of TensorRT. Build it again with this one. TensorRT: "
       "IRuntime::deserializeCudaEngine: Error Code 6: API Usage Error (The engine plan file is not compatible with "
       "this "
       "version of TensorRT, expecting library version " +
           own + " got 8.6.1.6, please rebuild.)"},
      {replaced(kAffine, "input", "compute 8.9\ninput"), "PLAN_STALE",
       "The plan was built for another kind of GPU. Build it again on this one. TensorRT: "},
      {replaced(kAffine, "float32 -1,4\nprofile", "float32 -1,4 host\nprofile"), "MODEL_UNSUPPORTED",
       "The plan's input \"x\" is a shape in host memory."},
      {replaced(kAffine, "float32 -1,4\nprofile", "float32 -1,4 vector\nprofile"), "MODEL_UNSUPPORTED",
       "The plan's input \"x\" has the format CHW4."},
      {replaced(kAffine, "y float32", "y float8"), "MODEL_UNSUPPORTED", "The plan's output \"y\" has an element type"},
      {replaced(kAffine, "affine x y 2 1", "unknown x y"), "MODEL_UNSUPPORTED",
       "The size of the plan's output \"y\" depends on the values of its inputs"},
      {replaced(kAffine, "affine x y 2 1", "mirror x y"), "MODEL_UNSUPPORTED",
       "The plan's output \"y\" is [9, 4] here, larger than with the largest inputs"},
      {replaced(kAffine, "8,4", "4,4"), "SHAPE_MISMATCH",
       "Input \"x\" is [8, 4]; the plan takes [1, 4] to [4, 4]. Build it with a profile for this shape"},
  };
  for (const auto& [plan, code, text] : cases) {
    const std::string error = error_from([&, &plan = plan] { device.load(plan); });
    EXPECT_EQ(error.substr(0, error.find(' ')), code) << error;
    EXPECT_TRUE(contains(error, text)) << error;
    EXPECT_EQ(device.live(), 0) << text;
  }
}

TEST_P(PlanLoad, ADeviceThatIsNotThereIsNamedBeforeTensorRTIsTouched) {
  DoubleDevice device(GetParam());
  PlanRequest request = device.request(kAffine);
  request.device = 3;
  EXPECT_EQ(error_from([&] { device.load(request); }),
            "DEVICE_UNAVAILABLE There is no device cuda:3: this machine has only cuda:0.");
  EXPECT_EQ(device.infer.calls(), "");
}

TEST_P(PlanLoad, AnAbortedLoadEnds) {
  DoubleDevice device(GetParam());
  auto job = std::make_shared<Job>();
  auto model = load_plan(device.request(kAffine), job);
  job->cancel();
  EXPECT_EQ(error_from([&] { load_plan(device.request(kAffine), job); }), "ABORTED The operation was aborted.");
  EXPECT_EQ(error_from([&] { model->open_lane(0, [](engine::RequestPtr) {}); }), "ABORTED The operation was aborted.");
  model.reset();
  EXPECT_EQ(device.live(), 0);
}

TEST_P(PlanLoad, MemoryIsCountedByOwnerAndGivenBack) {
  DoubleDevice device(GetParam());
  auto engine = device.load(device.request(kAffine), 2);
  auto buffer = engine->host_buffer(5000);
  size_t on_device = 0;
  std::map<std::string, size_t> parts;
  for (const engine::MemoryPart& part : engine->memory()) {
    parts[part.name + " " + part.kind] = part.bytes;
    if (part.kind == "device") on_device += part.bytes;
  }
  // A lane: scratch, and twice a context and a buffer of 128 bytes in and out, each aligned.
  EXPECT_EQ(parts, (std::map<std::string, size_t>{{"model device", 1000},
                                                  {"buffers pinned", 8192},
                                                  {"lane 0 device", 512 + 2 * (100 + 512)},
                                                  {"lane 0 pinned", 2 * 512},
                                                  {"lane 1 device", 512 + 2 * (100 + 512)},
                                                  {"lane 1 pinned", 2 * 512}}));
  EXPECT_EQ(on_device, device.device_bytes_used());
  engine->close(false);
  EXPECT_TRUE(engine->memory().empty());
  EXPECT_EQ(device.device_bytes_used(), 0u);
  EXPECT_EQ(device.live(), 1) << "the buffer that the caller still has";
  buffer.reset();
  EXPECT_EQ(device.live(), 0);
}

TEST_P(PlanLoad, ABudgetOrADeviceThatIsTooSmallIsRefusedWherever) {
  // The weights, the scratch, the first and the second slot's context and buffers: 1000, 512, 100, 512, 100, 512 bytes.
  for (size_t limit : {900, 1200, 1550, 2000, 2200, 2700}) {
    DoubleDevice budgeted(GetParam());
    PlanRequest request = budgeted.request(kAffine);
    request.memory_budget = limit;
    const std::string error = error_from([&] { budgeted.load(request); });
    EXPECT_EQ(error.rfind(limit < 1000 ? "MEMORY_BUDGET The plan needs " : "MEMORY_BUDGET Lane 0 needs ", 0), 0u)
        << error;
    EXPECT_TRUE(contains(error, " MB are free of its budget of 0.0 MB.")) << error;
    EXPECT_EQ(budgeted.live(), 0);
    DoubleDevice full(GetParam(), "memory=" + std::to_string(limit));
    const std::string out = error_from([&] { full.load(kAffine); });
    EXPECT_EQ(
        out.rfind(limit < 1000 ? "OUT_OF_DEVICE_MEMORY The plan needs " : "OUT_OF_DEVICE_MEMORY Lane 0 needs ", 0), 0u)
        << out;
    EXPECT_TRUE(contains(out, " MB of 8589.9 MB are free.")) << out;
    EXPECT_EQ(full.live(), 0);
  }
  DoubleDevice enough(GetParam());
  PlanRequest request = enough.request(kAffine);
  request.memory_budget = 2736;
  EXPECT_EQ(error_from([&] { enough.load(request); }), "no error");
}

TEST_P(PlanLoad, WhatTheFirstRunOfAShapeTakesIsCountedToo) {
  DoubleDevice device(GetParam());
  const std::string plan = replaced(kAffine, "weights", "enqueue 5000\nweights");
  PlanRequest request = device.request(plan, {});
  request.memory_budget = 4000;
  auto engine = device.load(request);
  Rows rows(2);
  EXPECT_EQ(Running(*engine, {rows.tensor()}).error().substr(0, 36), "MEMORY_BUDGET This run needs 0.0 MB ");
  engine.reset();
  EXPECT_EQ(device.live(), 0);
  request.memory_budget = 0;
  engine = device.load(request);
  EXPECT_EQ(Running(*engine, {rows.tensor()}).floats(), rows.affine());
  // Another thread's calls may stand between the two.
  const std::string calls = device.cudart.calls();
  EXPECT_NE(calls.find("cudaFreeAsync", calls.find("cudaMallocAsync")), std::string::npos);
  device.cudart.configure("memory=3000");
  Rows other(3);
  EXPECT_EQ(Running(*engine, {other.tensor()}).error().substr(0, 43), "OUT_OF_DEVICE_MEMORY This run needs 0.0 MB ");
  EXPECT_EQ(Running(*engine, {rows.tensor()}).floats(), rows.affine()) << "the engine goes on";
  engine.reset();
  EXPECT_EQ(device.live(), 0);
}

TEST_P(PlanLoad, AGraphThatCannotBeCapturedRunsPlainAndSaysWhy) {
  const struct {
    std::string plan, device, infer, reason;
  } cases[] = {
      {replaced(kAffine, "weights", "capture refuse\nweights"), "", "",
       "TensorRT refused while the stream was captured: enqueueV3: this layer cannot be captured"},
      {replaced(kAffine, "weights", "capture allocate\nweights"), "", "",
       "TensorRT refused while the stream was captured: enqueueV3: Error Code 2: OutOfMemory (while capturing)"},
      {kAffine, "fail=cudaStreamEndCapture:901", "",
       "CUDA could not capture the graph (CUDA error 901, text of the double)."},
      {kAffine, "fail=cudaStreamBeginCapture:900", "",
       "CUDA could not capture the graph (CUDA error 900, text of the double)."},
      {kAffine, "fail=cudaGraphInstantiateWithFlags:2", "",
       "The GPU has not enough free memory: CUDA could not capture the graph (CUDA error 2, text of the double)."},
      {kAffine, "", "fail=enqueueV3(capturing):1",
       "TensorRT refused while the stream was captured: enqueueV3: planned failure 1"},
  };
  for (const auto& [plan, cuda, infer, reason] : cases) {
    DoubleDevice device(GetParam(), cuda);
    device.infer.configure(infer);
    auto engine = device.load(device.request(plan, {1, 4}));
    const std::vector<engine::GraphState> graphs = engine->graphs();
    ASSERT_EQ(graphs.size(), 2u);
    EXPECT_EQ(graphs[1].batch, 4);
    EXPECT_EQ(graphs[1].reason, reason);
    EXPECT_TRUE(engine->model()->batch_sizes().empty());
    EXPECT_EQ(device.cuda.get_last_error(), 0) << "the error is not left for somebody else";
    Rows rows(3);
    EXPECT_EQ(Running(*engine, {rows.tensor()}).floats(), rows.affine());
    EXPECT_EQ(engine->model()->graph_and_plain_runs(), (std::pair<int64_t, int64_t>(0, 1)));
    engine.reset();
    EXPECT_EQ(device.live(), 0);
  }
}

TEST_P(PlanLoad, OneSizeThatCannotBeCapturedDoesNotTakeTheOthersWithIt) {
  DoubleDevice device(GetParam(), "fail=cudaStreamEndCapture:901:3");
  auto engine = device.load(device.request(kAffine, {1, 4}));
  // The fourth capture is that of batch 4 on the second slot.
  EXPECT_EQ(engine->graphs()[0].reason, "");
  EXPECT_TRUE(contains(engine->graphs()[1].reason, "error 901"));
  EXPECT_EQ(engine->model()->batch_sizes(), std::vector<int64_t>{1});
}

TEST_P(PlanLoad, AnyCallThatFailsDuringALoadIsAnErrorAndLeavesNothing) {
  for (const char* function : {"cudaStreamCreateWithFlags", "cudaEventCreateWithFlags", "cudaMalloc", "cudaHostAlloc",
                               "cudaMemsetAsync", "cudaStreamSynchronize"})
    for (int before : {0, 1}) {
      DoubleDevice device(GetParam(), std::string("fail=") + function + ":719:" + std::to_string(before));
      EXPECT_NE(error_from([&] { device.load(device.request(kAffine, {1}), 2); }), "no error") << function;
      EXPECT_EQ(device.live(), 0) << function;
    }
  for (const char* function : {"deserializeCudaEngine", "createExecutionContext", "setInputShape", "enqueueV3"}) {
    DoubleDevice device(GetParam());
    device.infer.configure(std::string("fail=") + function + ":1");
    EXPECT_NE(error_from([&] { device.load(kAffine); }), "no error") << function;
    EXPECT_EQ(device.live(), 0) << function;
  }
}

TEST_P(PlanLoad, AFaultOfTheDeviceDuringTheWarmUpIsAnErrorAndLeavesNothing) {
  for (int kernels : {0, 1, 3}) {
    DoubleDevice device(GetParam(), "fault=700:" + std::to_string(kernels));
    EXPECT_EQ(error_from([&] { device.load(kAffine); }),
              "RUN_FAILED CUDA could not run the plan (CUDA error 700, text of the double).");
    EXPECT_EQ(device.live(), 0);
  }
}

}  // namespace
}  // namespace brrr::tensorrt
