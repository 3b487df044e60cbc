#include "quality/clean_recording.h"

#include <cmath>
#include <fstream>
#include <iterator>

#include "../edf/test_file.h"
#include "common/parallel.h"
#include "common/tier.h"
#include "edf/channel_source.h"
#include "edf/writer.h"
#include "signal/fir.h"

namespace brrr::quality {
namespace {

using edf::testing::FolderTest;

constexpr int kRate = 64, kSlowRate = 16, kRecords = 3000, kGapAfter = 1800;

/// An EEG at 64 Hz, an EEG at 16 Hz and a trigger, 50 minutes with a gap: several pieces of the copier on both sides.
class CleanRecording : public FolderTest {
 protected:
  void SetUp() override {
    FolderTest::SetUp();
    edf::RecordingSpec spec;
    spec.format = edf::Format::kEdfPlusD;
    for (int rate : {kRate, kSlowRate, 1}) {
      edf::SignalSpec signal;
      signal.label = rate == 1 ? "Trigger" : rate == kRate ? "EEG Cz" : "EEG Pz";
      signal.samples_per_record = rate;
      spec.signals.push_back(signal);
    }
    edf::Writer writer(path("in.edf"), spec);
    std::vector<double> fast(kRate), slow(kSlowRate), trigger(1);
    const double* const record[] = {fast.data(), slow.data(), trigger.data()};
    uint32_t state = 1;
    const auto noise = [&state] {
      state = state * 1664525 + 1013904223;
      return (state >> 16) / 655.36 - 50;
    };
    for (int r = 0; r < kRecords; r++) {
      for (double& x : fast) x = noise() + 30;
      for (double& x : slow) x = noise();
      trigger[0] = r % 7;
      writer.write_record(record, r < kGapAfter ? r : r + 500.25);
    }
    writer.finish();
    Job job;
    reader_ = edf::Reader::open(path("in.edf"), job);
  }

  CleanCopy request() const {
    CleanCopy copy;
    copy.header.format = edf::Format::kEdfPlusD;
    for (int k = 0; k < 3; k++) {
      const edf::SignalHeader& from = reader_->header().signals[k];
      CopiedSignal copied;
      copied.signal = k;
      copied.to_uv = k < 2 ? 1 : 0;
      copied.header.label = from.label;
      copied.header.physical_min = from.physical_min;
      copied.header.physical_max = from.physical_max;
      copy.signals.push_back(copied);
    }
    return copy;
  }

  std::shared_ptr<edf::Reader> write(const std::string& name, const CleanCopy& copy) const {
    Job job;
    write_clean_copy(path(name), reader_, copy, job);
    return edf::Reader::open(path(name), job);
  }

