// What the artifact detectors are made of: the pass over the samples, backgrounds, merging, and the view of a store.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "quality/artifact_background.h"
#include "quality/artifact_detectors.h"
#include "quality/continuous_view.h"
#include "synth/random.h"

namespace brrr::quality {
namespace {

constexpr auto no_use = [](const ArtifactGrid&, int, const float*) {};

struct Noise {
  Noise(int channels, std::vector<int64_t> stretches, double rate) {
    synth::Random random(3);
    view.rate_hz = rate;
    view.channels = channels;
    view.recorded_rate_hz.assign(static_cast<size_t>(channels), rate);
    for (int64_t samples : stretches) {
      view.stretches.push_back({0, samples});
      for (int c = 0; c < channels; c++) {
        rows.emplace_back(static_cast<size_t>(samples));
        for (float& x : rows.back()) x = static_cast<float>(random.normal(0, 20));
      }
    }
    for (const auto& row : rows) view.samples.push_back(row.data());
  }
  std::vector<std::vector<float>> rows;
  ContinuousView view;
};

TEST(ArtifactGrid, MeansAndJumpsAreThoseOfItsSteps) {
  const Noise noise(11, {1000, 5, 333}, 256);
  Job job;
  const ArtifactGrid grid = make_artifact_grid(noise.view, fast_band(256, {}), no_use, job);
  EXPECT_EQ(grid.hop, 8);
  EXPECT_EQ(grid.first, (std::vector<int64_t>{0, 125, 125, 166}));
  const int span = jump_span(256);
  EXPECT_EQ(span, 2);
  for (int s : {0, 2})
    for (int c = 0; c < 11; c++)
      for (int64_t g = grid.first[static_cast<size_t>(s)]; g < grid.end(s); g++) {
        const int64_t begin = (g - grid.first[static_cast<size_t>(s)]) * grid.hop;
        const float* x = noise.view.at(s, c);
        double sum = 0, jump = 0;
        for (int64_t t = begin; t < begin + grid.hop; t++) {
          sum += x[t];
          jump = std::max(jump, std::abs(double{x[t]} - x[std::max<int64_t>(0, t - span)]));
        }
        EXPECT_FLOAT_EQ(grid.row(grid.mean, c)[g], static_cast<float>(sum / grid.hop));
        EXPECT_FLOAT_EQ(grid.row(grid.jump, c)[g], static_cast<float>(jump));
      }
}

/// Mean square of a sine after the filter, over that before it.
double gain_at(double hz, double rate) {
  const auto samples = static_cast<int64_t>(4 * rate);
  std::vector<float> row;
  for (int64_t t = 0; t < samples; t++)
    row.push_back(static_cast<float>(10 * std::sin(6.283185307179586 * hz * static_cast<double>(t) / rate)));
  ContinuousView view;
  view.rate_hz = rate;
  view.channels = 1;
  view.recorded_rate_hz = {rate};
  view.stretches = {{0, samples}};
  view.samples = {row.data()};
  Job job;
  double sum = 0;
  const ArtifactGrid grid = make_artifact_grid(
      view, fast_band(rate, {}),
      [&](const ArtifactGrid& steps, int, const float* fast) {
        for (int64_t g = steps.steps / 2; g < steps.steps; g++) sum += fast[g];
      },
      job);
  return sum / static_cast<double>(grid.steps - grid.steps / 2) / 50;
}

TEST(ArtifactGrid, ItsFastBandHoldsMuscleAndNoMains) {
  for (double rate : {256.0, 500.0, 1000.0}) {
    EXPECT_LT(gain_at(10, rate), 1e-4);
    EXPECT_LT(gain_at(20, rate), 3e-3);
    EXPECT_LT(gain_at(50, rate), 1e-3);
    EXPECT_LT(gain_at(60, rate), 1e-3);
    EXPECT_GT(gain_at(75, rate), 0.5);
  }
  EXPECT_LT(gain_at(300, 1000), 0.02);
  EXPECT_GT(gain_at(44, 128), 0.2);
  EXPECT_TRUE(fast_band(99, {}).empty());
  EXPECT_FALSE(holds_band(100, fast_band(256, {})));
  EXPECT_TRUE(holds_band(128, fast_band(256, {})));
}

TEST(ArtifactGrid, EachChannelsFastActivityIsHandedOutOnce) {
  const Noise noise(11, {1000, 333}, 256);
  Job job;
  std::vector<std::vector<float>> fast(11);
  make_artifact_grid(
      noise.view, fast_band(256, {}),
      [&](const ArtifactGrid& grid, int channel, const float* of) {
        auto& row = fast[static_cast<size_t>(channel)];
        EXPECT_TRUE(row.empty());
        row.assign(of, of + grid.steps);
      },
      job);
  // Each alone gives what it gives among the others.
  for (size_t c : {0, 7, 8, 10}) {
    ContinuousView alone = noise.view;
    alone.channels = 1;
    alone.samples = {noise.view.at(0, static_cast<int>(c)), noise.view.at(1, static_cast<int>(c))};
    make_artifact_grid(
        alone, fast_band(256, {}),
        [&](const ArtifactGrid& grid, int, const float* of) {
          EXPECT_EQ(std::vector<float>(of, of + grid.steps), fast[c]);
        },
        job);
  }
}

TEST(ArtifactGrid, SmoothingStaysWithinItsStretch) {
  const Noise noise(1, {800, 80}, 256);
  Job job;
  const ArtifactGrid grid = make_artifact_grid(noise.view, fast_band(256, {}), no_use, job);
  const float* x = grid.row(grid.mean, 0);
  const std::vector<float> means = smooth(x, grid, 3);
  for (int s = 0; s < 2; s++)
    for (int64_t g = grid.first[static_cast<size_t>(s)]; g < grid.end(s); g++)
      EXPECT_NEAR(means[static_cast<size_t>(g)], mean_around(x, grid, s, g, 3), 1e-4);
  EXPECT_EQ(means[100], static_cast<float>((double{x[100]} + x[101] + x[102] + x[103]) / 4));
}

TEST(Background, IsAQuantileOfTheNearestWindow) {
  std::vector<float> x;
  for (int i = 0; i < 1000; i++) x.push_back(i < 500 ? -1.0f : 5.0f);
  const Background median(x.data(), 1000, 200, 0.5);
  EXPECT_EQ(median.at(0), 1);
  EXPECT_EQ(median.at(440), 1);
  EXPECT_EQ(median.at(560), 5);
  EXPECT_EQ(median.at(999), 5);
  const Background low(x.data(), 1000, 5000, 0.25), high(x.data(), 1000, 5000, 0.75);
  EXPECT_EQ(low.at(999), 1);
  EXPECT_EQ(high.at(0), 5);
}

TEST(MergeNeighbours, JoinsWhatLiesCloserThanTheWindow) {
  const Detections merged = merge_neighbours({{1, 0, 10, {0}, 2, 2},
                                              {0, 100, 200, {3}, 5, 50},
                                              {0, 0, 100, {1}, 4, 80},
                                              {0, 219, 230, {1}, 9, 20},
                                              {0, 250, 260, {2}, 1, 1}},
                                             20);
  ASSERT_EQ(merged.size(), 3u);
  EXPECT_EQ(merged[0].begin, 0);
  EXPECT_EQ(merged[0].end, 230);
  EXPECT_EQ(merged[0].channels, (std::vector<int>{1, 3}));
  EXPECT_EQ(merged[0].ratio, 9);
  EXPECT_EQ(merged[0].size_uv, 80);
  EXPECT_EQ(merged[1].begin, 250);
  EXPECT_EQ(merged[2].stretch, 1);
}

TEST(ContinuousView, JoinsEpochsThatFollowEachOther) {
  EpochStore store({100, 2, 200, {0, 2, 4, 10, 12.0001}}, 3);
  const ContinuousView view = continuous_view(store, {2, 0});
  ASSERT_EQ(view.stretches.size(), 2u);
  EXPECT_EQ(view.stretches[0].samples, 600);
  EXPECT_EQ(view.stretches[1].start_s, 10);
  EXPECT_EQ(view.stretches[1].samples, 400);
  EXPECT_EQ(view.at(0, 0), store.cell(2, 0));
  EXPECT_EQ(view.at(1, 1), store.cell(0, 3));
  EXPECT_THROW(continuous_view(store, {3}), Error);
}

}  // namespace
}  // namespace brrr::quality
