// Artifacts that were planted are found, and nothing where none was. Seeds 1 to 20 were looked at while the limits were
// chosen; these tests use others.
#include "quality/artifacts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "common/parallel.h"
#include "common/tier.h"
#include "planted_artifacts.h"

namespace brrr::quality {
namespace {

std::vector<Artifact> detect(const ContinuousView& view) {
  ArtifactOptions options;
  options.leads = head_leads();
  Job job;
  return detect_artifacts(view, options, job);
}

template <class A, class B>
double shared_s(const A& a, const B& b) {
  return std::min(a.start_s + a.duration_s, b.start_s + b.duration_s) - std::max(a.start_s, b.start_s);
}

struct Score {
  int planted = 0, found = 0, on_channels = 0, invented = 0;
};

/// Found: an artifact of the kind covers at least half of what was planted. Invented: nothing of the kind was planted
/// within 0.3 s.
void add_to(std::map<ArtifactKind, Score>& scores, const std::vector<Planted>& truth,
            const std::vector<Artifact>& artifacts) {
  for (const Planted& planted : truth) {
    Score& score = scores[planted.kind];
    score.planted++;
    const auto hit = std::find_if(artifacts.begin(), artifacts.end(), [&](const Artifact& a) {
      return a.kind == planted.kind && shared_s(a, planted) >= planted.duration_s / 2;
    });
    if (hit == artifacts.end()) continue;
    score.found++;
    score.on_channels += std::find_first_of(planted.channels.begin(), planted.channels.end(), hit->channels.begin(),
                                            hit->channels.end()) != planted.channels.end();
  }
  for (const Artifact& a : artifacts)
    scores[a.kind].invented += std::none_of(truth.begin(), truth.end(), [&](const Planted& planted) {
      return planted.kind == a.kind && shared_s(a, planted) > -0.3;
    });
}

TEST(Artifacts, AreFoundOver20Seeds) {
  std::map<ArtifactKind, Score> scores;
  for (uint64_t seed = 101; seed <= 120; seed++) {
    PlantedEeg eeg(seed, 120);
    eeg.plant({5, 4, 4, 4, 3});
    add_to(scores, eeg.truth, detect(eeg.view()));
  }
  for (const auto& [kind, score] : scores) {
    SCOPED_TRACE(static_cast<int>(kind));
    EXPECT_GE(score.planted, 80);
    EXPECT_GE(score.found, 0.9 * score.planted);
    EXPECT_EQ(score.on_channels, score.found);
    EXPECT_LE(score.invented, 0.02 * score.planted);
  }
}

TEST(Artifacts, AreFoundAtOtherRatesAndReferences) {
  for (double rate : {128.0, 500.0}) {
    std::map<ArtifactKind, Score> scores;
    for (uint64_t seed = 201; seed <= 204; seed++) {
      PlantedEeg eeg(seed, 120, rate);
      eeg.plant({5, 4, 4, 4, 3});
      if (seed % 2 == 0) eeg.to_average_reference();
      add_to(scores, eeg.truth, detect(eeg.view()));
    }
    for (const auto& [kind, score] : scores) {
      SCOPED_TRACE(testing::Message() << rate << " Hz, kind " << static_cast<int>(kind));
      EXPECT_GE(score.found, 0.85 * score.planted);
      EXPECT_LE(score.invented, 1);
    }
  }
}

TEST(Artifacts, AtMostOneIsInventedInTenCleanRecordings) {
  std::map<ArtifactKind, int> invented;
  for (uint64_t seed = 301; seed <= 310; seed++) {
    PlantedEeg eeg(seed, 240);
    for (const Artifact& a : detect(eeg.view())) invented[a.kind]++;
  }
  for (const auto& [kind, count] : invented) EXPECT_LE(count, 1) << static_cast<int>(kind);
}

TEST(Artifacts, WavesOfTheSleepingBrainAreNone) {
  size_t found = 0;
  for (uint64_t seed = 401; seed <= 403; seed++) {
    PlantedEeg light(seed, 240), deep(seed, 240);
    light.add_sharp_brain_waves();
    found += detect(light.view()).size();
    light.to_average_reference();
    found += detect(light.view()).size();
    deep.add_slow_waves();
    found += detect(deep.view()).size();
  }
  EXPECT_LE(found, 1u);
}

void expect_same(const std::vector<Artifact>& a, const std::vector<Artifact>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); i++) {
    EXPECT_EQ(a[i].kind, b[i].kind);
    EXPECT_EQ(a[i].start_s, b[i].start_s);
    EXPECT_EQ(a[i].duration_s, b[i].duration_s);
    EXPECT_EQ(a[i].channels, b[i].channels);
    EXPECT_EQ(a[i].ratio, b[i].ratio);
    EXPECT_EQ(a[i].size_uv, b[i].size_uv);
  }
}

