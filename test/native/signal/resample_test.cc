#include "signal/resample.h"

#include "common/error.h"
#include "reference_data.h"
#include "signal/long_fft.h"
#include "signal/reflected.h"
#include "support.h"

namespace brrr::test {
namespace {

std::vector<double> resample(const std::vector<double>& x, double rate, double new_rate) {
  Job job;
  return resample_fft(ArraySource(x.data(), static_cast<int64_t>(x.size()), rate), new_rate, job);
}

// The definition, with direct sums.
std::vector<double> resample_slowly(const std::vector<double>& x, double rate, double new_rate) {
  const int64_t n = static_cast<int64_t>(x.size());
  const double ratio = new_rate / rate;
  int64_t length = 1;
  while (length < n + 2 * std::min<int64_t>(n / 8, 100)) length *= 2;
  const int64_t left = (length - n) / 2;
  std::vector<double> padded(length, 0.0);
  for (int64_t i = 0; i < length; i++) {
    const int64_t k = i - left;
    if (k >= 0 && k < n) padded[i] = x[k];
    if (k < 0 && -k < n) padded[i] = 2 * x[0] - x[-k];
    if (k >= n && 2 * (n - 1) - k >= 0) padded[i] = 2 * x[n - 1] - x[2 * (n - 1) - k];
  }
  const auto round_even = [](double value) { return static_cast<int64_t>(std::nearbyint(value)); };
  const int64_t new_length = std::max<int64_t>(round_even(ratio * length), 1), used = std::min(length, new_length);
  std::vector<LongComplex> spectrum(new_length / 2 + 1);
  for (int64_t k = 0; k <= used / 2; k++) {
    spectrum[k] = dft_bin(padded, k, -1);
    if (used % 2 == 0 && k == used / 2) spectrum[k] *= new_length < length ? 2.0L : 0.5L;
  }
  std::vector<LongComplex> whole(new_length);
  for (int64_t k = 0; k < new_length; k++) {
    whole[k] = k <= new_length / 2 ? spectrum[k] : std::conj(spectrum[new_length - k]);
    if (2 * k == new_length) whole[k] = whole[k].real();
  }
  std::vector<double> out(std::max<int64_t>(round_even(ratio * n), 1));
  const int64_t skip = round_even(ratio * left);
  for (size_t i = 0; i < out.size(); i++)
    out[i] = static_cast<double>(
        (dft_bin(whole, skip + static_cast<int64_t>(i), 1) / static_cast<long double>(length)).real());
  return out;
}

TEST(Resample, MatchesTheDefinition) {
  struct Case {
    int64_t n;
    double rate, new_rate;
  };
  for (const Case& c : std::initializer_list<Case>{{1, 256, 100},
                                                   {2, 256, 100},
                                                   {3, 200, 100},
                                                   {50, 100, 256},
                                                   {600, 256, 100},
                                                   {600, 200, 100},
                                                   {600, 128, 100},
                                                   {600, 500, 100},
                                                   {777, 250, 100},
                                                   {700, 512, 100},
                                                   {900, 1000, 100},
                                                   {300, 100, 200},
                                                   {300, 100, 128},
                                                   {300, 100, 250},
                                                   {333, 99.7, 100},
                                                   {500, 160, 100},
                                                   {1000, 256, 128}}) {
    const auto x = noise(c.n, 3);
    const auto expected = resample_slowly(x, c.rate, c.new_rate), found = resample(x, c.rate, c.new_rate);
    ASSERT_EQ(expected.size(), found.size());
    for (size_t i = 0; i < expected.size(); i++)
      ASSERT_NEAR(expected[i], found[i], 1e-13) << c.n << " samples, " << c.rate << " to " << c.new_rate << ", " << i;
  }
}

TEST(Resample, MatchesMne) {
  // mne.filter.resample(x, up, down, npad="auto") of MNE 1.13.2.
  const std::vector<double> x = {1, -2, 3, 0, 5, 4, -1, 2, 2, 7};
  const std::vector<double> to_100 = {0.789205039215447, 0.9025149149629368, 3.595492394050727, 0.7065911516936408};
  const std::vector<double> to_51 = {-0.35412488045113594, 5.95415516537048};
  const std::vector<double> up = {0.1882602871167395,   -1.9553370478405905, -2.280403541780348,   -0.4811511120381794,
                                  1.9765490128015581,   3.027849717374887,   1.993890601394449,    0.32119959337595416,
                                  0.17779182231453275,  2.2801143694467463,  5.156768033171977,    6.52719116477168,
                                  5.331784072366339,    2.487749106910661,   -0.08388548533828451, -1.0052906881491772,
                                  -0.23195244374284027, 1.2482489319581471,  2.2824955640213247,   2.3672196908123224,
                                  2.0181750101308547,   2.439213893776101,   4.525212646547842,    7.880573666554914,
                                  10.881452779913602,   12.044257562203692};
  const auto expect_near = [](const std::vector<double>& expected, const std::vector<double>& found) {
    ASSERT_EQ(expected.size(), found.size());
    for (size_t i = 0; i < expected.size(); i++) EXPECT_NEAR(expected[i], found[i], 1e-14) << i;
  };
  expect_near(to_100, resample(x, 256, 100));
  expect_near(to_51, resample(x, 500, 100));
  expect_near(up, resample(x, 100, 256));
}

TEST(Resample, MatchesTheDefinitionOnALongSignal) {
  // One sample by a direct sum over the spectrum, at rates that cut it inside the grid and at others.
  const int64_t n = 70000, length = 131072, left = (length - n) / 2;
  const auto x = noise(n);
  std::vector<double> padded(length);
  read_reflected(ArraySource(x.data(), n, 1), -left, length, padded.data());
  std::vector<Complex> spectrum(length / 2 + 1);
  rfft(padded.data(), length, spectrum.data());
  for (double rate : {256.0, 200.0, 500.0, 250.0, 50.0, 64.0}) {
    const auto found = resample(x, rate, 100);
    const int64_t new_length = static_cast<int64_t>(std::nearbyint(length * 100 / rate));
    const int64_t skip = static_cast<int64_t>(std::nearbyint(left * 100 / rate)), used = std::min(length, new_length);
    for (size_t i = 0; i < found.size(); i += found.size() / 7) {
      long double sum = 0;
      for (int64_t k = 0; k <= used / 2; k++) {
        const auto term =
            LongComplex(spectrum[k]) * long_root((skip + static_cast<int64_t>(i)) * k % new_length, new_length);
        sum += term.real() * (k == 0 || (2 * k == used && new_length > length) ? 1 : 2);
      }
      if (used % 2 == 0 && new_length < length) {
        // Both halves of the middle bin are real parts there.
        const LongComplex middle = spectrum[used / 2];
        const auto root = long_root((skip + static_cast<int64_t>(i)) * (used / 2) % new_length, new_length);
        sum += 2 * (middle.real() * root.real() - (middle * root).real());
      }
      EXPECT_NEAR(found[i], static_cast<double>(sum / length), 1e-13) << rate << " Hz, sample " << i;
    }
  }
}

TEST(Resample, ReusesOneObjectForSignalsOfAnyLength) {
  Resampler resampler(256, 100);
  for (int64_t n : {5000, 70000, 5000, 300}) {
    const auto x = noise(n);
    Job job;
    const SampleSource& y = resampler.resample(ArraySource(x.data(), n, 256), job);
    EXPECT_EQ(y.rate(), 100);
    EXPECT_EQ(y.size(), resampler.output_size(n));
    std::vector<double> found(y.size());
    y.read(0, 1, found.data());
    y.read(1, y.size() - 1, found.data() + 1);
    EXPECT_EQ(found, resample(x, 256, 100));
  }
}

TEST(Resample, CopiesAtEqualRates) {
  const auto x = noise(333);
  EXPECT_EQ(resample(x, 100, 100), x);
}

TEST(Resample, GivesTheSameBitsInEachTierAndOnAnyNumberOfThreads) {
  const auto x = noise(40000);
  for (double rate : {256.0, 200.0, 128.0, 500.0, 99.5, 50.0})
    expect_same_bits_everywhere([&] { return resample(x, rate, 100); });
}

TEST(Resample, RefusesNonsense) {
  EXPECT_THROW(Resampler(0, 100), Error);
  EXPECT_THROW(Resampler(256, std::nan("")), Error);
  EXPECT_THROW(resample({}, 256, 100), Error);
}

TEST(Resample, MatchesTheReferenceRecordings) {
  for (const char* name : {"d2_200hz", "d3_256hz"}) {
    const auto recording = ReferenceRecording::load(name);
    if (!recording) GTEST_SKIP() << "no reference recordings (BRRR_REFERENCE)";
    const ReferenceTable excerpt = ReferenceTable::load(std::string(name) + "/intermediate/resampled100_excerpt.csv");
    for (size_t column = 1; column < excerpt.names.size(); column++) {
      const auto y = resample(recording->channel(excerpt.names[column]), recording->rate, 100);
      for (const auto& row : excerpt.rows)
        ASSERT_NEAR(y[static_cast<size_t>(row[0])], row[column], 1e-9 + 6e-10 * std::abs(row[column]))
            << name << " " << excerpt.names[column] << " sample " << row[0];
    }
  }
}

}  // namespace
}  // namespace brrr::test
