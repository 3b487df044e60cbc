#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test_file.h"

namespace brrr::edf::testing {
namespace {

class File : public FolderTest {
 protected:
  std::shared_ptr<Reader> open(const std::string& name) {
    Job job;
    return Reader::open(path(name), job);
  }
};

TEST_F(File, ReadsLikeMemory) {
  TestFile file;
  file.data = noise(16);
  save("a.edf", file.bytes());
  int32_t from_file[8], from_memory[8];
  open("a.edf")->read_digital(0, 0, 8, from_file);
  open_bytes(file)->read_digital(0, 0, 8, from_memory);
  EXPECT_EQ(std::vector<int32_t>(from_file, from_file + 8), std::vector<int32_t>(from_memory, from_memory + 8));
}

TEST_F(File, SaysWhatIsAtThePathInstead) {
  expect_error("FILE_NOT_FOUND", path("missing.edf"), [&] { open("missing.edf"); });
  save("a.edf", TestFile{}.bytes());
  expect_error("FILE_NOT_FOUND", "a.edf/b.edf", [&] { open("a.edf/b.edf"); });
  expect_error("NOT_A_FILE", "is a folder", [&] { open("."); });
  ASSERT_EQ(mkfifo(path("pipe").c_str(), 0600), 0);
  expect_error("NOT_A_FILE", "is a pipe", [&] { open("pipe"); });
  Job job;
  expect_error("NOT_A_FILE", "is a device", [&] { Reader::open("/dev/zero", job); });
  expect_error("INVALID_ARGUMENT", "path", [&] { Reader::open("", job); });
  expect_error("INVALID_ARGUMENT", "NUL", [&] { Reader::open(std::string("a\0b", 3), job); });
  ASSERT_EQ(symlink(path("a.edf").c_str(), path("link.edf").c_str()), 0);
  EXPECT_EQ(open("link.edf")->records(), 2);
}

TEST_F(File, WithoutPermissionIsUnreadable) {
  if (geteuid() == 0) GTEST_SKIP() << "root may read everything";
  save("a.edf", TestFile{}.bytes());
  ASSERT_EQ(chmod(path("a.edf").c_str(), 0), 0);
  expect_error("FILE_UNREADABLE", "Permission denied", [&] { open("a.edf"); });
}

TEST_F(File, BrokenOnesAreNamed) {
  save("a.edf", {});
  expect_error("EDF_TRUNCATED", path("a.edf") + ": The file has 0 bytes", [&] { open("a.edf"); });
}

TEST_F(File, ThatShrinksWhileItIsReadIsAnError) {
  TestFile file;
  file.records = "20000";
  file.data = noise(160'000);
  save("a.edf", file.bytes());
  const auto reader = open("a.edf");
  ASSERT_EQ(truncate(path("a.edf").c_str(), 1000), 0);
  std::vector<float> samples(80'000);
  float* const out[] = {samples.data()};
  const int signals[] = {0};
  Job job;
  expect_error("FILE_CHANGED", "became shorter", [&] { reader->read_channels(signals, 1, 0, 20'000, out, job); });
  expect_error("FILE_CHANGED", "became shorter", [&] { reader->read_physical(0, 70'000, 10, samples.data()); });
  expect_error("FILE_CHANGED", "changed", [&] { reader->verify_unchanged(); });
}

TEST_F(File, ThatGrowsIsRewrittenReplacedOrRemovedHasChanged) {
  const auto bytes = TestFile{}.bytes();
  save("a.edf", bytes);
  auto reader = open("a.edf");
  reader->verify_unchanged();
  std::ofstream(path("a.edf"), std::ios::app) << "more";
  expect_error("FILE_CHANGED", "changed", [&] { reader->verify_unchanged(); });

  save("a.edf", bytes);
  const timespec long_ago[] = {{1000, 0}, {1000, 0}};
  ASSERT_EQ(utimensat(AT_FDCWD, path("a.edf").c_str(), long_ago, 0), 0);
  reader = open("a.edf");
  save("a.edf", bytes);
  expect_error("FILE_CHANGED", "changed", [&] { reader->verify_unchanged(); });

  reader = open("a.edf");
  save("b.edf", bytes);
  ASSERT_EQ(rename(path("b.edf").c_str(), path("a.edf").c_str()), 0);
  expect_error("FILE_CHANGED", "changed", [&] { reader->verify_unchanged(); });

  reader = open("a.edf");
  ASSERT_EQ(unlink(path("a.edf").c_str()), 0);
  expect_error("FILE_CHANGED", "changed", [&] { reader->verify_unchanged(); });
}

}  // namespace
}  // namespace brrr::edf::testing