TEST(Artifacts, AreTheSameInAllTiersAndOnAnyNumberOfThreads) {
  PlantedEeg eeg(7, 120);
  eeg.plant({5, 4, 3, 2, 2});
  const ContinuousView view = eeg.view();
  const std::vector<Artifact> usual = detect(view);
  EXPECT_GE(usual.size(), 12u);
  const Tier best = active_tier();
  for (Tier tier : {Tier::kBaseline, Tier::kAvx2, Tier::kAvx512}) {
    if (!tier_available(tier)) continue;
    force_tier(tier);
    expect_same(detect(view), usual);
  }
  force_tier(best);
  const int workers = worker_count();
  for (int count : {1, 3}) {
    set_worker_count(count);
    expect_same(detect(view), usual);
  }
  set_worker_count(workers);
}

TEST(Artifacts, OfALargerRecordingAreTheSame) {
  PlantedEeg eeg(8, 120);
  eeg.plant({5, 4, 3, 2, 2});
  const std::vector<Artifact> usual = detect(eeg.view());
  eeg.scale(4);
  const std::vector<Artifact> larger = detect(eeg.view());
  for (const Artifact& a : usual)
    EXPECT_TRUE(std::any_of(larger.begin(), larger.end(), [&](const Artifact& b) {
      return a.kind == b.kind && shared_s(a, b) > 0.9 * a.duration_s;
    })) << a.start_s;
}

TEST(Artifacts, DoNotCrossAGap) {
  // Two stretches that differ by 300 uV, and a burst of muscle that goes on to both sides of the gap.
  PlantedEeg eeg(9, 60);
  const ContinuousView whole = eeg.view();
  const int64_t half = whole.stretches[0].samples / 2;
  std::vector<std::vector<float>> rows;
  ContinuousView view = whole;
  view.stretches = {{0, half}, {1000, half}};
  view.samples.clear();
  synth::Random random(1);
  for (int s = 0; s < 2; s++)
    for (int c = 0; c < whole.channels; c++) {
      rows.emplace_back(whole.at(0, c) + s * half, whole.at(0, c) + (s + 1) * half);
      for (int64_t t = 0; t < half; t++) {
        float& x = rows.back()[static_cast<size_t>(t)];
        x += s == 1 ? 300 : 0;
        const int64_t from_gap = s == 0 ? half - t : t;
        if (c == 7 && from_gap < 100) x += static_cast<float>(random.normal(0, 40));
      }
    }
  for (const auto& row : rows) view.samples.push_back(row.data());
  const std::vector<Artifact> found = detect(view);
  const double end_s = static_cast<double>(half) / view.rate_hz;
  int muscle = 0;
  for (const Artifact& a : found) {
    EXPECT_NE(a.kind, ArtifactKind::kElectrodePop);
    EXPECT_TRUE(a.start_s + a.duration_s <= end_s || a.start_s >= 1000);
    muscle += a.kind == ArtifactKind::kMuscle;
  }
  EXPECT_EQ(muscle, 2);
}

TEST(Artifacts, AreNotLookedForWhereTheyCannotBeTold) {
  PlantedEeg eeg(10, 120);
  eeg.plant({5, 4, 3, 2, 2});
  ContinuousView view = eeg.view();
  ArtifactOptions options;  // no leads: no blinks
  Job job;
  view.recorded_rate_hz.assign(kHeadChannels, 90);
  EXPECT_EQ(slow_channels(view, options.limits.muscle).size(), static_cast<size_t>(kHeadChannels));
  for (const Artifact& a : detect_artifacts(view, options, job))
    EXPECT_TRUE(a.kind == ArtifactKind::kElectrodePop || a.kind == ArtifactKind::kMovement);
  view.channels = 2;
  view.recorded_rate_hz = {256, 90};
  EXPECT_EQ(slow_channels(view, options.limits.muscle), std::vector<int>{1});
  for (const Artifact& a : detect_artifacts(view, options, job)) {
    EXPECT_EQ(a.kind, ArtifactKind::kMuscle);
    EXPECT_EQ(a.channels, std::vector<int>{0});
  }
  options.leads = {0, 2, {}, {}, {1}};
  EXPECT_THROW(detect_artifacts(view, options, job), Error);
}

TEST(Artifacts, StillAndShortRecordingsHaveNone) {
  for (int64_t samples : {0, 1, 7, 9, 300, 5000})
    for (float level : {0.0f, 20.0f}) {
      const std::vector<float> row(static_cast<size_t>(samples), level);
      ContinuousView view;
      view.rate_hz = 256;
      view.channels = kHeadChannels;
      view.recorded_rate_hz.assign(kHeadChannels, 256);
      view.stretches = {{0, samples}};
      view.samples.assign(kHeadChannels, row.data());
      EXPECT_TRUE(detect(view).empty()) << samples << " samples at " << level;
    }
  ContinuousView none;
  none.rate_hz = 256;
  Job job;
  EXPECT_TRUE(detect_artifacts(none, {}, job).empty());
}

}  // namespace
}  // namespace brrr::quality
