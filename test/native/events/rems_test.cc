#include "events/rems.h"

#include <gtest/gtest.h>

#include <cmath>

#include "planted.h"
#include "same_everywhere.h"

namespace brrr::events {
namespace {

struct Eyes {
  std::vector<double> loc, roc;
  double rate;
  ArraySource left() const { return ArraySource(loc.data(), static_cast<int64_t>(loc.size()), rate); }
  ArraySource right() const { return ArraySource(roc.data(), static_cast<int64_t>(roc.size()), rate); }
};

Eyes noise_only(double rate, double seconds) {
  const int64_t n = static_cast<int64_t>(seconds * rate);
  return {planted::noise(n, 4, 1), planted::noise(n, 4, 2), rate};
}

/// Eye movements with their peaks at 15, 25, 35, ... s, alternately left and right.
Eyes eyes(double rate = 100, double seconds = 200) {
  Eyes e = noise_only(rate, seconds);
  int k = 0;
  for (double peak = 15; peak + 5 < seconds; peak += 10)
    planted::add_eye_movement(e.loc, e.roc, rate, peak, 0.5, 130, k++ % 2 ? 1 : -1);
  return e;
}

EventTable detect(const Eyes& e, const RemOptions& options = {}, const Hypnogram* hypnogram = nullptr) {
  Job job;
  return detect_rems(e.left(), e.right(), hypnogram, options, job);
}

TEST(Rems, AreFoundWhereTheyWerePlanted) {
  for (double rate : {100.0, 173.61, 256.0, 500.0}) {
    SCOPED_TRACE(rate);
    const EventTable t = detect(eyes(rate));
    ASSERT_EQ(t.rows(), 18u);
    EXPECT_EQ(t.columns.size(), 10u);
    for (size_t i = 0; i < t.rows(); i++) {
      const auto value = [&](const char* name) { return (*t.find(name))[i]; };
      EXPECT_NEAR(value("Peak"), 15 + 10 * i, 0.05);
      EXPECT_LT(value("Start"), value("Peak"));
      EXPECT_GT(value("End"), value("Peak"));
      EXPECT_DOUBLE_EQ(value("Duration"), value("End") - value("Start"));
      EXPECT_GT(value("LOCAbsValPeak"), 50);
      EXPECT_NEAR(value("LOCAbsValPeak"), value("ROCAbsValPeak"), 15);
      EXPECT_GT(value("LOCAbsRiseSlope"), 100);
      EXPECT_GT(value("ROCAbsFallSlope"), 100);
    }
  }
}

TEST(Rems, AreNotMovementsOfBothEyesTheSameWay) {
  Eyes e = eyes();
  e.roc = e.loc;
  EXPECT_EQ(detect(e).rows(), 0u);
}

TEST(Rems, ObeyAmplitudeDurationAndProminence) {
  RemOptions o;
  o.amplitude = {140, 325};
  EXPECT_EQ(detect(eyes(), o).rows(), 0u);
  o.amplitude = {50, 60};
  EXPECT_EQ(detect(eyes(), o).rows(), 0u);
  o.amplitude = {50, {}};
  EXPECT_EQ(detect(eyes(), o).rows(), 18u);
  o = {};
  o.relative_prominence = 10;
  EXPECT_EQ(detect(eyes(), o).rows(), 0u);
  o = {};
  o.min_duration = 1.1;
  EXPECT_EQ(detect(eyes(), o).rows(), 0u);
  o = {};
  o.amplitude = {{}, {}};
  EXPECT_GT(detect(eyes(), o).rows(), 18u);
}

TEST(Rems, LetTheHigherOfTwoNearOnesWin) {
  Eyes e = noise_only(100, 40);
  planted::add_eye_movement(e.loc, e.roc, 100, 20, 0.3, 150, 1);
  planted::add_eye_movement(e.loc, e.roc, 100, 20.25, 0.3, 220, 1);
  RemOptions o;
  o.relative_prominence = 0;
  o.min_duration = 0.27;
  const EventTable t = detect(e, o);
  for (double peak : *t.find("Peak")) EXPECT_NEAR(peak, 20.25, 0.05);
}

TEST(Rems, AreSearchedInTheStagesAskedForOnly) {
  Hypnogram h{{kN2, kRem, kRem, kWake, kRem, kN3}, 30, 0};
  const EventTable t = detect(eyes(), {}, &h);
  ASSERT_EQ(t.rows(), 9u);
  for (double stage : *t.find("Stage")) EXPECT_EQ(stage, kRem);
}

TEST(Rems, AreTheSameInEveryTierAndForAnyNumberOfThreads) {
  const Eyes e = eyes(100, 1500);
  expect_same_everywhere([&] { return detect(e); });
}

TEST(Rems, NeedBothEyes) {
  Eyes e = eyes();
  std::fill(e.roc.begin(), e.roc.end(), 0.0);
  EXPECT_EQ(detect(e).skipped.substr(0, 11), "flat signal");
  e.roc.pop_back();
  EXPECT_THROW(detect(e), Error);
  EXPECT_EQ(detect({{}, {}, 100}).skipped.substr(0, 9), "too short");
}

TEST(Rems, DoNotMindSignalsShorterThanTheFilter) {
  for (double seconds : {2.0, 2.01, 4.0, 6.61}) EXPECT_EQ(detect(noise_only(100, seconds)).skipped, "") << seconds;
}

TEST(Rems, RefuseOptionsWithoutSense) {
  RemOptions o;
  o.min_duration = 2;
  EXPECT_THROW(detect(eyes(), o), Error);
  o = {};
  o.max_duration = INFINITY;
  EXPECT_THROW(detect(eyes(), o), Error);
  o = {};
  o.relative_prominence = NAN;
  EXPECT_THROW(detect(eyes(), o), Error);
}

}  // namespace
}  // namespace brrr::events
