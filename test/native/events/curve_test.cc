#include "events/curve.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "planted.h"

namespace brrr::events {
namespace {

/// numpy.interp(sample, place, value, left=0, right=0).
double interpolate(const Curve& c, double t) {
  if (t < c.place.front() || t > c.place.back()) return 0;
  for (size_t k = 0; k + 1 < c.place.size(); k++)
    if (t < c.place[k + 1])
      return c.value[k] + (c.value[k + 1] - c.value[k]) / (c.place[k + 1] - c.place[k]) * (t - c.place[k]);
  return c.value.back();
}

Curve wavy_curve(int points, double first, double step) {
  planted::Noise random(11);
  Curve c;
  for (int k = 0; k < points; k++) {
    c.place.push_back(first + step * k);
    c.value.push_back(std::abs(5 * random.next()) + 3);
  }
  return c;
}

TEST(CurveReader, InterpolatesAndIsZeroOutside) {
  const Curve c = wavy_curve(20, 7.5, 12.5);
  CurveReader reader(c, 0);
  for (int64_t i = 0; i < 300; i++) EXPECT_DOUBLE_EQ(reader.at(i), interpolate(c, i)) << i;
  CurveReader late(c, 111);
  EXPECT_DOUBLE_EQ(late.at(111), interpolate(c, 111));
  const Curve on_samples = wavy_curve(4, 0, 10);
  CurveReader exact(on_samples, 0);
  EXPECT_EQ(exact.at(0), on_samples.value[0]);
  EXPECT_EQ(exact.at(30), on_samples.value[3]);
  EXPECT_EQ(exact.at(31), 0);
}

/// Mean and trimmed deviation by sorting all samples.
CurveLevel slow_level(const Curve& c, const Intervals& where, double cut) {
  std::vector<double> all;
  for (const Interval& i : where)
    for (int64_t t = i.begin; t < i.end; t++) all.push_back(interpolate(c, t));
  double sum = 0;
  for (double v : all) sum += v;
  const double level = sum / all.size();
  std::sort(all.begin(), all.end());
  const size_t drop = static_cast<size_t>(cut * all.size());
  all = std::vector<double>(all.begin() + drop, all.end() - drop);
  double mean = 0, squares = 0;
  for (double v : all) mean += v / all.size();
  for (double v : all) squares += (v - mean) * (v - mean);
  return {level, std::sqrt(squares / (all.size() - 1))};
}

void expect_level(const Curve& c, const Intervals& where, double cut) {
  const CurveLevel got = level_of_curve(c, where, cut), want = slow_level(c, where, cut);
  EXPECT_NEAR(got.mean, want.mean, 1e-12 * std::abs(want.mean));
  EXPECT_NEAR(got.trimmed_deviation, want.trimmed_deviation, 1e-11 * want.trimmed_deviation + 1e-12 * want.mean);
}

TEST(CurveLevel, IsThatOfAllSamplesSorted) {
  const Curve c = wavy_curve(4000, 3.5, 25.6);
  for (double cut : {0.0, 0.05, 0.1, 0.45, 0.49}) {
    SCOPED_TRACE(cut);
    expect_level(c, {{0, 102500}}, cut);
    expect_level(c, {{50, 777}, {3000, 3001}, {50000, 90000}}, cut);
  }
}

TEST(CurveLevel, HandlesLongFlatStretchesAndTies) {
  Curve c = wavy_curve(3000, 0, 10);
  for (size_t k = 0; k < c.value.size(); k++) c.value[k] = k < 2900 ? 2.0 : k % 7;
  expect_level(c, {{0, 30100}}, 0.1);
  for (double& v : c.value) v = 2;
  expect_level(c, {{0, 60000}}, 0.1);  // half of it zero, past the last point
}

TEST(CurveLevel, HandlesLevelsThatDriftSoThatASampleMisleads) {
  Curve c = wavy_curve(5000, 0, 10);
  for (size_t k = 0; k < c.value.size(); k++) c.value[k] = k % 16 ? c.value[k] : 1000.0 + k;
  expect_level(c, {{0, 50000}}, 0.1);
}

TEST(CurveLevel, IsNotANumberForTooFewSamples) {
  const Curve c = wavy_curve(10, 0, 10);
  EXPECT_TRUE(std::isnan(level_of_curve(c, {}, 0.1).mean));
  EXPECT_TRUE(std::isnan(level_of_curve(c, {{4, 5}}, 0.1).trimmed_deviation));
}

}  // namespace
}  // namespace brrr::events
