#include "tensorrt/places.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "../../double/double_library.h"

namespace brrr::tensorrt {
namespace {

namespace fs = std::filesystem;

fs::path touch(const fs::path& file) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << "x";
  return file;
}

TEST(Places, AFolderGivesTheWantedMajorsFirstAndOthersAfter) {
  testing::TemporaryFolder folder;
  const fs::path lib = folder.path() / "lib";
  const std::string ten = touch(lib / "libnvinfer.so.10"), eleven = touch(lib / "libnvinfer.so.11");
  const std::string eight = touch(lib / "libnvinfer.so.8"), exact = touch(lib / "libnvinfer.so.10.15.1");
  touch(lib / "libnvonnxparser.so.10");
  const std::vector<Place> found = places(folder.path(), {11, 10});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].what, folder.path());
  EXPECT_EQ(found[0].candidates, (std::vector<std::string>{eleven, ten, eight, exact}));
  EXPECT_EQ(places(folder.path(), {10, 11})[0].candidates[0], ten);
}

TEST(Places, AFileIsTakenAsItIs) {
  const std::vector<Place> found = places("/opt/x/libnvinfer.so.10.6.0", {11, 10});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].candidates, std::vector<std::string>{"/opt/x/libnvinfer.so.10.6.0"});
}

TEST(Places, TheEnvironmentCountsWhereNoPathIsGiven) {
  setenv("BRRR_TENSORRT", "/from/environment", 1);
  EXPECT_EQ(places("", {11, 10})[0].what, "/from/environment");
  EXPECT_EQ(places("/from/option", {11, 10})[0].what, "/from/option");
  unsetenv("BRRR_TENSORRT");
}

TEST(Places, TheSystemComesBeforePythonPackages) {
  testing::TemporaryFolder folder;
  const fs::path packages = folder.path() / "lib" / "python3.11" / "site-packages" / "tensorrt_libs";
  const std::string file = touch(packages / "libnvinfer.so.10");
  setenv("VIRTUAL_ENV", folder.path().c_str(), 1);
  unsetenv("BRRR_TENSORRT");
  const std::vector<Place> found = places("", {11, 10});
  unsetenv("VIRTUAL_ENV");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].what, "the system's library path");
  EXPECT_EQ(found[0].candidates, (std::vector<std::string>{"libnvinfer.so.11", "libnvinfer.so.10", "libnvinfer.so.8"}));
  EXPECT_EQ(found[1].what, "Python packages (tensorrt_libs)");
  ASSERT_FALSE(found[1].candidates.empty());
  EXPECT_EQ(found[1].candidates[0], file);
}

}  // namespace
}  // namespace brrr::tensorrt