  std::string bytes(const std::string& name) const {
    std::ifstream file(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  /// A whole signal, each stretch filtered in one go.
  std::vector<double> filtered(int signal) const {
    Job job;
    std::vector<double> all;
    const auto taps = design_highpass(reader_->rate(signal), 1);
    for (const edf::Segment& segment : reader_->segments()) {
      const edf::ChannelSource source(reader_, segment, signal);
      std::vector<double> out(static_cast<size_t>(source.size()));
      filter_zero_phase(taps, source, out.data(), job);
      all.insert(all.end(), out.begin(), out.end());
    }
    return all;
  }

  std::shared_ptr<const edf::Reader> reader_;
};

void expect_within_half_a_step(const edf::Reader& copy, int signal, const std::vector<double>& expected) {
  std::vector<double> got(expected.size());
  copy.read_physical(signal, 0, static_cast<int64_t>(got.size()), got.data());
  const double tolerance = std::abs(copy.header().signals[signal].scale) * 0.5 + 1e-6;
  for (size_t i = 0; i < got.size(); i++) ASSERT_NEAR(got[i], expected[i], tolerance) << signal << " " << i;
}

TEST_F(CleanRecording, FiltersEachStretchAsAWholeWhateverThePieces) {
  const auto copy = write("out.edf", request());
  for (int signal : {0, 1}) expect_within_half_a_step(*copy, signal, filtered(signal));
  EXPECT_EQ(copy->record_onsets(), reader_->record_onsets());
  EXPECT_EQ(copy->segments().size(), 2u);
}

TEST_F(CleanRecording, RepairsTakeTheirPlaceWhereverTheyLie) {
  CleanCopy copy = request();
  const std::vector<float> samples(20000, 12.5f);
  // Over the border of a piece, over the gap, and at the very end.
  copy.repairs = {{0, 2000, samples.data(), 20000},
                  {0, kGapAfter * kRate - 10, samples.data(), 20},
                  {1, kRecords * kSlowRate - 5, samples.data(), 5}};
  std::vector<double> expected[] = {filtered(0), filtered(1)};
  for (const Repair& repair : copy.repairs)
    std::fill_n(expected[repair.copied].begin() + repair.start, repair.count, 12.5);
  const auto written = write("out.edf", copy);
  for (int signal : {0, 1}) expect_within_half_a_step(*written, signal, expected[signal]);
}

TEST_F(CleanRecording, InterpolatesThroughoutFromRepairedSources) {
  CleanCopy copy = request();
  copy.signals.push_back(copy.signals[0]);
  const std::vector<float> samples(20000, 12.5f);
  copy.repairs = {{0, 2000, samples.data(), 20000}};
  copy.interpolations = {{3, {0}, {-0.5}}};
  std::vector<double> expected = filtered(0);
  std::fill_n(expected.begin() + 2000, 20000, 12.5);
  for (double& x : expected) x *= -0.5;
  expect_within_half_a_step(*write("out.edf", copy), 3, expected);
}

TEST_F(CleanRecording, RefusesInterpolationsThatDoNotFit) {
  const std::vector<std::vector<Interpolation>> wrong = {
      {{3, {1}, {1}}},                 // another rate
      {{3, {2}, {1}}},                 // not cleaned
      {{3, {0}, {}}},                  // no weight
      {{4, {0}, {1}}},                 // no such signal
      {{3, {-1}, {1}}},                // no such source
      {{3, {0}, {1}}, {0, {3}, {1}}},  // from each other
  };
  for (const auto& interpolations : wrong) {
    CleanCopy copy = request();
    copy.signals.push_back(copy.signals[0]);
    copy.interpolations = interpolations;
    try {
      write("out.edf", copy);
      ADD_FAILURE() << interpolations[0].copied;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), std::string("INVALID_ARGUMENT"));
    }
  }
}

TEST_F(CleanRecording, KeepsOtherSignalsToTheBitAndTakesAllAnnotations) {
  CleanCopy copy = request();
  for (int i = 0; i < 5000; i++) copy.annotations.push_back({i * 0.7, true, 4, "Something or other @@ Cz Pz"});
  const auto written = write("out.edf", copy);
  std::vector<int32_t> before(kRecords), after(kRecords);
  reader_->read_digital(2, 0, kRecords, before.data());
  written->read_digital(2, 0, kRecords, after.data());
  EXPECT_EQ(after, before);
  EXPECT_EQ(written->annotations().size(), 5000u);
  EXPECT_TRUE(written->warnings().empty());
}

TEST_F(CleanRecording, IsTheSameOnAnyNumberOfThreadsAndInEachTier) {
  write("first.edf", request());
  const std::string first = bytes("first.edf");
  set_worker_count(1);
  write("out.edf", request());
  set_worker_count(0);
  EXPECT_EQ(bytes("out.edf"), first);
  const Tier tier = active_tier();
  for (Tier other : {Tier::kBaseline, Tier::kAvx2, Tier::kAvx512}) {
    if (!tier_available(other)) continue;
    force_tier(other);
    write("out.edf", request());
    EXPECT_EQ(bytes("out.edf"), first) << tier_name(other);
  }
  force_tier(tier);
}

TEST_F(CleanRecording, LeavesNoFileWhenItIsStopped) {
  Job job;
  job.cancel();
  edf::testing::expect_error("ABORTED", "aborted", [&] { write_clean_copy(path("out.edf"), reader_, request(), job); });
  EXPECT_EQ(bytes("out.edf"), "");
}

}  // namespace
}  // namespace brrr::quality
