#include "synth/noise.h"

#include <gtest/gtest.h>

#include <cmath>

#include "synth/spectra.h"

namespace brrr::synth {
namespace {

constexpr int kRate = 128;
constexpr int kHop = 4 * kRate;

std::vector<double> make_noise(const Spectrum& spectrum, int hops) {
  const BinDeviations shape = bin_deviations(spectrum, 2 * kHop, kRate);
  SpectralNoise noise(kHop, Random(5));
  std::vector<double> x(static_cast<size_t>(hops) * kHop);
  for (int h = 0; h < hops; ++h) noise.next(shape, 1, x.data() + h * kHop);
  return x;
}

/// Mean one-sided density in a band, by the definition of the periodogram (direct sums over blocks of 4 s).
double band_density(const std::vector<double>& x, double low, double high) {
  const int n = 4 * kRate;
  double sum = 0;
  int terms = 0;
  for (size_t start = 0; start + n <= x.size(); start += n) {
    for (int k = static_cast<int>(low * n / kRate); k <= high * n / kRate; ++k) {
      double re = 0, im = 0;
      for (int i = 0; i < n; ++i) {
        const double window = 1 - std::cos(2 * M_PI * i / n), angle = 2 * M_PI * k * i / n;
        re += window * x[start + i] * std::cos(angle);
        im -= window * x[start + i] * std::sin(angle);
      }
      sum += 2 * (re * re + im * im) / (kRate * 1.5 * n);
      ++terms;
    }
  }
  return sum / terms;
}

double template_density(const Spectrum& spectrum, double low, double high) {
  double sum = 0;
  int terms = 0;
  for (double hz = low; hz <= high; hz += 0.25, ++terms) sum += spectrum(hz);
  return sum / terms;
}

TEST(SpectralNoise, HasTheSpectrumOfEachStage) {
  for (Stage stage : {kWake, kN1, kN2, kN3, kRem}) {
    const auto spectrum = [stage](double hz) { return sleep_eeg_spectrum(stage, hz); };
    const std::vector<double> x = make_noise(spectrum, 60);
    for (const auto& [low, high] : {std::pair{1.0, 4.0}, {4.0, 8.0}, {8.0, 12.0}, {12.0, 16.0}, {16.0, 30.0}}) {
      const double expected = template_density(spectrum, low, high);
      EXPECT_NEAR(band_density(x, low, high), expected, 0.12 * expected)
          << "stage " << int{stage} << ", " << low << " Hz";
    }
  }
}

TEST(SpectralNoise, HasOneVarianceFromTheFirstSampleOn) {
  const auto white = [](double) { return 2.0 / kRate; };
  const std::vector<double> x = make_noise(white, 400);
  for (int part = 0; part < 4; ++part) {
    double first = 0, middle = 0;
    int n = 0;
    for (size_t start = part * kHop / 4; start < x.size(); start += kHop) {
      for (int i = 0; i < kHop / 4; ++i, ++n) middle += x[start + i] * x[start + i];
    }
    for (int i = 0; i < kHop / 4; ++i) first += x[part * kHop / 4 + i] * x[part * kHop / 4 + i];
    EXPECT_NEAR(middle / n, 1, 0.03);
    EXPECT_NEAR(first / (kHop / 4), 1, 0.5);
  }
}

TEST(SpectralNoise, FollowsAChangeWithinABlock) {
  const BinDeviations white = bin_deviations([](double) { return 2.0 / kRate; }, 2 * kHop, kRate);
  SpectralNoise noise(kHop, Random(6));
  std::vector<double> x(kHop);
  for (int h = 0; h < 4; ++h) noise.next(white, h < 2 ? 1 : 0, x.data());
  for (double value : x) ASSERT_EQ(value, 0);
}

TEST(MuscleSpectrum, HasVarianceOne) {
  for (double rate : {64.0, 100.0, 256.0}) {
    double variance = 0;
    for (double hz = 0.05; hz < rate / 2; hz += 0.1) variance += 0.1 * muscle_spectrum(hz, rate);
    EXPECT_NEAR(variance, 1, 0.05);
  }
}

}  // namespace
}  // namespace brrr::synth
