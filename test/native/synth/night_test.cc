#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "common/parallel.h"
#include "recording.h"
#include "synth/night_plan.h"

namespace brrr::synth {
namespace {

NightOptions short_night(uint64_t seed = 1) {
  NightOptions options;
  options.seed = seed;
  options.hours = 0.5;
  options.rate = 100;
  return options;
}

std::string error_code(const NightOptions& options) {
  Job job;
  try {
    synthesise_night(options, "never.edf", job);
  } catch (const Error& error) {
    return error.code();
  }
  return "";
}

TEST(SyntheticNight, IsTheSameForASeedWithAnyNumberOfThreads) {
  const Recording first(short_night(), synthesise_night);
  set_worker_count(1);
  const Recording second(short_night(), synthesise_night);
  set_worker_count(3);
  const Recording third(short_night(), synthesise_night);
  set_worker_count(0);
  EXPECT_EQ(first.bytes(), second.bytes());
  EXPECT_EQ(first.bytes(), third.bytes());
  EXPECT_EQ(first.truth.stages, second.truth.stages);
  const Recording other(short_night(2), synthesise_night);
  EXPECT_NE(first.samples(0), other.samples(0));
}

TEST(SyntheticNight, HasTheChannelsRateAndLengthAskedFor) {
  NightOptions options = short_night();
  options.hours = 0.2503;
  const Recording night(options, synthesise_night);
  ASSERT_EQ(night.reader->header().signals.size(), night_channels().size() + 1);
  for (size_t k = 0; k < night_channels().size(); ++k) {
    EXPECT_EQ(night.reader->header().signals[k].label, night_channels()[k]);
    EXPECT_EQ(night.reader->samples(static_cast<int>(k)), 901 * 100);
  }
  EXPECT_EQ(night.truth.stages.size(), 30u);
  EXPECT_TRUE(night.reader->warnings().empty());
}

TEST(SyntheticNight, ASubsetOfChannelsHasTheSamplesOfTheWhole) {
  NightOptions options = short_night();
  const Recording whole(options, synthesise_night);
  options.channels = {"EMG chin", "LOC-M2"};
  const Recording part(options, synthesise_night);
  EXPECT_EQ(part.samples(0), whole.samples(4));
  EXPECT_EQ(part.samples(1), whole.samples(2));
}

TEST(SyntheticNight, NotesLightsOffBeforeSleepAndLightsOnAfterIt) {
  const Recording night(short_night(), synthesise_night);
  const auto& annotations = night.reader->annotations();
  ASSERT_EQ(annotations.size(), 2u);
  EXPECT_EQ(annotations[0].text, "Lights off");
  EXPECT_EQ(annotations[1].text, "Lights on");
  const auto& stages = night.truth.stages;
  const auto first = std::find_if(stages.begin(), stages.end(), [](int8_t s) { return s != kWake; }) - stages.begin();
  EXPECT_LE(annotations[0].onset_s, 30.0 * first);
  EXPECT_LT(annotations[0].onset_s, annotations[1].onset_s);
  EXPECT_LE(annotations[1].onset_s, 30.0 * stages.size());
  EXPECT_EQ(stages.front(), kWake);
  EXPECT_EQ(stages.back(), kWake);
}

std::set<std::string> event_types(const NightPlan& plan) {
  std::set<std::string> types;
  for (const PlantedEvent& event : plan.truth.events) types.insert(event.type);
  return types;
}

TEST(SyntheticNight, HoldsAllStagesAndSleepEventsFromAnHourOn) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const NightPlan plan = plan_night(seed, 3600);
    EXPECT_EQ(std::set<int>(plan.truth.stages.begin(), plan.truth.stages.end()).size(), 5u) << "seed " << seed;
    const std::set<std::string> types = event_types(plan);
    for (const char* type : {"spindle", "k_complex", "slow_wave", "rem", "slow_eye_movement", "blink"}) {
      EXPECT_EQ(types.count(type), 1u) << type << ", seed " << seed;
    }
  }
}

