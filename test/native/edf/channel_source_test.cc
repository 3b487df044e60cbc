#include "edf/channel_source.h"

#include <thread>

#include "test_file.h"

namespace brrr::edf::testing {
namespace {

// Three signals (two of them alike) in 50 records, of which the stretch covers 10 to 39.
class ChannelSourceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    TestFile file;
    file.duration = "0.5";
    file.records = "50";
    file.signals = {{"A", "mV", "-1", "1.5", "-2048", "2047", "16"},
                    {"B", "mV", "-2", "2", "-2000", "2001", "16"},
                    {"C", "uV", "-2", "2", "-2000", "2001", "8"}};
    file.data = noise(50 * 40 * 2);
    reader_ = open_bytes(file);
    for (int k = 0; k < 2; k++) {
      samples_[k].resize(800);
      reader_->read_physical(k, 0, 800, samples_[k].data());
    }
  }
  std::shared_ptr<const Reader> reader_;
  Segment segment_{10, 30, 5, 15};
  std::vector<double> samples_[2];
};

TEST_F(ChannelSourceTest, IsTheSignalWithinItsStretch) {
  const ChannelSource source(reader_, segment_, 0);
  EXPECT_EQ(source.size(), 480);
  EXPECT_EQ(source.rate(), 32);
  std::vector<double> out(480);
  source.read(0, 480, out.data());
  EXPECT_EQ(out, std::vector<double>(samples_[0].begin() + 160, samples_[0].begin() + 640));
  for (int64_t start : {0, 1, 15, 16, 17, 479}) {
    for (int64_t count : {0, 1, 16, 33}) {
      if (start + count > 480) continue;
      std::vector<double> part(static_cast<size_t>(count));
      source.read(start, count, part.data());
      EXPECT_EQ(part, std::vector<double>(out.begin() + start, out.begin() + start + count));
    }
  }
}

TEST_F(ChannelSourceTest, SubtractsAndScales) {
  const ChannelSource source(reader_, segment_, 0, 1, 1000);
  std::vector<double> out(480);
  source.read(0, 480, out.data());
  for (size_t i = 0; i < out.size(); i++) ASSERT_EQ(out[i], (samples_[0][160 + i] - samples_[1][160 + i]) * 1000);
}

TEST_F(ChannelSourceTest, SeveralThreadsMayRead) {
  const ChannelSource source(reader_, segment_, 0, 1, 1000);
  std::vector<double> alone(480), together(480);
  source.read(0, 480, alone.data());
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; t++) {
    threads.emplace_back([&, t] { source.read(t * 120, 120, together.data() + t * 120); });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(together, alone);
}

TEST_F(ChannelSourceTest, RefusesWhatDoesNotGoTogether) {
  expect_error("INVALID_ARGUMENT", "one rate and unit", [&] { ChannelSource(reader_, segment_, 0, 2); });
  expect_error("INVALID_ARGUMENT", "signal index", [&] { ChannelSource(reader_, segment_, 3); });
  expect_error("INVALID_ARGUMENT", "50 records", [&] { ChannelSource(reader_, Segment{40, 11, 0, 0}, 0); });
  const ChannelSource source(reader_, segment_, 0);
  double out;
  expect_error("INVALID_ARGUMENT", "[0, 480)", [&] { source.read(480, 1, &out); });
  expect_error("INVALID_ARGUMENT", "[0, 480)", [&] { source.read(-1, 1, &out); });
}

}  // namespace
}  // namespace brrr::edf::testing
