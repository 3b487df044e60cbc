#include "events/slow_waves.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "events/slow_wave_peaks.h"
#include "planted.h"
#include "same_everywhere.h"
#include "signal/fir.h"
#include "signal/hilbert.h"

namespace brrr::events {
namespace {

struct Night {
  std::vector<double> x;
  double rate;
  ArraySource source() const { return ArraySource(x.data(), static_cast<int64_t>(x.size()), rate); }
};

/// Quiet noise, slow waves of 1.2 s from 20, 35, 50, ... s on, each with a spindle on its way up.
Night night(double rate = 100, double seconds = 200) {
  Night n{planted::noise(static_cast<int64_t>(seconds * rate), 3, 8), rate};
  for (double start = 20; start + 10 < seconds; start += 15) {
    planted::add_slow_wave(n.x, rate, start, 1.2, 80);
    planted::add_burst(n.x, rate, start + 0.4, 0.8, 14, 20);
  }
  return n;
}

EventTable detect(const Night& n, const SlowWaveOptions& options = {}, const Hypnogram* hypnogram = nullptr) {
  Job job;
  return detect_slow_waves(n.source(), hypnogram, options, job);
}

TEST(SlowWaves, AreFoundWhereTheyWerePlanted) {
  for (double rate : {100.0, 173.61, 256.0, 500.0}) {
    SCOPED_TRACE(rate);
    const EventTable t = detect(night(rate));
    ASSERT_EQ(t.rows(), 12u);
    EXPECT_EQ(t.columns.size(), 11u);
    for (size_t i = 0; i < t.rows(); i++) {
      const auto value = [&](const char* name) { return (*t.find(name))[i]; };
      EXPECT_NEAR(value("NegPeak"), 20.3 + 15 * i, 0.1);
      EXPECT_NEAR(value("MidCrossing"), 20.6 + 15 * i, 0.1);
      EXPECT_NEAR(value("PosPeak"), 20.9 + 15 * i, 0.1);
      EXPECT_LT(value("Start"), value("NegPeak"));
      EXPECT_GT(value("End"), value("PosPeak"));
      EXPECT_NEAR(value("Duration"), value("End") - value("Start"), 6e-5);
      EXPECT_NEAR(value("PTP"), value("ValPosPeak") - value("ValNegPeak"), 1e-12);
      EXPECT_DOUBLE_EQ(value("Frequency"), 1 / value("Duration"));
      EXPECT_NEAR(value("Slope"), -value("ValNegPeak") / (value("MidCrossing") - value("NegPeak")), 1e-9);
    }
  }
}

TEST(SlowWaves, ObeyAmplitudesAndTakeAnAbsentLimitForNone) {
  SlowWaveOptions o;
  o.amp_ptp = {200, 350};
  EXPECT_EQ(detect(night(), o).rows(), 0u);
  o = {};
  o.amp_neg = {90, {}};
  EXPECT_EQ(detect(night(), o).rows(), 0u);
  o.amp_neg = {{}, {}};
  o.amp_pos = {{}, {}};
  EXPECT_EQ(detect(night(), o).rows(), 12u);
  o = {};
  o.max_dur_neg = 0.4;
  EXPECT_EQ(detect(night(), o).rows(), 0u);
}

TEST(SlowWaves, AreSearchedInTheStagesAskedForOnly) {
  Hypnogram h{{kWake, kN2, kN3, kN3, kRem, kN2, kN2}, 30, 0};
  const EventTable t = detect(night(), {}, &h);
  ASSERT_EQ(t.columns.back().name, "Stage");
  EXPECT_EQ(t.columns.back().values, (std::vector<double>{kN2, kN2, kN3, kN3, kN3, kN3, kN2, kN2, kN2}));
}

/// Coupling of one wave from whole-channel filters and transforms.
std::vector<double> slow_coupling(const Night& n, double negative_peak_s) {
  Job job;
  const int64_t size = static_cast<int64_t>(n.x.size());
  std::vector<double> y(size), sigma(size), hy(size), hs(size);
  filter_zero_phase(design_bandpass(n.rate, 0.3, 1.5, 0.2, 0.2), n.source(), y.data(), job);
  filter_zero_phase(design_bandpass(n.rate, 12, 16, 1.5, 1.5), n.source(), sigma.data(), job);
  hilbert_transform(y.data(), size, hy.data(), job);
  hilbert_transform(sigma.data(), size, hs.data(), job);
  const int64_t around = static_cast<int64_t>(n.rate), count = 2 * around + 1;
  const int64_t first = std::llround(negative_peak_s * n.rate) - around;
  double mean = 0, squares = 0, re = 0, im = 0;
  int64_t best = first;
  const auto amplitude = [&](int64_t i) { return std::hypot(sigma[i], hs[i]); };
  for (int64_t i = first; i < first + count; i++) {
    mean += amplitude(i) / count;
    if (amplitude(i) > amplitude(best)) best = i;
  }
  for (int64_t i = first; i < first + count; i++) squares += std::pow(amplitude(i) - mean, 2);
  for (int64_t i = first; i < first + count; i++) {
    const double z = (amplitude(i) - mean) / std::sqrt(squares / (count - 1)), phase = std::atan2(hy[i], y[i]);
    re += z * std::cos(phase);
    im += z * std::sin(phase);
  }
  const double erfinv95 = 1.3859038243496777;
  const double pac = re * re + im * im <= 2 * count * erfinv95 * erfinv95 ? 0 : std::hypot(re, im) / count;
  return {best / n.rate, std::atan2(hy[best], y[best]), pac};
}

TEST(SlowWaves, MeasureCouplingAsTheWholeChannelWouldGiveIt) {
  for (double rate : {100.0, 128.0}) {
    SlowWaveOptions o;
    o.coupling = CouplingOptions();
    const Night n = night(rate);
    const EventTable t = detect(n, o);
    ASSERT_EQ(t.rows(), 12u);
    for (size_t i = 0; i < t.rows(); i++) {
      const std::vector<double> expected = slow_coupling(n, (*t.find("NegPeak"))[i]);
      EXPECT_EQ((*t.find("SigmaPeak"))[i], expected[0]);
      EXPECT_NEAR((*t.find("PhaseAtSigmaPeak"))[i], expected[1], 1e-9);
      EXPECT_NEAR((*t.find("ndPAC"))[i], expected[2], 1e-9);
    }
    EXPECT_GT(*std::max_element(t.find("ndPAC")->begin(), t.find("ndPAC")->end()), 0.2);
    o.coupling->p = std::nullopt;
    const EventTable all = detect(n, o);
    for (double pac : *all.find("ndPAC")) EXPECT_GT(pac, 0);
  }
}

TEST(SlowWaves, HaveNoCouplingWhereTheWindowLeavesTheSignal) {
  Night n{planted::noise(4000, 3, 8), 100};
  planted::add_slow_wave(n.x, 100, 0.3, 1.2, 80);
  planted::add_slow_wave(n.x, 100, 20, 1.2, 80);
  planted::add_slow_wave(n.x, 100, 38.7, 1.2, 80);
  SlowWaveOptions o;
  o.coupling = CouplingOptions();
  o.coupling->time = 2;
  const EventTable t = detect(n, o);
  ASSERT_GE(t.rows(), 2u);
  for (size_t i = 0; i < t.rows(); i++) {
    const double peak = (*t.find("NegPeak"))[i];
    EXPECT_EQ(std::isnan((*t.find("ndPAC"))[i]), peak < 2 || peak > 38) << peak;
  }
}

TEST(SlowWaves, AreTheSameInEveryTierAndForAnyNumberOfThreads) {
  const Night n = night(100, 1200);
  SlowWaveOptions o;
  o.coupling = CouplingOptions();
  expect_same_everywhere([&] { return detect(n, o); });
}

TEST(SlowWaves, SkipChannelsThatHoldNoSignal) {
  EXPECT_EQ(detect({std::vector<double>(5000), 100}).skipped.substr(0, 11), "flat signal");
  EXPECT_EQ(detect({{}, 100}).skipped.substr(0, 9), "too short");
}

TEST(SlowWaves, DoNotMindSignalsShorterThanTheFilter) {
  SlowWaveOptions o;
  o.coupling = CouplingOptions();
  for (int64_t n : {200, 333, 1000, 1651, 1652}) {
    Night short_night{planted::noise(n, 3, 8), 100};
    planted::add_slow_wave(short_night.x, 100, 0.4, 1.2, 80);
    EXPECT_EQ(detect(short_night, o).skipped, "") << n;
  }
}

TEST(SlowWaves, RefuseOptionsWithoutSense) {
  SlowWaveOptions o;
  o.min_dur_neg = 2;
  EXPECT_THROW(detect(night(), o), Error);
  o = {};
  o.coupling = CouplingOptions();
  o.coupling->time = 0;
  EXPECT_THROW(detect(night(), o), Error);
  o.coupling = CouplingOptions();
  o.coupling->p = 1.5;
  EXPECT_THROW(detect(night(), o), Error);
  o.coupling = CouplingOptions();
  o.coupling->freq_sp = {60, 80};
  EXPECT_THROW(detect(night(), o), Error);
}

using Extremum = SlowWavePeaks::Extremum;

TEST(BuildSlowWaves, DropsAllWavesThatShareAStartOrAnEnd) {
  // Two negative peaks in one trough pair with the same positive peak.
  SlowWavePeaks peaks;
  peaks.negative = {Extremum{130, -60, -59}, Extremum{150, -70, -69}};
  peaks.positive = {Extremum{200, 50, 49}};
  peaks.crossings = {100, 170, 230};
  EXPECT_TRUE(build_slow_waves(peaks, {{0, 1000}}, 100, {}).empty());
  peaks.negative.pop_back();
  EXPECT_EQ(build_slow_waves(peaks, {{0, 1000}}, 100, {}).size(), 1u);
}

TEST(BuildSlowWaves, DoesNotMindPeaksWithoutPartnersOrCrossings) {
  SlowWavePeaks peaks;
  EXPECT_TRUE(build_slow_waves(peaks, {{0, 1000}}, 100, {}).empty());
  peaks.negative = {Extremum{130, -60, -59}};
  EXPECT_TRUE(build_slow_waves(peaks, {{0, 1000}}, 100, {}).empty());
  peaks.positive = {Extremum{100, 50, 49}, Extremum{200, 50, 49}};
  EXPECT_TRUE(build_slow_waves(peaks, {{0, 1000}}, 100, {}).empty());
  EXPECT_TRUE(build_slow_waves(peaks, {}, 100, {}).empty());
}

}  // namespace
}  // namespace brrr::events
