#include "signal/long_fft.h"

#include "common/error.h"
#include "support.h"

namespace brrr::test {
namespace {

std::vector<Complex> spectrum_of(const std::vector<double>& x) {
  std::vector<Complex> out(x.size() / 2 + 1);
  rfft(x.data(), static_cast<int64_t>(x.size()), out.data());
  return out;
}

// Largest difference to the direct sum at the given bins, relative to the spectrum's typical size sqrt(n).
double spectrum_error(const std::vector<double>& x, const std::vector<Complex>& spectrum, int64_t step) {
  double worst = 0;
  for (int64_t k = 0; k < static_cast<int64_t>(spectrum.size()); k += step)
    worst = std::max(worst, static_cast<double>(std::abs(dft_bin(x, k, -1) - LongComplex(spectrum[k]))));
  return worst / std::sqrt(static_cast<double>(x.size()));
}

double round_trip_error(const std::vector<double>& x, const std::vector<Complex>& spectrum) {
  std::vector<double> back(x.size());
  irfft(spectrum.data(), static_cast<int64_t>(x.size()), back.data());
  double worst = 0;
  for (size_t i = 0; i < x.size(); i++) worst = std::max(worst, std::abs(back[i] - x[i]));
  return worst;
}

TEST(LongFft, MatchesDirectSumsForEveryLengthTo200) {
  for (int64_t n = 1; n <= 200; n++) {
    const auto x = noise(n, static_cast<unsigned>(n));
    const auto spectrum = spectrum_of(x);
    EXPECT_LT(spectrum_error(x, spectrum, 1), 3e-15) << n << " points";
    EXPECT_LT(round_trip_error(x, spectrum), 1e-14) << n << " points";
  }
}

TEST(LongFft, MatchesDirectSumsForLongAndAwkwardLengths) {
  for (int64_t n : {4096, 65536, 100000, 3 * 3 * 3 * 5 * 5 * 7 * 11, 99991, 2 * 49999, 31 * 37 * 41, 1 << 18}) {
    const auto x = noise(n, 7);
    const auto spectrum = spectrum_of(x);
    EXPECT_LT(spectrum_error(x, spectrum, n / 23), 5e-15) << n << " points";
    EXPECT_LT(round_trip_error(x, spectrum), 2e-14) << n << " points";
  }
}

TEST(LongFft, HoldsItsAccuracyAtNightLengths) {
  for (int64_t n : {1 << 23, 3355443}) {
    // A cosine at a known bin: everything else is rounding.
    const int64_t bin = n / 3 + 1;
    std::vector<double> x(n);
    for (int64_t j = 0; j < n; j++) x[j] = std::cos(2 * std::acos(-1.0) * static_cast<double>(j * bin % n) / n);
    const auto spectrum = spectrum_of(x);
    for (int64_t k : std::initializer_list<int64_t>{0, 1, bin - 1, bin, bin + 1, n / 2})
      EXPECT_NEAR(std::abs(spectrum[k]), k == bin ? n / 2.0 : 0, 1e-8) << n << " points, bin " << k;
    EXPECT_LT(round_trip_error(x, spectrum), 1e-14) << n << " points";
  }
}

TEST(LongFft, WritesOnlyTheBinsAskedFor) {
  const auto x = noise(1000);
  const auto all = spectrum_of(x);
  std::vector<Complex> some(101, Complex(-1, -1));
  Job job;
  rfft(ArraySource(x.data(), 1000, 1), some.data(), 100, job);
  for (int k = 0; k < 100; k++) EXPECT_EQ(some[k], all[k]);
  EXPECT_EQ(some[100], Complex(-1, -1));
}

TEST(LongFft, InverseIgnoresTheImaginaryPartsOfTheEndBins) {
  for (int64_t n : {8, 74}) {
    auto spectrum = spectrum_of(noise(n));
    std::vector<double> expected(n), found(n);
    irfft(spectrum.data(), n, expected.data());
    spectrum[0] += Complex(0, 5);
    spectrum[n / 2] += Complex(0, 5);
    irfft(spectrum.data(), n, found.data());
    EXPECT_EQ(expected, found);
  }
}

TEST(LongFft, GivesTheSameBitsInEachTierAndOnAnyNumberOfThreads) {
  for (int64_t n : {1, 6, 97, 16384, 99991, 3 * 5 * 7 * 8 * 13}) {
    const auto x = noise(n);
    expect_same_bits_everywhere([&] {
      auto spectrum = spectrum_of(x);
      std::vector<double> back(n);
      irfft(spectrum.data(), n, back.data());
      for (const Complex& bin : spectrum) back.insert(back.end(), {bin.real(), bin.imag()});
      return back;
    });
  }
}

TEST(LongFft, StopsWhenCancelled) {
  const auto x = noise(4096);
  std::vector<Complex> out(2049);
  Job job;
  job.cancel();
  EXPECT_THROW(rfft(ArraySource(x.data(), 4096, 1), out.data(), 2049, job), Error);
}

}  // namespace
}  // namespace brrr::test
