#include "quality/raw_cells.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "../signal/support.h"

namespace brrr::quality {
namespace {

constexpr int kSamples = 1024, kPieces = 4;
constexpr double kFlatUv = 0.5;

/// An alpha rhythm of 30 uV on noise, in steps of `step` uV.
std::vector<double> rhythm(double step) {
  std::vector<double> x = test::noise(kSamples, 5);
  for (int t = 0; t < kSamples; t++)
    x[t] = std::round((2 * x[t] + 30 * std::sin(6.283185307179586 * 10 * t / 256)) / step) * step;
  return x;
}

void clip(std::vector<double>& x, double low, double high) {
  for (double& v : x) v = std::min(high, std::max(low, v));
}

RawCell measure(const std::vector<double>& x, Rails rails = Rails()) {
  return measure_raw_cell(x.data(), static_cast<int>(x.size()), kPieces, kFlatUv, rails);
}

TEST(RawCells, ASoundCellIsNeitherFlatNorClippedHoweverCoarseItsSteps) {
  for (double step : {0.01, 0.1, 0.5, 1.0, 2.0}) {
    const RawCell cell = measure(rhythm(step));
    EXPECT_EQ(cell.flat_share, 0.0f) << step;
    EXPECT_LT(cell.clipped_share, 0.01f) << step;
  }
}

TEST(RawCells, EachFlatSecondCounts) {
  std::vector<double> x = rhythm(0.1);
  std::fill(x.begin() + 256, x.begin() + 512, -7);
  EXPECT_EQ(measure(x).flat_share, 0.25f);
  std::fill(x.begin(), x.end(), 3);
  EXPECT_EQ(measure(x).flat_share, 1.0f);
}

TEST(RawCells, SaturationAtAnUnknownRailIsCountedInRuns) {
  std::vector<double> x = rhythm(0.1);
  clip(x, -20, 100);
  int expected = 0;
  for (int t = 0; t < kSamples;) {
    int run = 0;
    while (t + run < kSamples && x[t + run] == -20) run++;
    if (run >= kClippedRun) expected += run;
    t += std::max(run, 1);
  }
  ASSERT_GT(expected, 100);
  EXPECT_EQ(measure(x).clipped_share, static_cast<float>(expected) / kSamples);
  clip(x, -100, 20);
  EXPECT_GT(measure(x).clipped_share, 1.5f * static_cast<float>(expected) / kSamples);
}

TEST(RawCells, ADeadStretchIsNotSaturation) {
  std::vector<double> x(kSamples, 0.0);
  for (int t = 0; t < 100; t++) x[t] = 50 * std::sin(0.0314 * t);
  EXPECT_EQ(measure(x).clipped_share, 0.0f);
}

TEST(RawCells, AtAKnownRailEverySampleCounts) {
  std::vector<double> x = rhythm(0.1);
  x[17] = 400;
  std::fill(x.begin() + 512, x.end(), 400);
  EXPECT_EQ(measure(x, {-400, 400}).clipped_share, 513.0f / kSamples);
  EXPECT_EQ(measure(x).clipped_share, 0.0f);
  std::fill(x.begin(), x.end(), -400);
  EXPECT_EQ(measure(x, {-400, 400}).clipped_share, 1.0f);
}

TEST(RawCells, AreTheSameInEachTier) {
  std::vector<double> x = rhythm(0.1);
  clip(x, -22, 23);
  for (int samples : {kSamples, 1001, 9})
    test::expect_same_bits_everywhere([&] {
      const RawCell cell = measure_raw_cell(x.data(), samples, samples < 10 ? 1 : kPieces, 20, Rails());
      return std::vector<double>{cell.flat_share, cell.clipped_share};
    });
}

}  // namespace
}  // namespace brrr::quality
