// Building on the doubles of both major versions: models of Identity and Add nodes.
#include "tensorrt/builder.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <thread>

#include "../../double/double_library.h"
#include "tensorrt/shim.h"

namespace brrr::tensorrt {
namespace {

using testing::DoubleLibrary;

std::string block(int field, const std::string& payload) {
  return std::string(1, static_cast<char>(field << 3 | 2)) + static_cast<char>(payload.size()) + payload;
}
std::string number(int field, int value) { return {static_cast<char>(field << 3), static_cast<char>(value)}; }

/// A tensor of float32 [?, 4].
std::string value(const std::string& name) {
  const std::string shape = block(1, block(2, "n")) + block(1, number(1, 4));
  return block(1, name) + block(2, block(1, number(1, 1) + block(2, shape)));
}

/// y = op(x), as ONNX has it.
std::string model(const std::string& op) {
  const std::string node = block(1, "x") + block(2, "y") + block(3, "first") + block(4, op);
  return number(1, 8) + block(7, block(1, node) + block(11, value("x")) + block(12, value("y")));
}

/// A double's libraries in one folder, and the double of CUDA.
class Machine {
 public:
  Machine(int major, const std::string& configuration)
      : cudart_("libcudart.so.12", ""), infer_(file(major, "nvinfer"), configuration), onnx_(model("Identity")) {
    const auto parser = std::filesystem::path(BRRR_DOUBLES) / file(major, "nvonnxparser");
    std::filesystem::copy_file(parser, std::filesystem::path(infer_.folder()) / parser.filename());
    library_ = &require_library(infer_.folder());
    request.onnx = onnx_.data();
    request.onnx_size = onnx_.size();
    request.profiles = {{{"x", {{1, 4}, {4, 4}, {8, 4}}}}};
  }

  Built build() {
    Built built;
    outcome = "built";
    mark = MessageLog::get().mark();
    try {
      built = build_plan(*library_, cuda::api(cudart_.path()), 0, request, job);
    } catch (const Error& e) {
      outcome = std::string(e.code()) + " " + e.what();
    }
    return built;
  }
  void set_model(const std::string& bytes) {
    onnx_ = bytes;
    request.onnx = onnx_.data();
    request.onnx_size = onnx_.size();
  }
  DoubleLibrary& infer() { return infer_; }
  const Library& library() { return *library_; }

  BuildRequest request;
  Job job;
  std::string outcome;
  uint64_t mark = 0;

 private:
  static std::string file(int major, const std::string& name) {
    return "tensorrt" + std::to_string(major) + "/lib" + name + ".so." + std::to_string(major);
  }

  DoubleLibrary cudart_, infer_;
  std::string onnx_;
  const Library* library_ = nullptr;
};

class Builder : public ::testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    unsetenv("BRRR_TENSORRT");
    if (!shim_of(GetParam()))
      GTEST_SKIP() << "this build has no code for TensorRT " << GetParam() << " (npm run sdk fetches its headers)";
    machine_ = std::make_unique<Machine>(GetParam(), "");
  }
  Machine& with(const std::string& configuration) {
    machine_->infer().configure(configuration);
    return *machine_;
  }

 private:
  std::unique_ptr<Machine> machine_;
};

std::string text(const std::vector<uint8_t>& bytes) { return {bytes.begin(), bytes.end()}; }

TEST_P(Builder, MakesAPlanOfAModelAndItsProfiles) {
  Machine& machine = with("");
  const std::string plan = text(machine.build().plan);
  EXPECT_EQ(machine.outcome, "built");
  EXPECT_NE(plan.find("\nop identity x y\ninput x float32 -1,4\noutput y float32 -1,4\n"), std::string::npos) << plan;
  EXPECT_NE(plan.find("\nprofile x 1,4 4,4 8,4\nend\n"), std::string::npos) << plan;
  // Four fifths of the 4 GB that are free.
  EXPECT_NE(plan.find("# workspace 3435973836 level 3 aux -1 hardware 0 tf32 1 versions 0\n"), std::string::npos)
      << plan;
  EXPECT_EQ(machine.job.progress(), 1);
}

TEST_P(Builder, PassesEachOptionOn) {
  Machine& machine = with("");
  machine.request.tf32 = false;
  machine.request.workspace = 1 << 20;
  machine.request.optimization_level = 5;
  machine.request.aux_streams = 0;
  machine.request.hardware = Compatibility::kAmperePlus;
  machine.request.version_compatible = true;
  const std::string plan = text(machine.build().plan);
  EXPECT_NE(plan.find("# workspace 1048576 level 5 aux 0 hardware 1 tf32 0 versions 1\n"), std::string::npos) << plan;
  machine.request.hardware = Compatibility::kSameComputeCapability;
  EXPECT_NE(text(machine.build().plan).find("hardware 2"), std::string::npos);
}

TEST_P(Builder, CarriesTheTimingCacheAndLeavesOutAForeignOne) {
  Machine& machine = with("");
  machine.request.timings = machine.build().timings;
  EXPECT_EQ(text(machine.request.timings), "timings+");
  EXPECT_EQ(text(machine.build().timings), "timings++");
  machine.request.timings = {'j', 'u', 'n', 'k'};
  EXPECT_EQ(text(machine.build().timings), "timings+");
}

