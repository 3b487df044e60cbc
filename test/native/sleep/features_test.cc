// Features of single epochs against the plain formulas, in every tier.
#include "sleep/features.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>

#include "common/aligned_buffer.h"
#include "common/tier.h"
#include "features_reference.h"
#include "sleep/epoch.h"
#include "tiers.h"

namespace brrr::sleep {
namespace {

using Features = std::vector<std::vector<double>>;  // (feature, epoch)

// Lays epochs out as the active tier wants them and returns their features; unused places repeat the last epoch.
Features measure(const std::vector<reference::Signal>& epochs) {
  const int size = BRRR_DISPATCH(epoch::group_size)();
  AlignedBuffer<double> block(static_cast<size_t>(kEpochSamples) * size), scratch(BRRR_DISPATCH(epoch::scratch_size)());
  Features features(kFeatureCount);
  for (size_t first = 0; first < epochs.size(); first += size) {
    for (int e = 0; e < size; ++e) {
      const reference::Signal& x = epochs[std::min(first + e, epochs.size() - 1)];
      for (int t = 0; t < kEpochSamples; ++t) block[static_cast<size_t>(t) * size + e % 2 * size / 2 + e / 2] = x[t];
    }
    std::vector<double> out(static_cast<size_t>(kFeatureCount) * size);
    BRRR_DISPATCH(epoch::group_features)(block.data(), spectrum_tables(), scratch.data(), out.data());
    for (int f = 0; f < kFeatureCount; ++f)
      for (size_t e = 0; e < std::min<size_t>(size, epochs.size() - first); ++e)
        features[f].push_back(out[static_cast<size_t>(f) * size + e]);
  }
  return features;
}

reference::Signal make_epoch(const std::function<double(int)>& value) {
  reference::Signal x(kEpochSamples);
  for (int t = 0; t < kEpochSamples; ++t) x[t] = value(t);
  return x;
}

// White and coloured noise, rhythms, ties, spikes and steps: 19 epochs, so that no tier's groups come out even.
std::vector<reference::Signal> epochs_of_all_kinds() {
  std::mt19937_64 random(7);
  std::normal_distribution<double> noise;
  std::vector<reference::Signal> epochs;
  for (int i = 0; i < 4; ++i) epochs.push_back(make_epoch([&](int) { return std::pow(10, i - 1) * noise(random); }));
  for (int i = 0; i < 6; ++i) {
    double state = 0;
    epochs.push_back(make_epoch([&](int) { return state = 0.8 * state + 5 * noise(random); }));
  }
  for (int i = 0; i < 5; ++i)
    epochs.push_back(make_epoch([&](int t) { return 40 * std::sin(0.11 * (i + 1) * t) + 3 * noise(random) - i; }));
  epochs.push_back(make_epoch([&](int) { return std::round(2 * noise(random)); }));
  epochs.push_back(make_epoch([&](int t) { return t % 997 == 5 ? 5000 : noise(random); }));
  epochs.push_back(make_epoch([&](int t) { return (t < 1500 ? -30 : 30) + 0.01 * noise(random); }));
  epochs.push_back(make_epoch([&](int t) { return t * 0.02 - 30; }));
  return epochs;
}

TEST(Features, AgreeWithThePlainFormulas) {
  const std::vector<reference::Signal> epochs = epochs_of_all_kinds();
  const Features features = measure(epochs);
  const std::vector<std::string>& names = feature_names(ChannelRole::kEeg);
  for (size_t e = 0; e < epochs.size(); ++e) {
    const auto expected = reference::features(epochs[e]);
    for (int f = 0; f < kFeatureCount; ++f) {
      // The ramp, last, has constant differences: its complexity is rounding over rounding.
      if (e + 1 == epochs.size() && f == kHcomp) continue;
      const double want = expected.at(names[f]);
      EXPECT_NEAR(features[f][e], want, 1e-9 * std::abs(want) + 1e-12) << names[f] << " of epoch " << e;
    }
  }
}

TEST(Features, AreTheSameBitsInEveryTier) {
  const std::vector<reference::Signal> epochs = epochs_of_all_kinds();
  ForcedTier forced;
  forced.set(Tier::kBaseline);
  const Features expected = measure(epochs);
  for (const Tier tier : available_tiers()) {
    forced.set(tier);
    EXPECT_EQ(measure(epochs), expected) << tier_name(tier);
  }
}

TEST(Features, InterquartileRangeIsExactWhateverTheDistribution) {
  std::mt19937_64 random(11);
  std::cauchy_distribution<double> wild;
  std::uniform_int_distribution<int> few(0, 3);
  std::lognormal_distribution<double> lopsided(0, 3);
  std::vector<reference::Signal> epochs;
  for (int i = 0; i < 8; ++i) {
    epochs.push_back(make_epoch([&](int) { return wild(random); }));
    epochs.push_back(make_epoch([&](int) { return few(random); }));
    epochs.push_back(make_epoch([&](int) { return lopsided(random); }));
    epochs.push_back(make_epoch([&](int t) { return t < 750 + i - 4 ? -1 : t < 2250 + i - 4 ? 0 : 1; }));
  }
  const Features features = measure(epochs);
  for (size_t e = 0; e < epochs.size(); ++e) {
    const double expected = reference::quantile(epochs[e], 0.75) - reference::quantile(epochs[e], 0.25);
    EXPECT_DOUBLE_EQ(features[kIqr][e], expected) << "epoch " << e;
  }
}

TEST(Features, NamesAreThoseOfTheRole) {
  EXPECT_EQ(feature_names(ChannelRole::kEeg).size(), 21u);
  EXPECT_EQ(feature_names(ChannelRole::kEog).size(), 17u);
  EXPECT_EQ(feature_names(ChannelRole::kEmg),
            (std::vector<std::string>{"abspow", "hcomp", "higuchi", "hmob", "iqr", "kurt", "nzc", "perm", "petrosian",
                                      "skew", "std"}));
  EXPECT_TRUE(std::is_sorted(feature_names(ChannelRole::kEeg).begin(), feature_names(ChannelRole::kEeg).end()));
}

}  // namespace
}  // namespace brrr::sleep
