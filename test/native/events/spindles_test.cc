#include "events/spindles.h"

#include <gtest/gtest.h>

#include <cmath>

#include "planted.h"
#include "same_everywhere.h"

namespace brrr::events {
namespace {

struct Night {
  std::vector<double> x;
  double rate;
  ArraySource source() const { return ArraySource(x.data(), static_cast<int64_t>(x.size()), rate); }
};

/// Noise with a slow rhythm, and spindles of 13 Hz, 1 s long, centred at 20.5, 50.5, 80.5, ... s.
Night night(double rate = 100, double seconds = 300) {
  Night n{planted::noise(static_cast<int64_t>(seconds * rate), 10, 42), rate};
  for (size_t i = 0; i < n.x.size(); i++) n.x[i] += 30 * std::sin(2 * planted::kPi * 1.3 * i / rate);
  for (double start = 20; start + 2 < seconds; start += 30) planted::add_burst(n.x, rate, start, 1, 13, 45);
  return n;
}

EventTable detect(const Night& n, const SpindleOptions& options = {}, const Hypnogram* hypnogram = nullptr) {
  Job job;
  return detect_spindles(n.source(), hypnogram, options, job);
}

TEST(Spindles, AreFoundWhereTheyWerePlanted) {
  for (double rate : {100.0, 128.0, 199.0, 256.0, 500.0}) {
    SCOPED_TRACE(rate);
    const EventTable t = detect(night(rate));
    ASSERT_EQ(t.rows(), 10u);
    EXPECT_EQ(t.columns.size(), 12u);
    for (size_t i = 0; i < 10; i++) {
      const auto value = [&](const char* name) { return (*t.find(name))[i]; };
      EXPECT_GT(value("Start"), 19.9 + 30 * i);
      EXPECT_LT(value("End"), 21.1 + 30 * i);
      EXPECT_NEAR(value("Peak"), 20.5 + 30 * i, 0.15);
      EXPECT_DOUBLE_EQ(value("Duration"), value("End") - value("Start"));
      EXPECT_NEAR(value("Frequency"), 13, 0.3);
      EXPECT_NEAR(value("AmpFiltered"), 90, 25);
      EXPECT_GT(value("RelPower"), 0.2);
      EXPECT_NEAR(value("Oscillations"), 13 * value("Duration"), 2.5);
      EXPECT_NEAR(value("Symmetry"), 0.5, 0.3);
      for (const auto& column : t.columns) EXPECT_TRUE(std::isfinite(column.values[i])) << column.name;
    }
  }
}

TEST(Spindles, AreSearchedInTheStagesAskedForOnly) {
  Hypnogram h;
  for (int e = 0; e < 10; e++) h.stages.push_back(e < 5 ? kN2 : kWake);
  const EventTable t = detect(night(), {}, &h);
  ASSERT_EQ(t.rows(), 5u);
  ASSERT_EQ(t.columns.back().name, "Stage");
  for (double stage : t.columns.back().values) EXPECT_EQ(stage, kN2);
  SpindleOptions wake;
  wake.include = {kWake};
  EXPECT_EQ(detect(night(), wake, &h).rows(), 5u);
  wake.include = {kRem};
  const EventTable nothing = detect(night(), wake, &h);
  EXPECT_EQ(nothing.rows(), 0u);
  EXPECT_EQ(nothing.skipped, "");
}

TEST(Spindles, FollowTheOffsetOfTheHypnogram) {
  Hypnogram h{{kN2, kN3}, 30, -60};  // the hypnogram starts a minute after the signal
  const EventTable t = detect(night(), {}, &h);
  ASSERT_EQ(t.rows(), 2u);
  EXPECT_EQ((*t.find("Stage"))[0], kN2);
  EXPECT_EQ((*t.find("Stage"))[1], kN3);
  EXPECT_NEAR((*t.find("Peak"))[0], 80.5, 0.2);
}

TEST(Spindles, NeedOneThresholdAndTakeEachForAbsent) {
  SpindleOptions o;
  o.rel_pow = o.corr = o.rms = std::nullopt;
  EXPECT_THROW(detect(night(), o), Error);
  for (int absent = 0; absent < 3; absent++) {
    SCOPED_TRACE(absent);
    SpindleOptions two;
    (absent == 0 ? two.rel_pow : absent == 1 ? two.corr : two.rms) = std::nullopt;
    EXPECT_GE(detect(night(), two).rows(), 8u);
  }
  SpindleOptions one;
  one.corr = one.rms = std::nullopt;
  EXPECT_GE(detect(night(), one).rows(), 8u);
}

TEST(Spindles, AreTheSameWhereALongStretchIsSearchedInParts) {
  // With the relative power alone all of the channel is one stretch: longer than one part, and than one with an
  // infinite duration allowed, which is never cut.
  const Night n = night(100, 3000);
  SpindleOptions o, whole;
  o.corr = o.rms = whole.corr = whole.rms = std::nullopt;
  o.rel_pow = whole.rel_pow = 0.05;
  whole.max_duration = INFINITY;
  const EventTable parts = detect(n, o), all = detect(n, whole);
  ASSERT_GT(parts.rows(), 50u);
  size_t same = 0;
  for (size_t i = 0; i < all.rows(); i++) {
    if ((*all.find("Duration"))[i] >= o.max_duration) continue;
    ASSERT_LT(same, parts.rows());
    for (size_t c = 0; c < all.columns.size(); c++)
      EXPECT_NEAR(parts.columns[c].values[same], all.columns[c].values[i], 1e-9) << all.columns[c].name;
    same++;
  }
  EXPECT_EQ(same, parts.rows());
}

TEST(Spindles, ObeyDurationBandAndDistance) {
  SpindleOptions o;
  o.min_duration = 1.5;
  o.max_duration = 3;
  EXPECT_EQ(detect(night(), o).rows(), 0u);
  SpindleOptions slow;
  slow.freq_sp = {9, 11};
  EXPECT_EQ(detect(night(), slow).rows(), 0u);

  Night twins{planted::noise(6000, 5, 1), 100};
  planted::add_burst(twins.x, 100, 20, 0.9, 13, 40);
  planted::add_burst(twins.x, 100, 21.6, 0.9, 13, 40);
  SpindleOptions apart;
  apart.min_distance = 0;
  apart.max_duration = 3;
  EXPECT_EQ(detect(twins, apart).rows(), 2u);
  apart.min_distance = 1500;
  const EventTable joined = detect(twins, apart);
  ASSERT_EQ(joined.rows(), 1u);
  EXPECT_GT((*joined.find("Duration"))[0], 1.5);
}

TEST(Spindles, AreTheSameInEveryTierAndForAnyNumberOfThreads) {
  const Night n = night(100, 1200);
  expect_same_everywhere([&] { return detect(n); });
}

TEST(Spindles, SkipChannelsThatHoldNoSignal) {
  EXPECT_EQ(detect({std::vector<double>(5000, 1.0), 100}).skipped.substr(0, 11), "flat signal");
  EXPECT_EQ(detect({{}, 100}).skipped, "too short: 0 s of signal, expected 2 s at least");
  EXPECT_EQ(detect({planted::noise(199, 30, 1), 100}).skipped.substr(0, 9), "too short");
  Night broken = night();
  broken.x[1000] = INFINITY;
  EXPECT_EQ(detect(broken).skipped, "the signal holds values that are not finite");
}

TEST(Spindles, DoNotMindSignalsShorterThanTheFilter) {
  for (int64_t n : {200, 201, 250, 331, 500, 1000}) {
    const EventTable t = detect({planted::noise(n, 30, 5), 100});
    EXPECT_EQ(t.skipped, "") << n;
    for (const auto& column : t.columns)
      for (double v : column.values) EXPECT_TRUE(std::isfinite(v)) << column.name;
  }
}

TEST(Spindles, RefuseRatesBelowTheBandsAndOptionsWithoutSense) {
  const Night slow{planted::noise(5000, 30, 5), 50};
  EXPECT_THROW(detect(slow), Error);
  SpindleOptions o;
  o.min_duration = 2;
  o.max_duration = 1;
  EXPECT_THROW(detect(night(), o), Error);
  o = {};
  o.min_distance = NAN;
  EXPECT_THROW(detect(night(), o), Error);
}

TEST(Spindles, StopWhenTheJobIsCancelled) {
  Job job;
  job.cancel();
  const Night n = night();
  EXPECT_THROW(detect_spindles(n.source(), nullptr, {}, job), Error);
}

}  // namespace
}  // namespace brrr::events
