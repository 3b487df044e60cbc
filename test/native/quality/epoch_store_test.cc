#include "quality/epoch_store.h"

#include <gtest/gtest.h>

#include <cmath>

#include "../signal/support.h"
#include "common/error.h"
#include "quality/load_epochs.h"
#include "signal/fir.h"
#include "signal/resample.h"

namespace brrr::quality {
namespace {

std::string code_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& e) {
    return e.code();
  }
  return "none";
}

/// Keeps its samples.
class OwnedSource final : public SampleSource {
 public:
  OwnedSource(std::vector<double> x, double rate) : x_(std::move(x)), rate_(rate) {}
  int64_t size() const override { return static_cast<int64_t>(x_.size()); }
  double rate() const override { return rate_; }
  void read(int64_t start, int64_t count, double* out) const override { std::copy_n(x_.begin() + start, count, out); }
  const std::vector<double>& samples() const { return x_; }

 private:
  std::vector<double> x_;
  double rate_;
};

std::shared_ptr<const OwnedSource> source(int64_t n, double rate, unsigned seed) {
  return std::make_shared<OwnedSource>(test::noise(n, seed), rate);
}

LoadOptions options_at(double rate_hz) {
  LoadOptions options;
  options.rate_hz = rate_hz;
  return options;
}

TEST(EpochStore, HoldsTheFilteredSamplesOfEachStretchEndToEnd) {
  const std::vector<std::shared_ptr<const OwnedSource>> a = {source(1900, 128, 1), source(700, 128, 2)},
                                                        b = {source(1900, 128, 3), source(700, 128, 4)};
  std::vector<ChannelInput> channels = {{{a[0], a[1]}, {}}, {{b[0], b[1]}, {}}};
  Job job;
  const auto store = load_epochs(channels, {0, 100}, options_at(128), job);
  EXPECT_EQ(store->grid().start_s, (std::vector<double>{0, 4, 8, 100}));
  EXPECT_EQ(store->samples(), 512);
  const auto taps = design_highpass(128, 1);
  for (int c = 0; c < 2; c++)
    for (int stretch = 0; stretch < 2; stretch++) {
      const auto& recorded = *(c ? b : a)[stretch];
      std::vector<double> filtered(static_cast<size_t>(recorded.size()));
      filter_zero_phase(taps, recorded, filtered.data(), job);
      const float* found = store->cell(c, stretch ? 3 : 0);
      for (int t = 0; t < (stretch ? 512 : 3 * 512); t++) ASSERT_NEAR(found[t], filtered[t], 1e-6) << c << " " << t;
    }
}

TEST(EpochStore, ChannelsOfAnotherRateAreResampledBeforeTheFilter) {
  const auto fast = source(2048, 256, 1), slow = source(800, 100, 2);
  Job job;
  const auto store = load_epochs({{{fast}, {}}, {{slow}, {}}}, {0}, options_at(256), job);
  EXPECT_EQ(store->epochs(), 2);
  EXPECT_EQ(store->recorded_rate_hz(0), 256);
  EXPECT_EQ(store->recorded_rate_hz(1), 100);
  const auto resampled = resample_fft(*slow, 256, job);
  std::vector<double> filtered(resampled.size());
  filter_zero_phase(design_highpass(256, 1), ArraySource(resampled.data(), 2048, 256), filtered.data(), job);
  for (int t = 0; t < 2048; t++) ASSERT_NEAR(store->channel(1)[t], filtered[t], 1e-6) << t;
}

TEST(EpochStore, WithoutAFilterTheSamplesStayWhatTheyAre) {
  const auto x = source(1100, 100, 1);
  LoadOptions options = options_at(100);
  options.high_pass_hz = 0;
  options.length_s = 5;
  Job job;
  const auto store = load_epochs({{{x}, {}}}, {0}, options, job);
  ASSERT_EQ(store->epochs(), 2);
  for (int t = 0; t < 1000; t++) ASSERT_EQ(store->channel(0)[t], static_cast<float>(x->samples()[t]));
}

