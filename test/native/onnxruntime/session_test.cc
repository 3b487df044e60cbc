// The backend against the real library: BRRR_ONNXRUNTIME, else that of the development dependency.
#include "onnxruntime/session.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <mutex>

#include "engine/engine.h"

namespace brrr::onnxruntime {
namespace {

using engine::DataType;
using engine::Engine;
using engine::Request;

// y = x, both float32 [batch, 4], as test/onnx-models.ts writes it.
constexpr unsigned char kIdentity[] = {
    0x08, 0x08, 0x12, 0x13, 0x62, 0x72, 0x61, 0x69, 0x6e, 0x2d, 0x67, 0x6f, 0x2d, 0x62, 0x72, 0x72, 0x72, 0x20,
    0x74, 0x65, 0x73, 0x74, 0x73, 0x3a, 0x4d, 0x0a, 0x10, 0x0a, 0x01, 0x78, 0x12, 0x01, 0x79, 0x22, 0x08, 0x49,
    0x64, 0x65, 0x6e, 0x74, 0x69, 0x74, 0x79, 0x12, 0x05, 0x67, 0x72, 0x61, 0x70, 0x68, 0x5a, 0x18, 0x0a, 0x01,
    0x78, 0x12, 0x13, 0x0a, 0x11, 0x08, 0x01, 0x12, 0x0d, 0x0a, 0x07, 0x12, 0x05, 0x62, 0x61, 0x74, 0x63, 0x68,
    0x0a, 0x02, 0x08, 0x04, 0x62, 0x18, 0x0a, 0x01, 0x79, 0x12, 0x13, 0x0a, 0x11, 0x08, 0x01, 0x12, 0x0d, 0x0a,
    0x07, 0x12, 0x05, 0x62, 0x61, 0x74, 0x63, 0x68, 0x0a, 0x02, 0x08, 0x04, 0x42, 0x04, 0x0a, 0x00, 0x10, 0x11};

std::string library_path() {
  if (const char* named = std::getenv("BRRR_ONNXRUNTIME")) return named;
  const char* root = std::getenv("BRRR_ROOT");
#ifdef __aarch64__
  const char* arch = "arm64";
#else
  const char* arch = "x64";
#endif
  return std::string(root ? root : ".") + "/node_modules/onnxruntime-node/bin/napi-v6/linux/" + arch +
         "/libonnxruntime.so.1";
}

struct SessionTest : testing::Test {
  void SetUp() override {
    request.library = library_path();
    request.bytes = kIdentity;
    request.size = sizeof kIdentity;
    if (!std::filesystem::exists(request.library)) GTEST_SKIP() << "no library at " << request.library;
  }
  std::string load_code() {
    try {
      load_model(request, job);
    } catch (const Error& e) {
      return e.code();
    }
    return "ok";
  }

  LoadRequest request;
  std::shared_ptr<Job> job = std::make_shared<Job>();
};

/// One run of the model on `rows` rows, into memory of its own or of the backend.
struct OneRun {
  OneRun(int64_t rows, bool own_output) : x(rows * 4), y(own_output ? rows * 4 : 0) {
    for (size_t i = 0; i < x.size(); i++) x[i] = static_cast<float>(i + 1);
    request->inputs.push_back({DataType::kFloat32, {rows, 4}, x.data(), x.size() * 4});
    request->outputs.emplace_back();
    if (own_output) request->outputs[0].tensor = {DataType::kFloat32, {rows, 4}, y.data(), y.size() * 4};
    request->on_complete = [this](Request&) {
      std::lock_guard<std::mutex> lock(mutex);
      done = true;
      changed.notify_all();
    };
  }
  void wait() {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [this] { return done; });
  }

