#include <gtest/gtest.h>

#include <cmath>

#include "recording.h"
#include "signal/welch.h"

namespace brrr::synth {
namespace {

RoutineOptions four_minutes() {
  RoutineOptions options;
  options.hours = 4.0 / 60;
  return options;
}

class Samples final : public SampleSource {
 public:
  Samples(std::vector<double> values, double rate) : values_(std::move(values)), rate_(rate) {}
  int64_t size() const override { return static_cast<int64_t>(values_.size()); }
  double rate() const override { return rate_; }
  void read(int64_t start, int64_t count, double* out) const override {
    std::copy_n(values_.begin() + start, count, out);
  }

 private:
  std::vector<double> values_;
  double rate_;
};

/// Mean density in a band for each whole minute.
std::vector<double> minutes(const std::vector<double>& x, double low, double high) {
  Job job;
  const Spectra spectra = welch_spectra(Samples(x, 256), 60, 4, WindowShape::kHann, SegmentAverage::kMedian, job);
  std::vector<double> means;
  for (int64_t epoch = 0; epoch < spectra.epochs; ++epoch) {
    double sum = 0;
    int bins = 0;
    for (int k = 0; k < spectra.bins; ++k) {
      if (k * spectra.bin_hz < low || k * spectra.bin_hz > high) continue;
      sum += spectra.power[epoch * spectra.bins + k];
      ++bins;
    }
    means.push_back(sum / bins);
  }
  return means;
}

TEST(RoutineEeg, HasTheTenTwentyElectrodesAndAnEcg) {
  const Recording eeg(four_minutes(), synthesise_routine);
  const auto& signals = eeg.reader->header().signals;
  ASSERT_EQ(signals.size(), 21u);
  EXPECT_EQ(signals[0].label, "EEG Fp1");
  EXPECT_EQ(signals[19].label, "ECG");
  EXPECT_EQ(eeg.reader->samples(0), 240 * 256);
  EXPECT_TRUE(eeg.truth.stages.empty());
  const std::vector<double> ecg = eeg.samples(19);
  int beats = 0;
  for (size_t i = 1; i < ecg.size(); ++i) beats += ecg[i - 1] < 500 && ecg[i] >= 500;
  EXPECT_NEAR(beats, 240 / 0.92, 10);
}

TEST(RoutineEeg, ShowsPosteriorAlphaWithEyesClosed) {
  const Recording eeg(four_minutes(), synthesise_routine);
  const std::vector<double> occipital = minutes(eeg.samples(17), 8, 12), frontal = minutes(eeg.samples(0), 8, 12);
  ASSERT_EQ(occipital.size(), 4u);
  for (int closed : {1, 3}) {
    EXPECT_GT(occipital[closed], 5 * occipital[closed - 1]);
    EXPECT_GT(occipital[closed], 10 * frontal[closed]);
  }
  EXPECT_EQ(eeg.count("eyes_closed"), 2);
  EXPECT_EQ(eeg.reader->annotations().size(), 4u);
  EXPECT_EQ(eeg.reader->annotations()[1].text, "Eyes closed");
}

TEST(RoutineEeg, BlinksWithEyesOpenOnly) {
  const Recording eeg(four_minutes(), synthesise_routine);
  const std::vector<double> fp1 = eeg.samples(0);
  ASSERT_GT(eeg.count("blink"), 10);
  for (const PlantedEvent& event : eeg.truth.events) {
    if (event.type != "blink") continue;
    EXPECT_EQ(static_cast<int>(event.start_s / 60) % 2, 0);
    const auto peak = static_cast<size_t>((event.start_s + event.duration_s / 2) * 256);
    EXPECT_GT(fp1[peak], 0.5 * event.amplitude_uv);
  }
}

TEST(RoutineEeg, HasMuscleAndMains) {
  const Recording eeg(four_minutes(), synthesise_routine);
  EXPECT_GT(eeg.count("muscle"), 3);
  const std::vector<double> t7 = eeg.samples(7);
  EXPECT_GT(minutes(t7, 50, 50)[0], 10 * minutes(t7, 46, 48)[0]);
}

TEST(RoutineEeg, WithoutArtifactsIsTheSameBesidesThem) {
  RoutineOptions options = four_minutes();
  const Recording usual(options, synthesise_routine);
  options.artifacts = false;
  const Recording clean(options, synthesise_routine);
  for (const PlantedEvent& event : clean.truth.events) EXPECT_EQ(event.type.substr(0, 5), "eyes_");
  EXPECT_EQ(clean.count("eyes_closed"), 2);
  EXPECT_EQ(clean.samples(19), usual.samples(19));
  const std::vector<double> with = usual.samples(0), without = clean.samples(0);
  std::vector<char> touched(with.size());
  for (const PlantedEvent& event : usual.truth.events) {
    if (event.amplitude_uv == 0) continue;
    for (double t = event.start_s * 256 - 2; t <= (event.start_s + event.duration_s) * 256 + 2; ++t) {
      touched[std::min(static_cast<size_t>(t), touched.size() - 1)] = 1;
    }
  }
  for (size_t i = 0; i < with.size(); ++i) {
    if (!touched[i]) {
      ASSERT_EQ(with[i], without[i]) << i;
    }
  }
  EXPECT_NE(with, without);
}

TEST(RoutineEeg, IsTheSameForASeed) {
  EXPECT_EQ(Recording(four_minutes(), synthesise_routine).bytes(),
            Recording(four_minutes(), synthesise_routine).bytes());
}

}  // namespace
}  // namespace brrr::synth
