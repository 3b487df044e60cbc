#include "quality/alike_pairs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "../signal/support.h"
#include "quality/load_epochs.h"

namespace brrr::quality {
namespace {

constexpr int kEpochs = 7, kSamples = 500;

std::vector<double> independent(int channels) { return test::noise(int64_t{kEpochs} * channels * kSamples, 11); }

double& at(std::vector<double>& data, int channels, int epoch, int channel, int t) {
  return data[(static_cast<size_t>(epoch) * channels + channel) * kSamples + t];
}

std::shared_ptr<EpochStore> store_of(const std::vector<double>& data, int channels, double rate_hz = 125) {
  Job job;
  return epochs_from_array(data.data(), {kEpochs, channels, kSamples, rate_hz, 10}, LoadOptions(), job);
}

AlikePairs find(const std::vector<double>& data, int channels, double distance = 0.02) {
  Job job;
  return find_alike_pairs(*store_of(data, channels), distance, job);
}

/// Makes `to` follow `from` but for `noise` of its own, in epochs from first_epoch on.
void bridge(std::vector<double>& data, int channels, int from, int to, double noise, int first_epoch = 0) {
  const auto own = test::noise(int64_t{kEpochs} * kSamples, 12);
  for (int e = first_epoch; e < kEpochs; e++)
    for (int t = 0; t < kSamples; t++)
      at(data, channels, e, to, t) =
          at(data, channels, e, from, t) + noise * own[static_cast<size_t>(e) * kSamples + t];
}

TEST(AlikePairs, AreFoundInTheEpochsWhereTheyAreAlike) {
  auto data = independent(9);
  bridge(data, 9, 2, 5, 0.1, 3);
  const AlikePairs pairs = find(data, 9);
  ASSERT_EQ(pairs.first, std::vector<int>{2});
  ASSERT_EQ(pairs.second, std::vector<int>{5});
  EXPECT_EQ(pairs.alike, (std::vector<uint8_t>{0, 0, 0, 1, 1, 1, 1}));
  EXPECT_NEAR(pairs.difference_uv[0], 1.0, 0.1);  // 0.1 x 10 uV
}

TEST(AlikePairs, AreThoseWhoseDifferenceHasLittleVariance) {
  auto data = independent(8);
  for (double noise : {0.1, 0.15, 0.25, 0.5}) {
    bridge(data, 8, 0, 7, noise);
    // A typical pair of independent channels differs by twice the variance of one.
    EXPECT_EQ(find(data, 8).first.size(), noise * noise < 0.02 * 2 * 0.9 ? 1u : 0u) << noise;
  }
}

TEST(AlikePairs, WhatLiesAboveTheEegDoesNotTellThemApart) {
  auto data = independent(8);
  bridge(data, 8, 3, 4, 0.05);
  for (int e = 0; e < kEpochs; e++)
    for (int t = 0; t < kSamples; t++) at(data, 8, e, 4, t) += t % 2 ? 1 : -1;
  Job job;
  EXPECT_TRUE(find_alike_pairs(*store_of(data, 8, 125), 0.02, job).first.empty());
  EXPECT_EQ(find_alike_pairs(*store_of(data, 8, 256), 0.02, job).first, std::vector<int>{3});
}

TEST(AlikePairs, ACommonReferenceMakesNobodyAlike) {
  auto data = independent(8);
  const auto common = test::noise(int64_t{kEpochs} * kSamples, 13);
  for (int e = 0; e < kEpochs; e++)
    for (int c = 0; c < 8; c++)
      for (int t = 0; t < kSamples; t++) at(data, 8, e, c, t) += 50 * common[static_cast<size_t>(e) * kSamples + t];
  EXPECT_TRUE(find(data, 8).first.empty());
}

TEST(AlikePairs, DeadChannelsAreNotLookedAt) {
  auto data = independent(6);
  bridge(data, 6, 0, 1, 0.05);
  for (int c : {1, 4})
    for (int t = 0; t < kSamples; t++) at(data, 6, 0, c, t) = 0.001 * at(data, 6, 0, c, t);
  const AlikePairs pairs = find(data, 6);
  ASSERT_EQ(pairs.first, std::vector<int>{0});
  EXPECT_EQ(pairs.alike, (std::vector<uint8_t>{255, 1, 1, 1, 1, 1, 1}));
}

TEST(AlikePairs, TwoOrThreeChannelsAreComparedWithTheirOwnVariance) {
  for (int channels : {2, 3}) {
    auto data = independent(channels);
    EXPECT_TRUE(find(data, channels).first.empty());
    bridge(data, channels, 0, 1, 0.1);
    EXPECT_EQ(find(data, channels).first, std::vector<int>{0});
  }
  EXPECT_TRUE(find(independent(1), 1).first.empty());
}

TEST(AlikePairs, AreTheSameInEachTierAndOnAnyThreads) {
  auto data = independent(12);
  bridge(data, 12, 1, 2, 0.18);  // near the limit
  bridge(data, 12, 8, 11, 0.05);
  test::expect_same_bits_everywhere([&] {
    const AlikePairs pairs = find(data, 12);
    std::vector<double> all(pairs.difference_uv);
    all.insert(all.end(), pairs.alike.begin(), pairs.alike.end());
    return all;
  });
}

}  // namespace
}  // namespace brrr::quality
