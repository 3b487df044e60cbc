#include "signal/welch.h"

#include <algorithm>

#include "common/error.h"
#include "support.h"

namespace brrr::test {
namespace {

Spectra spectra_of(const std::vector<double>& x, double rate, double epoch_s, double segment_s, WindowShape shape,
                   SegmentAverage average) {
  Job job;
  return welch_spectra(ArraySource(x.data(), static_cast<int64_t>(x.size()), rate), epoch_s, segment_s, shape, average,
                       job);
}

// scipy.signal.welch(x, fs=rate, nperseg=segment), by direct sums.
std::vector<double> welch_slowly(const std::vector<double>& x, double rate, int segment, WindowShape shape,
                                 SegmentAverage average) {
  const int n = static_cast<int>(x.size()), hop = segment - segment / 2;
  const double pi = std::acos(-1.0);
  std::vector<double> window(segment);
  double power = 0;
  for (int i = 0; i < segment; i++) {
    window[i] = shape == WindowShape::kHann ? 0.5 - 0.5 * std::cos(2 * pi * i / segment)
                                            : 0.54 - 0.46 * std::cos(2 * pi * i / segment);
    power += window[i] * window[i];
  }
  std::vector<std::vector<double>> bins(segment / 2 + 1);
  for (int start = 0; start + segment <= n; start += hop) {
    std::vector<double> part(x.begin() + start, x.begin() + start + segment);
    double mean = 0;
    for (double value : part) mean += value / segment;
    for (int i = 0; i < segment; i++) part[i] = (part[i] - mean) * window[i];
    for (int k = 0; k <= segment / 2; k++)
      bins[k].push_back(static_cast<double>(std::norm(dft_bin(part, k, -1))) * (k == 0 || 2 * k == segment ? 1 : 2) /
                        (rate * power));
  }
  std::vector<double> out;
  for (auto& values : bins) {
    double sum = 0;
    for (double value : values) sum += value;
    const int count = static_cast<int>(values.size());
    std::sort(values.begin(), values.end());
    double bias = 1;
    for (int j = 2; j <= count - 1; j += 2) bias += 1.0 / (j + 1) - 1.0 / j;
    const double median = (values[count / 2] + values[(count - 1) / 2]) / 2;
    out.push_back(average == SegmentAverage::kMean ? sum / count : median / bias);
  }
  return out;
}

TEST(Welch, MatchesTheDefinition) {
  const double rate = 20;
  const auto x = noise(20 * 15 * 21 + 7, 5);
  for (double segment_s : {1.5, 2.35, 5.0, 15.0})
    for (WindowShape shape : {WindowShape::kHann, WindowShape::kHamming})
      for (SegmentAverage average : {SegmentAverage::kMean, SegmentAverage::kMedian}) {
        const Spectra spectra = spectra_of(x, rate, 15, segment_s, shape, average);
        ASSERT_EQ(spectra.epochs, 21);
        for (int e = 0; e < 21; e++) {
          const std::vector<double> epoch(x.begin() + e * 300, x.begin() + (e + 1) * 300);
          const auto expected = welch_slowly(epoch, rate, static_cast<int>(segment_s * rate), shape, average);
          ASSERT_EQ(static_cast<int>(expected.size()), spectra.bins);
          for (int k = 0; k < spectra.bins; k++)
            ASSERT_NEAR(expected[k], spectra.power[e * spectra.bins + k], 1e-14)
                << segment_s << " s, epoch " << e << ", bin " << k;
        }
      }
}

TEST(Welch, TakesSegmentsOfAnyLength) {
  for (int n = 2; n <= 200; n++) {
    const auto x = noise(3 * n, static_cast<unsigned>(n));
    const Spectra spectra = spectra_of(x, 1, n, n, WindowShape::kHann, SegmentAverage::kMean);
    const std::vector<double> last(x.begin() + 2 * n, x.end());
    const auto expected = welch_slowly(last, 1, n, WindowShape::kHann, SegmentAverage::kMean);
    for (int k = 0; k < spectra.bins; k++)
      ASSERT_NEAR(expected[k], spectra.power[2 * spectra.bins + k], 1e-13) << n << " samples, bin " << k;
  }
}

TEST(Welch, MatchesSciPy) {
  // scipy.signal.welch(x, 8, "hamming", 4, average="median") of these ten samples.
  const std::vector<double> x = {1, -2, 3, 0, 5, 4, -1, 2, 2, 7};
  const Spectra spectra = spectra_of(x, 8, 1.25, 0.5, WindowShape::kHamming, SegmentAverage::kMedian);
  EXPECT_DOUBLE_EQ(spectra.bin_hz, 2);
  const std::vector<double> expected = {0.12978736789129341, 1.5101912430800206, 1.1433064921992955};
  ASSERT_EQ(spectra.power.size(), expected.size());
  for (size_t k = 0; k < expected.size(); k++) EXPECT_NEAR(spectra.power[k], expected[k], 1e-14) << "bin " << k;
}

TEST(Welch, GivesTheSameBitsInEachTierAndOnAnyNumberOfThreads) {
  const auto x = noise(300 * 35);
  for (SegmentAverage average : {SegmentAverage::kMean, SegmentAverage::kMedian})
    expect_same_bits_everywhere([&] { return spectra_of(x, 10, 30, 5, WindowShape::kHann, average).power; });
}

TEST(Welch, IsEmptyBelowOneEpochAndRefusesSegmentsLongerThanAnEpoch) {
  EXPECT_TRUE(spectra_of(noise(299), 10, 30, 5, WindowShape::kHann, SegmentAverage::kMean).power.empty());
  EXPECT_THROW(spectra_of(noise(900), 10, 30, 31, WindowShape::kHann, SegmentAverage::kMean), Error);
  EXPECT_THROW(spectra_of(noise(900), 10, 30, 0.1, WindowShape::kHann, SegmentAverage::kMean), Error);
}

}  // namespace
}  // namespace brrr::test
