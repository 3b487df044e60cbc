#include "signal/fir.h"

#include <algorithm>

#include "common/error.h"
#include "reference_data.h"
#include "signal/reflected.h"
#include "support.h"

namespace brrr::test {
namespace {

std::vector<double> filtered(const std::vector<double>& taps, const std::vector<double>& x) {
  std::vector<double> out(x.size());
  Job job;
  filter_zero_phase(taps, ArraySource(x.data(), static_cast<int64_t>(x.size()), 100), out.data(), job);
  return out;
}

// x continued as MNE's "reflect_limited" does.
double reflected(const std::vector<double>& x, int64_t k) {
  const int64_t n = static_cast<int64_t>(x.size());
  if (k >= 0 && k < n) return x[k];
  if (k < 0) return -k < n ? 2 * x[0] - x[-k] : 0;
  return 2 * (n - 1) - k >= 0 ? 2 * x[n - 1] - x[2 * (n - 1) - k] : 0;
}

double convolved(const std::vector<double>& taps, const std::vector<double>& x, int64_t at) {
  const int64_t half = static_cast<int64_t>(taps.size()) / 2;
  long double sum = 0;
  for (int64_t d = -half; d <= half; d++) sum += static_cast<long double>(taps[half + d]) * reflected(x, at - d);
  return static_cast<double>(sum);
}

std::vector<double> random_symmetric(int count, unsigned seed) {
  auto taps = noise(count, seed);
  for (int i = 0; i < count / 2; i++) taps[count - 1 - i] = taps[i];
  return taps;
}

TEST(Reflected, ReadsAnyRangeOfAContinuedSignal) {
  for (int64_t n : {0, 1, 2, 7}) {
    const auto x = noise(n);
    const ArraySource source(x.data(), n, 1);
    for (int64_t start = -20; start < 20; start++)
      for (int64_t count : {0, 1, 5, 25}) {
        std::vector<double> out(count + 1, 9);
        read_reflected(source, start, count, out.data());
        for (int64_t i = 0; i < count; i++)
          ASSERT_EQ(out[i], n ? reflected(x, start + i) : 0) << n << " samples, " << start << " + " << i;
        ASSERT_EQ(out[count], 9);
      }
  }
}

TEST(FilterZeroPhase, IsAConvolutionWithReflectedEnds) {
  for (int taps : {1, 3, 45, 331})
    for (int64_t n : {1, 2, 20, 331, 5000}) {
      const auto h = random_symmetric(taps, static_cast<unsigned>(taps));
      const auto x = noise(n), y = filtered(h, x);
      for (int64_t i = 0; i < n; i += 1 + n / 300)
        ASSERT_NEAR(y[i], convolved(h, x, i), 3e-13) << taps << " taps, " << n << " samples, " << i;
    }
}

TEST(FilterZeroPhase, MatchesMne) {
  // mne.filter.filter_data(x, 10, 2, 4, l_trans_bandwidth=1, h_trans_bandwidth=1) of MNE 1.13.2.
  const std::vector<double> x = {1, -2, 3, 0, 5, 4, -1, 2, 2, 7};
  const std::vector<double> expected = {
      0.10599389039141172, -3.2718347344975482, 1.0691662904169819,  -2.185768208292305, 2.668106889041169,
      2.4347877401133444,  -2.4109951207952505, 0.17289598965571654, -2.076674962955192, -0.11561766481601166};
  const auto y = filtered(design_bandpass(10, 2, 4, 1, 1), x);
  for (size_t i = 0; i < x.size(); i++) EXPECT_NEAR(y[i], expected[i], 1e-14) << i;
}

TEST(FilterZeroPhase, LeavesASlowWaveAndRemovesMains) {
  const double rate = 256, pi = std::acos(-1.0);
  std::vector<double> slow(20000), mains(20000);
  for (size_t i = 0; i < slow.size(); i++) {
    slow[i] = std::sin(2 * pi * 10 * i / rate);
    mains[i] = std::sin(2 * pi * 50 * i / rate);
  }
  const auto taps = design_bandpass(rate, 1, 30);
  const auto kept = filtered(taps, slow), removed = filtered(taps, mains);
  for (size_t i = 2000; i < 18000; i++) {
    ASSERT_NEAR(kept[i], slow[i], 0.003);
    ASSERT_NEAR(removed[i], 0, 0.003);
  }
}

TEST(FilterZeroPhase, GivesTheSameBitsInEachTierAndOnAnyNumberOfThreads) {
  const auto x = noise(200001);
  for (int taps : {45, 825}) {
    const auto h = random_symmetric(taps, 2);
    expect_same_bits_everywhere([&] { return filtered(h, x); });
  }
}

TEST(FilterZeroPhase, RefusesTapsWithoutSymmetryAndStopsWhenCancelled) {
  EXPECT_THROW(filtered({1, 2}, {1}), Error);
  EXPECT_THROW(filtered({1, 2, 3}, {1}), Error);
  EXPECT_THROW(filtered({}, {1}), Error);
  const auto x = noise(5000);
  std::vector<double> out(5000);
  Job job;
  job.cancel();
  EXPECT_THROW(filter_zero_phase({1}, ArraySource(x.data(), 5000, 1), out.data(), job), Error);
}

TEST(FilterStream, RunsSeveralFiltersOverBlocksOfAnySize) {
  const auto x = noise(7001);
  const ArraySource source(x.data(), 7001, 100);
  const std::vector<std::vector<double>> filters = {random_symmetric(5, 1), random_symmetric(41, 2), {2.0}};
  for (int block : {1, 2, 59, 60, 128, 3000, 0}) {
    const BlockFir fir(filters, block);
    std::vector<std::vector<double>> out(3, std::vector<double>(7001, -1));
    Job job;
    filter_stream(
        fir, source,
        [&](int64_t start, int64_t count, const double* const* outputs, int) {
          for (int f = 0; f < 3; f++) std::copy(outputs[f], outputs[f] + count, out[f].begin() + start);
        },
        job);
    for (int f = 0; f < 3; f++)
      for (int64_t i = 0; i < 7001; i += 13)
        ASSERT_NEAR(out[f][i], convolved(filters[f], x, i), 1e-13)
            << "block " << block << ", filter " << f << ", " << i;
  }
}

TEST(FirDesign, MatchesMne) {
  // mne.filter.create_filter(None, 100, l, h) of MNE 1.13.2: length, centre and first tap.
  const auto expect = [](const std::vector<double>& taps, size_t length, double centre, double first) {
    ASSERT_EQ(taps.size(), length);
    EXPECT_NEAR(taps[length / 2], centre, 1e-15);
    EXPECT_NEAR(taps[0], first, 1e-16);
    for (size_t i = 0; i < length; i++) ASSERT_EQ(taps[i], taps[length - 1 - i]);
  };
  expect(design_highpass(100, 2), 165, 0.979883908863041, 0.0002826216564157484);
  expect(design_lowpass(100, 30), 45, 0.674281687301658, 0.0005249304796014297);
  expect(design_bandpass(100, 1, 30), 331, 0.6642317396311791, 0.000138197712523645);
}

TEST(FirDesign, SaysWhatIsWrong) {
  const auto code = [](auto design) -> std::string {
    try {
      design();
    } catch (const Error& error) {
      return error.code();
    }
    return "";
  };
  EXPECT_EQ(code([] { design_bandpass(60, 1, 30); }), "RATE_TOO_LOW");
  EXPECT_EQ(code([] { design_bandpass(100, 12, 49.5, 1.5, 1.5); }), "RATE_TOO_LOW");
  EXPECT_EQ(code([] { design_highpass(100, 50); }), "RATE_TOO_LOW");
  EXPECT_EQ(code([] { design_bandpass(100, 30, 1); }), "INVALID_ARGUMENT");
  EXPECT_EQ(code([] { design_bandpass(100, 0, 30); }), "INVALID_ARGUMENT");
  EXPECT_EQ(code([] { design_bandpass(100, 1, 30, 2); }), "INVALID_ARGUMENT");
  EXPECT_EQ(code([] { design_lowpass(100, std::nan("")); }), "INVALID_ARGUMENT");
  EXPECT_EQ(code([] { design_lowpass(0, 10); }), "INVALID_ARGUMENT");
}

// Value of a key in one filter's part of fir_filters.json; "auto" is 0.
double json_number(const std::string& text, const std::string& key) {
  const size_t at = text.find("\"" + key + "\":") + key.size() + 3;
  const size_t value = text.find_first_not_of(" \n[", at);
  return text[value] == '"' ? kAutoWidth : std::stod(text.substr(value));
}

TEST(FirDesign, MatchesTheReferenceFilters) {
  const std::string json = read_reference("expected/fir_filters.json");
  if (json.empty()) GTEST_SKIP() << "no reference filters (BRRR_REFERENCE)";
  int filters = 0;
  for (size_t at = json.find("\"sfreq\""); at != std::string::npos; at = json.find("\"sfreq\"", at + 1)) {
    const std::string text = json.substr(at, json.find('}', at) - at);
    const auto taps =
        design_bandpass(json_number(text, "sfreq"), json_number(text, "l_freq"), json_number(text, "h_freq"),
                        json_number(text, "l_trans"), json_number(text, "h_trans"));
    SCOPED_TRACE(text.substr(0, 120));
    ASSERT_EQ(taps.size(), static_cast<size_t>(json_number(text, "length")));
    double squares = 0;
    for (double tap : taps) squares += tap * tap;
    EXPECT_NEAR(squares, json_number(text, "sumsq"), 1e-13);
    EXPECT_NEAR(taps[taps.size() / 2], json_number(text, "centre"), 1e-14);
    const size_t list = text.find("first_half_incl_centre");
    if (list != std::string::npos) {
      const char* p = text.c_str() + text.find('[', list) + 1;
      for (size_t i = 0; i <= taps.size() / 2; i++) {
        char* end;
        const double expected = std::strtod(p, &end);
        ASSERT_NEAR(taps[i], expected, 1e-15 + 1e-11 * std::abs(expected)) << "tap " << i;
        p = end + 1;
      }
    }
    filters++;
  }
  EXPECT_GT(filters, 20);
}

TEST(FilterZeroPhase, MatchesTheReferenceRecordings) {
  const auto recording = ReferenceRecording::load("d1_100hz");
  if (!recording) GTEST_SKIP() << "no reference recordings (BRRR_REFERENCE)";
  const ReferenceTable excerpt = ReferenceTable::load("d1_100hz/intermediate/bandpassed_excerpt.csv");
  ASSERT_EQ(excerpt.rows.size(), 4500u);
  const auto taps = design_bandpass(100, 0.4, 30);
  for (size_t column = 1; column < excerpt.names.size(); column++) {
    const auto y = filtered(taps, recording->channel(excerpt.names[column]));
    for (const auto& row : excerpt.rows)
      ASSERT_NEAR(y[static_cast<size_t>(row[0])], row[column], 1e-9 + 6e-10 * std::abs(row[column]))
          << excerpt.names[column] << " sample " << row[0];
  }
}

}  // namespace
}  // namespace brrr::test
