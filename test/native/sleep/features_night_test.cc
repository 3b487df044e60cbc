// extract_features: from the samples of a channel to its table.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "common/parallel.h"
#include "features_reference.h"
#include "signal/fir.h"
#include "signal/resample.h"
#include "sleep/features.h"
#include "tiers.h"

namespace brrr::sleep {
namespace {

using reference::Signal;

Signal coloured_noise(size_t size, unsigned seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> noise(0, 10);
  Signal x(size);
  for (size_t i = 1; i < size; ++i) x[i] = 0.9 * x[i - 1] + noise(random);
  return x;
}

ArraySource source_of(const Signal& x, double rate) { return {x.data(), static_cast<int64_t>(x.size()), rate}; }

// Direct convolution of the signal continued by odd reflection.
Signal filtered(const Signal& x) {
  const Signal taps = design_bandpass(100, 0.4, 30);
  const int half = static_cast<int>(taps.size() / 2), n = static_cast<int>(x.size());
  const auto at = [&](int i) { return i < 0 ? 2 * x[0] - x[-i] : i >= n ? 2 * x[n - 1] - x[2 * (n - 1) - i] : x[i]; };
  Signal y(x.size());
  for (int i = 0; i < n; ++i)
    for (int k = -half; k <= half; ++k) y[i] += taps[half + k] * at(i - k);
  return y;
}

std::vector<double> extract(ChannelRole role, const std::vector<Stretch>& stretches, int rows) {
  Job job;
  std::vector<double> table(feature_names(role).size() * rows);
  extract_features(role, stretches, rows, table.data(), job);
  return table;
}

// Expects rows first_row... of the table to be the features of the epochs of y from `start` on.
void expect_features(const std::vector<double>& table, ChannelRole role, int rows, int first_row, const Signal& y,
                     int start, int epochs, double tolerance) {
  for (int e = 0; e < epochs; ++e) {
    const auto expected = reference::features(Signal(y.begin() + start + 3000 * e, y.begin() + start + 3000 * (e + 1)));
    for (size_t f = 0; f < feature_names(role).size(); ++f) {
      const std::string& name = feature_names(role)[f];
      // The first and the last sample of a filtered stretch are zero up to rounding: their sign is arbitrary.
      const double slack = name == "nzc" ? 1 : tolerance * std::abs(expected.at(name)) + 1e-12;
      EXPECT_NEAR(table[f * rows + first_row + e], expected.at(name), slack) << name << " of epoch " << e;
    }
  }
}

TEST(ExtractFeatures, FiltersTheWholeChannelAndDropsTheIncompleteTail) {
  const Signal x = coloured_noise(3 * 3000 + 1234, 1);
  const ArraySource source = source_of(x, 100);
  for (const ChannelRole role : {ChannelRole::kEeg, ChannelRole::kEog, ChannelRole::kEmg})
    expect_features(extract(role, {{&source, 0, 3, 0}}, 3), role, 3, 0, filtered(x), 0, 3, 1e-8);
}

TEST(ExtractFeatures, ResamplesOtherRatesFirst) {
  for (const double rate : {81.0, 128.0, 500.0}) {
    const Signal x = coloured_noise(static_cast<size_t>(rate * 65), 2);
    const ArraySource source = source_of(x, rate);
    Job job;
    const Signal y = filtered(resample_fft(source, 100, job));
    const auto table = extract(ChannelRole::kEeg, {{&source, 0, 2, 0}}, 2);
    expect_features(table, ChannelRole::kEeg, 2, 0, y, 0, 2, 1e-8);
  }
}

TEST(ExtractFeatures, GapsLeaveNaNRowsAndFiltersStopAtThem) {
  const Signal a = coloured_noise(2 * 3000 + 500, 3), b = coloured_noise(2 * 3000 + 2000, 4);
  const ArraySource first = source_of(a, 100), second = source_of(b, 100);
  const int rows = 6;
  const auto table = extract(ChannelRole::kEog, {{&first, 0, 2, 0}, {&second, 17.3349, 2, 3}}, rows);
  expect_features(table, ChannelRole::kEog, rows, 0, filtered(a), 0, 2, 1e-8);
  expect_features(table, ChannelRole::kEog, rows, 3, filtered(b), 1733, 2, 1e-8);
  for (size_t f = 0; f < feature_names(ChannelRole::kEog).size(); ++f)
    for (const int row : {2, 5}) EXPECT_TRUE(std::isnan(table[f * rows + row]));
}

// A feature of a flat epoch: what the formula gives for zeros, NaN where that is 0/0.
double flat_value(const std::string& name) {
  if (name == "petrosian") return 1;
  const bool is_zero = name == "std" || name == "iqr" || name == "abspow" || name == "nzc" || name == "perm";
  return is_zero ? 0 : std::nan("");
}

void expect_flat(const std::vector<double>& table, int rows, int row) {
  for (size_t f = 0; f < 21; ++f) {
    const std::string& name = feature_names(ChannelRole::kEeg)[f];
    const double got = table[f * rows + row], expected = flat_value(name);
    EXPECT_TRUE(got == expected || (std::isnan(got) && std::isnan(expected))) << name << " is " << got;
  }
}

TEST(ExtractFeatures, FlatEpochsAreNaNWhereAFormulaDividesByZero) {
  Signal x = coloured_noise(5 * 3000, 5);
  for (double& v : x) v += 2e5;  // as DC recorders give it
  std::fill(x.begin() + 3000, x.begin() + 12000, 2e5);
  const ArraySource source = source_of(x, 100);
  const auto table = extract(ChannelRole::kEeg, {{&source, 0, 5, 0}}, 5);
  expect_flat(table, 5, 2);
  for (size_t f = 0; f < 21; ++f)
    for (const int row : {0, 1, 3, 4}) EXPECT_TRUE(std::isfinite(table[f * 5 + row]));
}

TEST(ExtractFeatures, AFlatChannelIsFlatAtAnyRate) {
  for (const double rate : {100.0, 128.0, 256.0, 500.0, 512.0})
    for (const double level : {0.0, -17.3, 2e5}) {
      const Signal x(static_cast<size_t>(rate * 90), level);
      const ArraySource source = source_of(x, rate);
      const auto table = extract(ChannelRole::kEeg, {{&source, 0, 3, 0}}, 3);
      for (int row = 0; row < 3; ++row) expect_flat(table, 3, row);
    }
}

TEST(ExtractFeatures, AreFiniteOrNaNWhateverTheSamples) {
  for (const double odd : {std::nan(""), HUGE_VAL, 1e300, 1e-300}) {
    Signal x = coloured_noise(4 * 3000, 8);
    for (size_t i = 3700; i < 3800; ++i) x[i] = i % 3 ? odd : -odd;
    const ArraySource source = source_of(x, 100);
    for (const double value : extract(ChannelRole::kEeg, {{&source, 0, 4, 0}}, 4)) EXPECT_FALSE(std::isinf(value));
  }
}

TEST(ExtractFeatures, AreTheSameBitsInEveryTierAndWithAnyNumberOfThreads) {
  const Signal x = coloured_noise(21 * 3000, 6), y = coloured_noise(128 * 30 * 21, 7);
  const ArraySource eeg = source_of(x, 100), emg = source_of(y, 128);
  const auto both = [&] {
    Job job;
    std::vector<double> tables(21 * (21 + 11));
    extract_features({{ChannelRole::kEeg, {{&eeg, 0, 21, 0}}, tables.data()},
                      {ChannelRole::kEmg, {{&emg, 0, 21, 0}}, tables.data() + 21 * 21}},
                     21, job);
    return tables;
  };
  ForcedTier forced;
  forced.set(Tier::kBaseline);
  const std::vector<double> expected = both();
  const int workers = worker_count();
  for (const Tier tier : available_tiers())
    for (const int count : {1, 2, 5}) {
      forced.set(tier);
      set_worker_count(count);
      EXPECT_EQ(both(), expected) << tier_name(tier) << " with " << count << " workers";
    }
  set_worker_count(workers);
}

std::string code_of(double rate, const Stretch& stretch) {
  const Signal x(static_cast<size_t>(rate * 60));
  const ArraySource source = source_of(x, rate);
  Stretch with_source = stretch;
  with_source.source = &source;
  try {
    extract(ChannelRole::kEmg, {with_source}, 2);
  } catch (const Error& error) {
    return error.code();
  }
  return "";
}

TEST(ExtractFeatures, RefuseWhatTheyCannotStage) {
  EXPECT_EQ(code_of(80, {nullptr, 0, 2, 0}), "RATE_TOO_LOW");
  EXPECT_EQ(code_of(100, {nullptr, 0, 2, 0}), "");
  EXPECT_EQ(code_of(100, {nullptr, 0, 3, 0}), "INVALID_ARGUMENT");
  EXPECT_EQ(code_of(100, {nullptr, 1, 2, 0}), "INVALID_ARGUMENT");
  EXPECT_EQ(code_of(100, {nullptr, 0, 2, 1}), "INVALID_ARGUMENT");
  EXPECT_EQ(code_of(100, {nullptr, -1, 1, 0}), "INVALID_ARGUMENT");
}

TEST(ExtractFeatures, StopWhenCancelled) {
  const Signal x(6000);
  const ArraySource source = source_of(x, 100);
  Job job;
  job.cancel();
  std::vector<double> table(11 * 2);
  EXPECT_THROW(extract_features(ChannelRole::kEmg, {{&source, 0, 2, 0}}, 2, table.data(), job), Error);
}

}  // namespace
}  // namespace brrr::sleep
