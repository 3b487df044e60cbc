// Smoothing and robust scaling over a night.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "features_reference.h"
#include "sleep/features.h"

namespace brrr::sleep {
namespace {

const double kNaN = std::nan("");

std::vector<double> without_nan(const std::vector<double>& values) {
  std::vector<double> kept;
  std::copy_if(values.begin(), values.end(), std::back_inserter(kept), [](double v) { return !std::isnan(v); });
  return kept;
}

std::vector<double> rolling_mean(const std::vector<double>& x, int before, int after, double slope) {
  std::vector<double> mean;
  const int n = static_cast<int>(x.size());
  for (int i = 0; i < n; ++i) {
    double sum = 0, weights = 0;
    for (int k = std::max(0, i - before); k <= std::min(n - 1, i + after); ++k) {
      if (std::isnan(x[k])) continue;
      const double weight = 1 - slope * std::abs(k - i);
      sum += weight * x[k];
      weights += weight;
    }
    mean.push_back(weights > 0 ? sum / weights : kNaN);
  }
  return mean;
}

std::vector<double> robust_scale(const std::vector<double>& x) {
  const std::vector<double> kept = without_nan(x);
  double scale = reference::quantile(kept, 0.95) - reference::quantile(kept, 0.05);
  if (scale < 1e-15) scale = 1;
  std::vector<double> scaled;
  for (const double v : x) scaled.push_back((v - reference::median(kept)) / scale);
  return scaled;
}

// The EMG table with one feature, "std" (the last row), set.
std::vector<double> emg_table(const std::vector<double>& std_row) {
  std::vector<double> table(10 * std_row.size(), 1.0);
  table.insert(table.end(), std_row.begin(), std_row.end());
  return table;
}

std::vector<float> normalised(const std::vector<double>& std_row, const std::vector<std::string>& names) {
  const std::vector<double> table = emg_table(std_row);
  NightTables night;
  night.emg = table.data();
  night.rows = static_cast<int>(std_row.size());
  std::vector<float> out(names.size() * std_row.size());
  Job job;
  normalise(night, names, out.data(), job);
  return out;
}

void expect_same(const float* got, const std::vector<double>& expected) {
  for (size_t i = 0; i < expected.size(); ++i) {
    if (std::isnan(expected[i]))
      EXPECT_TRUE(std::isnan(got[i])) << i;
    else
      EXPECT_NEAR(got[i], expected[i], 1e-7 * std::max(1.0, std::abs(expected[i]))) << i;
  }
}

TEST(Normalise, SmoothsAndScalesNightsOfAnyLength) {
  std::mt19937_64 random(3);
  std::normal_distribution<double> noise(20, 5);
  for (const int rows : {1, 2, 3, 8, 41, 960}) {
    std::vector<double> x(rows);
    for (double& v : x) v = noise(random);
    const auto out = normalised(x, {"emg_std", "emg_std_c7min_norm", "emg_std_p2min_norm"});
    expect_same(out.data(), x);
    expect_same(out.data() + rows, robust_scale(rolling_mean(x, 7, 7, 1 / 8.0)));
    expect_same(out.data() + 2 * rows, robust_scale(rolling_mean(x, 3, 0, 0)));
  }
}

TEST(Normalise, SkipsEpochsWithoutAValue) {
  std::vector<double> x(60);
  for (int i = 0; i < 60; ++i) x[i] = i % 7 + 0.1 * i;
  for (int i = 20; i < 45; ++i) x[i] = kNaN;
  x[3] = kNaN;
  const auto out = normalised(x, {"emg_std", "emg_std_c7min_norm", "emg_std_p2min_norm"});
  expect_same(out.data(), x);
  expect_same(out.data() + 60, robust_scale(rolling_mean(x, 7, 7, 1 / 8.0)));
  expect_same(out.data() + 120, robust_scale(rolling_mean(x, 3, 0, 0)));
  EXPECT_TRUE(std::isnan(out[60 + 32]));
  EXPECT_FALSE(std::isnan(out[60 + 3]));
}

TEST(Normalise, ANightWithoutAnyValueStaysNaNAndAConstantOneIsZero) {
  for (const float v : normalised({kNaN, kNaN, kNaN}, {"emg_std_c7min_norm"})) EXPECT_TRUE(std::isnan(v));
  for (const float v : normalised({5, 5, 5}, {"emg_std_c7min_norm", "emg_std_p2min_norm"})) EXPECT_EQ(v, 0);
}

TEST(Normalise, WritesTimeAndDemographics) {
  const std::vector<double> x(241, 1.0);
  const auto time = normalised(x, {"time_hour", "time_norm"});
  EXPECT_EQ(time[120], 1.0f);
  EXPECT_EQ(time[1], static_cast<float>(30 / 3600.0));
  EXPECT_EQ(time[241], 0.0f);
  EXPECT_EQ(time[241 + 80], static_cast<float>(80 / 240.0));
  EXPECT_EQ(time[2 * 241 - 1], 1.0f);
  EXPECT_EQ(normalised({1}, {"time_norm"})[0], 0.0f);

  NightTables night;
  night.rows = 2;
  night.age = 43;
  night.male = 1;
  night.has_demographics = true;
  std::vector<float> out(4);
  Job job;
  normalise(night, {"age", "male"}, out.data(), job);
  EXPECT_EQ(out, (std::vector<float>{43, 43, 1, 1}));
}

TEST(Normalise, RefusesFeaturesItHasNoDataFor) {
  for (const char* name : {"eeg_std", "age", "male", "emg_theta", "emg_std_c7min", "ecg_std", "time"}) {
    try {
      normalised({1, 2}, {name});
      FAIL() << name;
    } catch (const Error& error) {
      EXPECT_STREQ(error.code(), "INVALID_ARGUMENT");
      EXPECT_NE(std::string(error.what()).find(name), std::string::npos);
    }
  }
}

TEST(Softmax5, GivesProbabilitiesForAnyScores) {
  const double raw[] = {0, 0, 0, 0, 0, 1, 2, 3, 4, 5, -1000, 1000, 0, 0, 0};
  double p[15];
  softmax5(raw, 3, p);
  for (int i = 0; i < 5; ++i) EXPECT_DOUBLE_EQ(p[i], 0.2);
  double sum = 0;
  for (int i = 1; i <= 5; ++i) sum += std::exp(i);
  for (int i = 0; i < 5; ++i) EXPECT_DOUBLE_EQ(p[5 + i], std::exp(i + 1) / sum);
  EXPECT_EQ(p[11], 1);
  EXPECT_EQ(p[10], 0);
}

}  // namespace
}  // namespace brrr::sleep