TEST_P(Builder, LoadsTheResourcesThatLieBesideTheLibrary) {
  const std::filesystem::path folder = with("").infer().folder();
  EXPECT_EQ(preload_builder_resources(folder), 0);
  const auto resource = folder / "libnvinfer_builder_resource_sm90.so.10.6.0";
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().filename().string().rfind("libnvonnxparser", 0) == 0)
      std::filesystem::copy_file(entry.path(), resource);
  EXPECT_EQ(preload_builder_resources(folder), 1);
  void* loaded = dlopen(resource.c_str(), RTLD_NOW | RTLD_NOLOAD);
  EXPECT_NE(loaded, nullptr);
  if (loaded) dlclose(loaded);
  EXPECT_EQ(preload_builder_resources(folder / "nowhere"), 0);
}

TEST_P(Builder, TriesWithLessMemoryAndNamesItsLack) {
  Machine& machine = with("build_memory_mb=1000");
  EXPECT_EQ(machine.build().workspace, 3435973836 / 4);
  EXPECT_EQ(machine.outcome, "built");
  Machine& small = with("build_memory_mb=1");
  small.build();
  EXPECT_EQ(small.outcome.find("OUT_OF_DEVICE_MEMORY The GPU has not enough free memory to build the plan."), 0u)
      << small.outcome;
}

TEST_P(Builder, NamesWhatTheParserRefuses) {
  Machine& machine = with("");
  machine.set_model(model("Conv"));
  machine.build();
  EXPECT_EQ(machine.outcome,
            "MODEL_UNSUPPORTED TensorRT cannot build this model: Conv \"first\": No importer registered for op: Conv");
  machine.set_model("junk");
  machine.build();
  EXPECT_EQ(machine.outcome, "MODEL_UNSUPPORTED TensorRT cannot build this model: Failed to parse ONNX model");
}

TEST_P(Builder, ReportsProgressAndStopsWhenItIsCancelled) {
  Machine& machine = with("build_steps=1000 build_step_ms=2");
  std::thread canceller([&] {
    while (machine.job.progress() < 0.005) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    machine.job.cancel();
  });
  machine.build();
  canceller.join();
  EXPECT_EQ(machine.outcome, "ABORTED The operation was aborted.");
  EXPECT_LT(machine.job.progress(), 0.9);
}

TEST_P(Builder, EveryCallThatFailsIsACodedErrorAndLeavesNothingBehind) {
  const std::pair<const char*, const char*> failures[] = {
      {"createNetworkV2", "BUILD_FAILED TensorRT could not make a network."},
      {"createBuilderConfig", "BUILD_FAILED TensorRT could not make a build's configuration."},
      {"createOptimizationProfile", "BUILD_FAILED TensorRT could not make an optimisation profile."},
      {"setDimensions", "BUILD_FAILED TensorRT refuses the shapes given for input \"x\"."},
      {"addOptimizationProfile", "BUILD_FAILED TensorRT refuses the optimisation profile"},
      {"buildSerializedNetwork", "BUILD_FAILED TensorRT could not build the plan: Could"},
      {"setTimingCache", "built"},
  };
  for (const auto& [function, expected] : failures) {
    Machine& machine = with("build_error=Could fail=" + std::string(function) + ":1");
    machine.build();
    EXPECT_EQ(machine.outcome.find(expected), 0u) << function << ": " << machine.outcome;
    const std::string calls = machine.infer().calls();
    EXPECT_EQ(calls.find("createNetworkV2") != std::string::npos && std::string(function) != "createNetworkV2",
              calls.find("~INetworkDefinition") != std::string::npos)
        << calls;
    EXPECT_NE(calls.find("~IBuilder"), std::string::npos) << calls;
  }
  for (const char* how : {"null", "garbage", "throw"}) {
    Machine& machine = with("builder=" + std::string(how));
    machine.build();
    EXPECT_EQ(machine.outcome.find("ENGINE_UNAVAILABLE TensorRT "), 0u) << machine.outcome;
  }
}

TEST_P(Builder, WithoutAParserSaysSo) {
  Machine& machine = with("");
  Library bare = machine.library();
  bare.symbols.create_parser = nullptr;
  bare.parser_problem = "libnvonnxparser.so is not there";
  try {
    const DoubleLibrary cudart("libcudart.so.12", "");
    build_plan(bare, cuda::api(cudart.path()), 0, machine.request, machine.job);
    FAIL();
  } catch (const Error& e) {
    EXPECT_STREQ(e.code(), "ENGINE_UNAVAILABLE");
    EXPECT_NE(std::string(e.what()).find("libnvonnxparser.so is not there"), std::string::npos);
  }
}

INSTANTIATE_TEST_SUITE_P(TensorRT, Builder, ::testing::Values(10, 11),
                         [](const auto& info) { return std::to_string(info.param); });

}  // namespace
}  // namespace brrr::tensorrt