  std::vector<float> x, y;
  engine::RequestPtr request = std::make_shared<Request>();
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;
};

TEST_F(SessionTest, DescribesTheModel) {
  auto model = load_model(request, job);
  EXPECT_EQ(model->backend(), "onnxruntime");
  EXPECT_EQ(model->device(), "cpu");
  ASSERT_EQ(model->inputs().size(), 1u);
  EXPECT_EQ(model->inputs()[0].name, "x");
  EXPECT_EQ(model->inputs()[0].dims, (std::vector<int64_t>{-1, 4}));
  EXPECT_EQ(model->inputs()[0].symbols, (std::vector<std::string>{"batch", ""}));
  EXPECT_TRUE(model->inputs()[0].has_rank);
}

TEST_F(SessionTest, LanesRunSideBySideAndHoldNothingAfterwards) {
  auto engine = Engine::create(load_model(request, job), 2);
  std::vector<std::unique_ptr<OneRun>> runs;
  for (int i = 0; i < 200; i++) {
    runs.push_back(std::make_unique<OneRun>(i % 7, i % 2 == 0));
    engine->run(runs.back()->request);
  }
  for (auto& run : runs) {
    run->wait();
    ASSERT_FALSE(run->request->error) << run->request->error->what();
    const engine::Tensor& y = run->request->outputs[0].tensor;
    EXPECT_EQ(y.dims, run->request->inputs[0].dims);
    ASSERT_EQ(y.bytes, run->x.size() * 4);
    for (size_t i = 0; i < run->x.size(); i++) ASSERT_EQ(static_cast<float*>(y.data)[i], run->x[i]);
  }
  auto parts = engine->memory();
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_EQ(parts[1].bytes + parts[2].bytes, 0u);
  EXPECT_GT(parts[1].peak_bytes + parts[2].peak_bytes, 0u);
  engine->close(true);
}

TEST_F(SessionTest, ABudgetFailsTheRunThatPassesItAlone) {
  request.memory_budget = 4096;
  auto engine = Engine::create(load_model(request, job), 1);
  OneRun large(1000, false), small(4, false);
  engine->run(large.request);
  engine->run(small.request);
  large.wait();
  small.wait();
  ASSERT_TRUE(large.request->error);
  EXPECT_STREQ(large.request->error->code(), "MEMORY_BUDGET");
  EXPECT_FALSE(small.request->error);
  engine->close(false);
}

TEST_F(SessionTest, RequestsThatAreCancelledOrClosedComplete) {
  for (int i = 0; i < 50; i++) {
    auto engine = Engine::create(load_model(request, std::make_shared<Job>()), 2);
    std::vector<std::unique_ptr<OneRun>> runs;
    for (int n = 0; n < 8; n++) {
      runs.push_back(std::make_unique<OneRun>(3, n % 2 == 0));
      runs.back()->request->job = std::make_shared<Job>();
      engine->run(runs.back()->request);
    }
    for (int n = 0; n < 8; n += 3) runs[n]->request->job->cancel();
    engine->close(i % 2 == 0);
    for (auto& run : runs) run->wait();
  }
}

TEST_F(SessionTest, RefusesWhatIsNoModelAndACancelledLoad) {
  request.size = 50;
  EXPECT_EQ(load_code(), "MODEL_INVALID");
  request.size = sizeof kIdentity;
  EXPECT_EQ(load_code(), "ok");
  job->cancel();
  EXPECT_EQ(load_code(), "ABORTED");
}

TEST(Library, SaysWhyAFileIsNotTheLibrary) {
  try {
    load_library("/nowhere/libonnxruntime.so");
    FAIL();
  } catch (const Error& e) {
    EXPECT_STREQ(e.code(), "ENGINE_UNAVAILABLE");
  }
  try {
    load_library("libm.so.6");
    FAIL();
  } catch (const Error& e) {
    EXPECT_STREQ(e.what(),
                 "ONNX Runtime could not be loaded from libm.so.6: it is another library (no OrtGetApiBase).");
  }
}

}  // namespace
}  // namespace brrr::onnxruntime
