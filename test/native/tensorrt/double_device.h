// A device with TensorRT, of the doubles, and engines and runs on it.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <future>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "../../double/double_library.h"
#include "engine/engine.h"
#include "tensorrt/plan_model.h"
#include "tensorrt/shim.h"

namespace brrr::tensorrt {

inline std::string double_of(int major) {
  return "tensorrt" + std::to_string(major) + "/libnvinfer.so." + std::to_string(major);
}

/// The majors that have a double here; those with code in this build too, where `with_shim`.
inline std::vector<int> doubles(bool with_shim) {
  std::vector<int> found;
  for (int major : majors())
    if (std::filesystem::exists(std::filesystem::path(BRRR_DOUBLES) / double_of(major)) &&
        (!with_shim || shim_of(major)))
      found.push_back(major);
  return found;
}

template <class Call>
std::string error_from(Call call) {
  try {
    call();
  } catch (const Error& e) {
    return std::string(e.code()) + " " + e.what();
  }
  return "no error";
}

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// y = 2 x + 1 on rows of 4, batches of 1 to 8.
inline const std::string kAffine =
    "brrr-double-plan\n"
    "input x float32 -1,4\nprofile x 1,4 4,4 8,4\noutput y float32 -1,4\n"
    "op affine x y 2 1\nweights 1000\ncontext 100\nscratch 512\nend\n";

class DoubleDevice {
 public:
  explicit DoubleDevice(int major, const std::string& cuda_configuration = "")
      : cudart("libcudart.so.12", cuda_configuration),
        infer(double_of(major), ""),
        library(require_library(infer.path())),
        cuda(cuda::api(cudart.path())) {}

  PlanRequest request(const std::string& plan, std::vector<int64_t> batch_sizes = {1, 2, 4, 8}) const {
    PlanRequest request(library, cuda);
    request.bytes = plan.data();
    request.size = plan.size();
    request.batch_sizes = std::move(batch_sizes);
    return request;
  }
  std::shared_ptr<engine::Engine> load(const PlanRequest& request, int lanes = 1) const {
    auto engine = engine::Engine::create(load_plan(request, std::make_shared<Job>()), lanes);
    engine->allow_padding();
    return engine;
  }
  std::shared_ptr<engine::Engine> load(const std::string& plan, int lanes = 1) const {
    return load(request(plan), lanes);
  }
  /// Streams, events, graphs and blocks of memory that are alive on the device.
  int live() const { return reinterpret_cast<int (*)()>(cudart.find("brrr_double_live"))(); }
  size_t device_bytes_used() const {
    size_t free = 0, total = 0;
    cuda.mem_get_info(&free, &total);
    return total / 2 - free;
  }

  testing::DoubleLibrary cudart, infer;
  const Library& library;
  const cuda::Api& cuda;
};

/// A run under way.
class Running {
 public:
  Running(engine::Engine& engine, std::vector<engine::Tensor> inputs, std::vector<engine::Output> outputs = {})
      : request(std::make_shared<engine::Request>()), done_(std::make_shared<std::promise<void>>()) {
    request->inputs = std::move(inputs);
    request->outputs = std::move(outputs);
    if (request->outputs.empty()) request->outputs.resize(engine.model()->outputs().size());
    request->job = std::make_shared<Job>();
    ended_ = done_->get_future().share();
    request->on_complete = [done = done_](engine::Request&) { done->set_value(); };
    engine.run(request);
  }
  /// "" or code and text of its error.
  std::string error() const {
    ended_.wait();
    return request->error ? std::string(request->error->code()) + " " + request->error->what() : "";
  }
  std::vector<float> floats(size_t output = 0) const {
    EXPECT_EQ(error(), "");
    if (request->error) return {};
    const engine::Tensor& tensor = request->outputs[output].tensor;
    const auto* data = static_cast<const float*>(tensor.data);
    return {data, data + tensor.bytes / sizeof(float)};
  }

  const engine::RequestPtr request;

 private:
  std::shared_ptr<std::promise<void>> done_;
  std::shared_future<void> ended_;
};

/// `rows` rows of 4 numbers, all different; the memory is the caller's.
struct Rows {
  explicit Rows(int64_t rows, float first = 0) : dims{rows, 4}, data(static_cast<size_t>(rows) * 4) {
    std::iota(data.begin(), data.end(), first);
  }
  engine::Tensor tensor() { return {engine::DataType::kFloat32, dims, data.data(), data.size() * sizeof(float)}; }
  std::vector<float> affine() const {
    std::vector<float> out;
    for (float value : data) out.push_back(2 * value + 1);
    return out;
  }
  std::vector<int64_t> dims;
  std::vector<float> data;
};

/// Tests that run for each major version; skipped for one that this build has no code for.
class OnDouble : public ::testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    for (int major : doubles(true))
      if (major == GetParam()) return;
    GTEST_SKIP() << "this build has no code for TensorRT " << GetParam() << " (npm run sdk fetches its headers)";
  }
};

}  // namespace brrr::tensorrt

#define ON_EACH_DOUBLE(suite)                                              \
  INSTANTIATE_TEST_SUITE_P(TensorRT, suite, ::testing::ValuesIn(majors()), \
                           [](const auto& info) { return std::to_string(info.param); })
