// The loader on the doubles of both major versions, and on a real TensorRT where BRRR_REAL_TENSORRT names its folder
// (npm run test:tensorrt does).
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "common/error.h"
#include "device/devices.h"
#include "double_device.h"
#include "tensorrt/library.h"
#include "tensorrt/shim.h"

namespace brrr::tensorrt {
namespace {

using testing::DoubleLibrary;

class Loader : public ::testing::Test {
 protected:
  void SetUp() override {
    unsetenv("BRRR_TENSORRT");
    if (doubles(true).empty()) GTEST_SKIP() << "this build has no code for TensorRT (npm run sdk fetches its headers)";
  }
};

TEST_F(Loader, OpensTheLibraryAndItsParser) {
  for (int major : doubles(true)) {
    DoubleLibrary infer(double_of(major), "");
    const auto parser = "libnvonnxparser.so." + std::to_string(major);
    const auto beside = std::filesystem::path(infer.folder()) / parser;
    std::filesystem::copy_file(std::filesystem::path(BRRR_DOUBLES) / ("tensorrt" + std::to_string(major)) / parser,
                               beside);
    const Search search = find_library(infer.folder());
    ASSERT_NE(search.library, nullptr) << search.problem;
    EXPECT_EQ(search.library->version.major, major);
    EXPECT_EQ(search.library->path, infer.path());
    EXPECT_EQ(search.library->parser_path, beside);
    EXPECT_EQ(search.library->plugin_path, "");
    EXPECT_EQ(search.library->plugin_problem, "libnvinfer_plugin.so." + std::to_string(major) +
                                                  ": cannot open shared object file: No such file or directory");
    EXPECT_NE(search.library->symbols.create_runtime, nullptr);
    EXPECT_EQ(find_library(infer.path()).library, search.library) << "one library, opened once";
  }
}

TEST_F(Loader, MakesRuntimeAndBuilderWithThatMajorsTablesAndDeletesThem) {
  DoubleLibrary cudart("libcudart.so.12", "");
  for (int major : doubles(true)) {
    DoubleLibrary infer(double_of(major), "");
    const Library& library = require_library(infer.path());
    open_runtime(library, cuda::api(cudart.path()), 0).reset();
    shim_for(library).create_builder(library).reset();
    EXPECT_EQ(infer.calls(), "createInferRuntime ~IRuntime createInferBuilder ~IBuilder");
  }
}

TEST_F(Loader, ChecksTheDeviceBeforeItTouchesAFactory) {
  for (int major : doubles(true))
    for (const char* configuration : {"driver=0", "devices=0", "fail=cudaFree:46"}) {
      DoubleLibrary cudart("libcudart.so.12", configuration), infer(double_of(major), "");
      const Library& library = require_library(infer.path());
      EXPECT_EQ(error_from([&] { open_runtime(library, cuda::api(cudart.path()), 0); }).find("DEVICE_UNAVAILABLE "),
                0u);
      EXPECT_EQ(infer.calls(), "") << configuration;
    }
}

TEST_F(Loader, AFactoryThatGivesNullGarbageOrAnExceptionIsAnErrorWithTheLog) {
  const std::string logged = "createInfer: CUDA initialization failure with error: 35";
  for (int major : doubles(true))
    for (const std::string how : {"null", "garbage", "throw"}) {
      DoubleLibrary infer(double_of(major), "runtime=" + how + " builder=" + how);
      const Library& library = require_library(infer.path());
      const Shim& shim = shim_for(library);
      const auto expected = [&](const std::string& what) {
        return "ENGINE_UNAVAILABLE TensorRT " + library.version.text() + " (" + infer.path() + ") could not make its " +
               what + ": " + logged + (how == "throw" ? "; double cannot make a " + what : "");
      };
      EXPECT_EQ(error_from([&] { shim.create_runtime(library); }), expected("runtime"));
      EXPECT_EQ(error_from([&] { shim.create_builder(library); }), expected("builder"));
    }
}

TEST_F(Loader, AVersionOutsideTheRangeIsRefusedByName) {
  const int major = doubles(true).front();
  const struct {
    const char *version, *reason;
  } cases[] = {
      {"10.0.1.6", "It is too old: TensorRT 10.1 or newer is needed."},
      {"9.3.0.1", "It is too old: TensorRT 10.1 or newer is needed."},
      {"12.0.0.1", "It is newer than this package knows: TensorRT 10 and 11 are supported."},
  };
  for (const auto& [version, reason] : cases) {
    DoubleLibrary infer(double_of(major), std::string("version=") + version);
    const std::string expected = std::string("TensorRT ") + version + " was found (" + infer.path() + "). " + reason;
    EXPECT_EQ(find_library(infer.path()).problem, expected);
    EXPECT_TRUE(find_library(infer.path()).found);
    EXPECT_EQ(error_from([&] { require_library(infer.folder()); }), "ENGINE_UNAVAILABLE " + expected);
  }
}

TEST_F(Loader, ALaterVersionOfTheMajorIsTaken) {
  for (int major : doubles(true)) {
    DoubleLibrary infer(double_of(major), "version=" + std::to_string(major) + ".99.0.1");
    EXPECT_EQ(require_library(infer.path()).version.minor, 99);
  }
}

TEST_F(Loader, OfTwoMajorsInOneFolderTheNewerIsTaken) {
  if (doubles(true).size() < 2) GTEST_SKIP() << "this build has code for one major version only";
  DoubleLibrary ten(double_of(10), "");
  std::filesystem::copy_file(std::filesystem::path(BRRR_DOUBLES) / double_of(11),
                             std::filesystem::path(ten.folder()) / "libnvinfer.so.11");
  EXPECT_EQ(require_library(ten.folder()).version.major, 11);
}

TEST(Search, AMajorWithoutCodeInThisBuildIsSaid) {
  unsetenv("BRRR_TENSORRT");
  int left_out = 0;
  for (int major : doubles(false)) {
    if (shim_of(major)) continue;
    left_out++;
    DoubleLibrary infer(double_of(major), "");
    const std::string number = std::to_string(major), found = find_library(infer.path()).problem;
    const std::string expected = "This build has no code for TensorRT " + number + ": the headers of TensorRT " +
                                 number +
                                 " were missing when it was made. In a clone, `npm run sdk` and `npm run build:native` "
                                 "add it.";
    EXPECT_EQ(found.substr(found.find("). ") + 3), expected);
    EXPECT_EQ(infer.calls(), "");
  }
  for (int major : majors()) EXPECT_EQ(unsupported({major, 1, 0, 0}).empty(), shim_of(major) != nullptr) << left_out;
}

TEST(Search, AnEmptyFolderAndAFileThatIsNoLibraryAreSaid) {
  unsetenv("BRRR_TENSORRT");
  testing::TemporaryFolder empty;
  EXPECT_EQ(find_library(empty.path()).problem,
            "TensorRT was not found. Looked in: " + empty.path().string() +
                ". Install TensorRT 10 or 11, or name its folder in BRRR_TENSORRT; or use device \"cpu\".");
  EXPECT_FALSE(find_library(empty.path()).found);
  DoubleLibrary other("libcudart.so.12", "");
  EXPECT_EQ(find_library(other.path()).problem, other.path() + " is not TensorRT: it has no getInferLibVersion.");
  const std::string broken = empty.path() / "libnvinfer.so.10";
  FILE* file = std::fopen(broken.c_str(), "w");
  std::fputs("not a library", file);
  std::fclose(file);
  EXPECT_EQ(find_library(empty.path()).problem, "TensorRT could not be loaded: " + broken + ": file too short.");
}

/// error_from() in a child process, or how that process ended.
template <class Call>
std::string error_in_child(Call call) {
  int ends[2];
  if (pipe(ends) != 0) return "no pipe";
  const pid_t child = fork();
  if (child == 0) {
    if (!std::freopen("/dev/null", "w", stderr)) _exit(1);
    const std::string error = error_from(call);
    const bool written = write(ends[1], error.data(), error.size()) == static_cast<ssize_t>(error.size());
    _exit(written ? 0 : 1);
  }
  close(ends[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t got; (got = read(ends[0], buffer, sizeof buffer)) > 0;) text.append(buffer, got);
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? std::string("ended by ") + strsignal(WTERMSIG(status)) : text;
}

/// The folder of a real TensorRT, where one is given; the test below runs for it.
std::vector<std::string> real_tensorrt() {
  const char* folder = std::getenv("BRRR_REAL_TENSORRT");
  return folder ? std::vector<std::string>{folder} : std::vector<std::string>{};
}

class RealTensorRT : public ::testing::TestWithParam<std::string> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(RealTensorRT);
INSTANTIATE_TEST_SUITE_P(Given, RealTensorRT, ::testing::ValuesIn(real_tensorrt()));

TEST_P(RealTensorRT, LoadsWithItsParserAndPlugins) {
  const Library& library = require_library(GetParam());
  EXPECT_EQ(library.version.text(), std::getenv("BRRR_REAL_VERSION"));
  EXPECT_EQ(std::filesystem::path(library.parser_path).filename(), "libnvonnxparser.so.10");
  EXPECT_EQ(std::filesystem::path(library.plugin_path).filename(), "libnvinfer_plugin.so.10");
  EXPECT_NE(library.symbols.create_parser, nullptr);
  EXPECT_NE(library.symbols.init_plugins, nullptr);
  EXPECT_EQ(library.symbols.set_internal_library_path != nullptr, library.version.at_least(10, 16));
}

TEST_P(RealTensorRT, IsNotTouchedWithoutADevice) {
  unsetenv("BRRR_CUDART");
  const Library& library = require_library(GetParam());
  if (cuda::driver_version(cuda::api()) != 0) GTEST_SKIP() << "this machine has an NVIDIA driver";
  EXPECT_EQ(
      error_from([&] { open_runtime(library, cuda::api(), 0); }),
      "DEVICE_UNAVAILABLE No NVIDIA driver was found (CUDA error 35, CUDA driver version is insufficient for CUDA "
      "runtime version). Install NVIDIA driver 525 or newer, or use device \"cpu\".");
}

TEST_P(RealTensorRT, ItsFactoriesWithoutADeviceGiveErrorsWithTheLogOrEndTheProcess) {
  const Library& library = require_library(GetParam());
  if (cuda::driver_version(cuda::api()) != 0) GTEST_SKIP() << "this machine has an NVIDIA driver";
  const Shim& shim = shim_for(library);
  const std::string who =
      "ENGINE_UNAVAILABLE TensorRT " + library.version.text() + " (" + library.path + ") could not make its ";
  const std::string runtime = error_in_child([&] { shim.create_runtime(library); });
  EXPECT_EQ(runtime.find(who + "runtime: "), 0u) << runtime;
  EXPECT_NE(runtime.find("CUDA initialization failure with error: 35"), std::string::npos) << runtime;
  const std::string builder = error_in_child([&] { shim.create_builder(library); });
  // 10.6 throws through a noexcept frame of its own, which no caller can catch: hence the check of the device before
  // any factory, and builds in a child process.
  if (!library.version.at_least(10, 15)) {
    EXPECT_EQ(builder, "ended by Aborted");
    return;
  }
  EXPECT_EQ(builder.find(who + "builder: "), 0u) << builder;
  EXPECT_NE(builder.find("CUDA initialization failure with error: 35"), std::string::npos) << builder;
}

}  // namespace
}  // namespace brrr::tensorrt