TEST(SyntheticNight, HoldsEveryKindOfEventInEightHours) {
  const std::set<std::string> expected{"spindle", "k_complex", "slow_wave", "rem",    "saccade",  "slow_eye_movement",
                                       "blink",   "sawtooth",  "arousal",   "twitch", "movement", "electrode_pop"};
  EXPECT_EQ(event_types(plan_night(1, 8 * 3600)), expected);
}

TEST(SyntheticNight, PlantsEventsInTheirStages) {
  const NightPlan plan = plan_night(3, 8 * 3600);
  double last = 0;
  for (const PlantedEvent& event : plan.truth.events) {
    ASSERT_GE(event.start_s, last);
    last = event.start_s;
    ASSERT_FALSE(event.channels.empty()) << event.type;
    const int stage = plan.truth.stages[static_cast<size_t>(event.start_s / kEpochSeconds)];
    if (event.type == "spindle") {
      ASSERT_TRUE(stage == kN2 || stage == kN3);
    } else if (event.type == "slow_wave") {
      ASSERT_EQ(stage, kN3);
    } else if (event.type == "rem") {
      ASSERT_EQ(stage, kRem);
    }
  }
}

TEST(SyntheticNight, ShowsItsEventsInTheSamples) {
  NightOptions options = short_night();
  options.hours = 1;
  const Recording night(options, synthesise_night);
  const std::vector<double> eeg = night.samples(0), loc = night.samples(2), roc = night.samples(3);
  double trough = 0, crest = 0, opposed = 0;
  for (const PlantedEvent& event : night.truth.events) {
    const auto at = [&](const std::vector<double>& x, double share) {
      return x[static_cast<size_t>((event.start_s + share * event.duration_s) * options.rate)];
    };
    if (event.type == "slow_wave") {
      trough += at(eeg, 0.25);
      crest += at(eeg, 0.75);
    }
    if (event.type == "rem") opposed += at(loc, 0.2) * at(roc, 0.2) < 0 ? 1 : 0;
  }
  EXPECT_LT(trough / night.count("slow_wave"), -30);
  EXPECT_GT(crest / night.count("slow_wave"), 20);
  EXPECT_GT(opposed / night.count("rem"), 0.9);
  EXPECT_GT(night.count("spindle"), 20);
}

TEST(SyntheticNight, RefusesOptionsItCannotMeet) {
  NightOptions options = short_night();
  EXPECT_EQ((options.hours = 0, error_code(options)), "INVALID_ARGUMENT");
  EXPECT_EQ((options.hours = std::nan(""), error_code(options)), "INVALID_ARGUMENT");
  EXPECT_EQ((options.hours = 49, error_code(options)), "INVALID_ARGUMENT");
  options = short_night();
  EXPECT_EQ((options.rate = 31, error_code(options)), "INVALID_ARGUMENT");
  options = short_night();
  EXPECT_EQ((options.channels = {"C4-M1", "C4-M1"}, error_code(options)), "INVALID_ARGUMENT");
  EXPECT_EQ((options.channels = {"Oz"}, error_code(options)), "INVALID_ARGUMENT");
  Job job;
  try {
    options.channels = {"Oz"};
    synthesise_night(options, "never.edf", job);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "Channel \"Oz\" is unknown or named twice; there are C4-M1, C3-M2, LOC-M2, ROC-M2, EMG chin.");
  }
}

TEST(SyntheticNight, StopsWhenCancelledAndLeavesNoFile) {
  const auto path = std::filesystem::temp_directory_path() / ("cancelled_" + std::to_string(getpid()) + ".edf");
  Job job;
  job.cancel();
  EXPECT_THROW(synthesise_night(short_night(), path.string(), job), Error);
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(Hypnogram, AnyLengthIsANightWithWakeAtBothEnds) {
  for (int epochs = 12; epochs < 1500; epochs += 37) {
    Random random(static_cast<uint64_t>(epochs));
    const std::vector<int8_t> stages = plan_hypnogram(epochs, random);
    ASSERT_EQ(stages.size(), static_cast<size_t>(epochs));
    EXPECT_EQ(stages.front(), kWake);
    EXPECT_EQ(stages.back(), kWake);
    EXPECT_TRUE(std::any_of(stages.begin(), stages.end(), [](int8_t s) { return s != kWake; }));
  }
}

}  // namespace
}  // namespace brrr::synth