TEST(EpochStore, IsTheSameInEachTierAndOnAnyThreads) {
  const auto a = source(3000, 125, 1), b = source(4800, 200, 2);
  test::expect_same_bits_everywhere([&] {
    Job job;
    const auto store = load_epochs({{{a}, {}}, {{b}, {}}}, {0}, options_at(125), job);
    return std::vector<float>(store->channel(0), store->channel(0) + 2LL * store->epochs() * store->samples());
  });
}

TEST(EpochStore, ViewsPickedChannelsInVolts) {
  const auto data = test::noise(3 * 4 * 50, 1);
  Job job;
  const auto store = epochs_from_array(data.data(), {3, 4, 50, 100, 1}, LoadOptions(), job);
  const autoreject::Epochs view = store->view({2, 0});
  EXPECT_EQ(view.epochs(), 3);
  EXPECT_EQ(view.channels(), 2);
  EXPECT_EQ(view.scale, 1e-6);
  for (int e = 0; e < 3; e++)
    for (int t = 0; t < 50; t++) {
      EXPECT_EQ(view.float32[view.epoch_start[e] + view.channel_start[0] + t],
                static_cast<float>(data[(e * 4 + 2) * 50 + t]));
      EXPECT_EQ(view.float32[view.epoch_start[e] + view.channel_start[1] + t],
                static_cast<float>(data[e * 4 * 50 + t]));
    }
  EXPECT_EQ(code_of([&] { store->view({4}); }), "INVALID_ARGUMENT");
}

TEST(EpochStore, RefusesWhatDoesNotFit) {
  const auto x = source(1000, 100, 1);
  const std::vector<ChannelInput> channel = {{{x}, {}}};
  Job job;
  LoadOptions options = options_at(100);
  options.max_bytes = 2 * 400 * 4;
  EXPECT_EQ(code_of([&] { load_epochs(channel, {0}, options, job); }), "MEMORY_BUDGET");
  // Of two epochs of one channel: the samples and what loading takes fit, the artifacts' tables do not.
  options.max_bytes = 2 * 400 * 4 + 1000 * 8 + 100;
  EXPECT_EQ(code_of([&] { load_epochs(channel, {0}, options, job); }), "none");
  options.artifacts = true;
  EXPECT_EQ(code_of([&] { load_epochs(channel, {0}, options, job); }), "MEMORY_BUDGET");
  options = options_at(100);
  options.length_s = 11;
  EXPECT_EQ(code_of([&] { load_epochs(channel, {0}, options, job); }), "TOO_SHORT");
  EXPECT_EQ(code_of([&] { load_epochs({}, {0}, options_at(100), job); }), "INVALID_ARGUMENT");
  EXPECT_EQ(code_of([&] { load_epochs(channel, {0, 5}, options_at(100), job); }), "INVALID_ARGUMENT");
  EXPECT_EQ(code_of([&] { load_epochs(channel, {0}, options_at(NAN), job); }), "INVALID_ARGUMENT");
  EXPECT_EQ(code_of([&] { load_epochs({{{source(20, 1, 1)}, {}}}, {0}, options_at(1), job); }), "RATE_TOO_LOW");
  job.cancel();
  EXPECT_EQ(code_of([&] { load_epochs(channel, {0}, options_at(100), job); }), "ABORTED");
}

TEST(EpochStore, RefusesSamplesThatAreNoNumbers) {
  std::vector<float> data(2 * 3 * 40, 1);
  for (float bad : {NAN, INFINITY}) {
    data[3 * 40 + 9] = bad;
    Job job;
    EXPECT_EQ(code_of([&] {
                epochs_from_array(data.data(), {2, 3, 40, 10, 1}, LoadOptions(), job);
              }),
              "INVALID_ARGUMENT");
  }
}

}  // namespace
}  // namespace brrr::quality
