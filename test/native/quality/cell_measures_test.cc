#include "quality/cell_measures.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "../signal/support.h"
#include "quality/load_epochs.h"

namespace brrr::quality {
namespace {

struct Fixture {
  ArrayShape shape;
  std::vector<double> data;
};

/// Noise, a tone and a drift in channels of different amounts.
Fixture make(int epochs, int channels, int samples, double rate_hz) {
  Fixture f{{epochs, channels, samples, rate_hz, 1}, test::noise(int64_t{epochs} * channels * samples, 3)};
  for (int e = 0; e < epochs; e++)
    for (int c = 0; c < channels; c++)
      for (int t = 0; t < samples; t++)
        f.data[(static_cast<size_t>(e) * channels + c) * samples + t] +=
            3 + c * std::sin(6.283185307179586 * 50.25 * t / rate_hz) + 2 * e * std::sin(0.002 * t);
  return f;
}

std::shared_ptr<EpochStore> store_of(const Fixture& f) {
  Job job;
  return epochs_from_array(f.data.data(), f.shape, LoadOptions(), job);
}

struct Expected {
  double ptp, variance, calm, mains50, mains60, slow, mains50_hz;
};

double variance_of(const float* x, int n) {
  double mean = 0, variance = 0;
  for (int t = 0; t < n; t++) mean += static_cast<double>(x[t]) / n;
  for (int t = 0; t < n; t++) variance += (x[t] - mean) * (x[t] - mean) / n;
  return variance;
}

/// The definitions, by a discrete Fourier transform bin by bin.
Expected measure_slowly(const float* x, int n, double rate_hz) {
  Expected expected = {};
  double mean = 0, low = x[0], high = x[0];
  for (int t = 0; t < n; t++) {
    mean += static_cast<double>(x[t]) / n;
    low = std::min<double>(low, x[t]);
    high = std::max<double>(high, x[t]);
  }
  expected.ptp = high - low;
  expected.variance = variance_of(x, n);
  std::vector<double> seconds;
  const int pieces = std::max(1, static_cast<int>(std::lround(n / rate_hz)));
  for (int i = 0; i < pieces; i++)
    seconds.push_back(variance_of(x + i * n / pieces, (i + 1) * n / pieces - i * n / pieces));
  std::sort(seconds.begin(), seconds.end());
  expected.calm = seconds[(pieces - 1) / 2];
  std::vector<double> windowed(n);
  for (int t = 0; t < n; t++) {
    windowed[t] = (x[t] - mean) * (0.5 - 0.5 * std::cos(6.283185307179586 * t / n));
  }
  double total = 0, strongest = -1;
  for (int k = 0; 2 * k <= n; k++) {
    const double hz = k * rate_hz / n, power = static_cast<double>(std::norm(test::dft_bin(windowed, k, -1))) *
                                               (k == 0 || 2 * k == n ? 1 : 2);
    if (hz < 1 - 1e-9) continue;
    total += power;
    if (hz <= 12 + 1e-9) expected.slow += power;
    const auto near = [hz](double base) {
      const double harmonic = std::max(1.0, std::round(hz / base)) * base;
      return std::abs(hz - harmonic) <= 1 + 1e-9;
    };
    if (near(50)) expected.mains50 += power;
    if (near(60)) expected.mains60 += power;
    if (std::abs(hz - 50) <= 1 + 1e-9 && power > strongest) {
      strongest = power;
      expected.mains50_hz = hz;
    }
  }
  expected.mains50 /= total;
  expected.mains60 /= total;
  expected.slow /= total;
  return expected;
}

struct Size {
  int epochs, channels, samples;
  double rate_hz;
};

class CellMeasuresAgree : public testing::TestWithParam<Size> {};

TEST_P(CellMeasuresAgree, WithTheirDefinitions) {
  const auto [epochs, channels, samples, rate_hz] = GetParam();
  const auto store = store_of(make(epochs, channels, samples, rate_hz));
  Job job;
  const CellMeasures measures = measure_cells(*store, 0.5, job);
  for (int c = 0; c < channels; c++)
    for (int e = 0; e < epochs; e++) {
      SCOPED_TRACE("channel " + std::to_string(c) + " epoch " + std::to_string(e));
      const Expected expected = measure_slowly(store->cell(c, e), samples, rate_hz);
      const size_t i = static_cast<size_t>(c) * epochs + e;
      EXPECT_EQ(measures.ptp_uv[i], expected.ptp);
      EXPECT_NEAR(measures.variance_uv2[i], expected.variance, 1e-12 * expected.variance);
      EXPECT_NEAR(measures.calm_variance_uv2[i], expected.calm, 1e-12 * expected.calm);
      EXPECT_NEAR(measures.slow_share[i], expected.slow, 1e-6);
      EXPECT_NEAR(measures.mains50_share[i], expected.mains50, 1e-6);
      EXPECT_NEAR(measures.mains60_share[i], expected.mains60, 1e-6);
      EXPECT_NEAR(measures.mains50_hz[i], expected.mains50_hz, 1e-4);
    }
}

INSTANTIATE_TEST_SUITE_P(Sizes, CellMeasuresAgree,
                         testing::Values(Size{19, 2, 512, 128}, Size{3, 3, 500, 125}, Size{1, 1, 1000, 500},
                                         Size{5, 1, 400, 200}, Size{2, 2, 375, 250}));

TEST(CellMeasures, AreTheSameBitsInEachTierAndOnAnyThreads) {
  const auto store = store_of(make(21, 3, 500, 125));
  test::expect_same_bits_everywhere([&] {
    Job job;
    const CellMeasures m = measure_cells(*store, 0.5, job);
    std::vector<double> all(m.ptp_uv);
    all.insert(all.end(), m.variance_uv2.begin(), m.variance_uv2.end());
    all.insert(all.end(), m.calm_variance_uv2.begin(), m.calm_variance_uv2.end());
    for (const auto* column : {&m.flat_share, &m.mains50_share, &m.mains60_share, &m.mains50_hz, &m.slow_share})
      all.insert(all.end(), column->begin(), column->end());
    return all;
  });
}

TEST(CellMeasures, CountFlatSecondsBeforeOrAfterTheFilter) {
  Fixture f = make(1, 1, 512, 128);
  for (int t = 0; t < 256; t++) f.data[t] = 40 + (t % 2) * 0.4;
  Job job;
  const CellMeasures by_default = measure_cells(*store_of(f), 0.5, job);
  EXPECT_EQ(by_default.flat_share[0], 0.5f);
  LoadOptions strict;
  strict.flat_uv = 0.3;
  const CellMeasures stricter = measure_cells(*epochs_from_array(f.data.data(), f.shape, strict, job), 0.3, job);
  EXPECT_EQ(stricter.flat_share[0], 0.0f);
}

TEST(CellMeasures, AConstantCellHasNoPowerAndNoShares) {
  Fixture f = make(1, 1, 256, 128);
  std::fill(f.data.begin(), f.data.end(), 12.5);
  Job job;
  const CellMeasures measures = measure_cells(*store_of(f), 0.5, job);
  EXPECT_EQ(measures.ptp_uv[0], 0);
  EXPECT_EQ(measures.variance_uv2[0], 0);
  EXPECT_EQ(measures.flat_share[0], 1.0f);
  EXPECT_EQ(measures.mains50_share[0], 0.0f);
  EXPECT_EQ(measures.slow_share[0], 0.0f);
}

TEST(CellMeasures, ARateThatCannotShowMainsGivesNaN) {
  Job job;
  const CellMeasures at_100 = measure_cells(*store_of(make(1, 1, 400, 100)), 0.5, job);
  EXPECT_TRUE(std::isnan(at_100.mains50_share[0]) && std::isnan(at_100.mains60_share[0]));
  const CellMeasures at_110 = measure_cells(*store_of(make(1, 1, 440, 110)), 0.5, job);
  EXPECT_FALSE(std::isnan(at_110.mains50_share[0]));
  EXPECT_TRUE(std::isnan(at_110.mains60_share[0]));
}

TEST(CellMeasures, AnEpochOfAPrimeNumberOfSamplesIsMeasured) {
  const auto store = store_of(make(2, 1, 509, 127));
  Job job;
  const CellMeasures measures = measure_cells(*store, 0.5, job);
  EXPECT_GT(measures.slow_share[0], 0.0f);
  EXPECT_LT(measures.mains50_share[0], 1.0f);
}

}  // namespace
}  // namespace brrr::quality
