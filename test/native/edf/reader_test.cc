#include "edf/reader.h"

#include <cmath>

#include "common/parallel.h"
#include "common/tier.h"
#include "test_file.h"

namespace brrr::edf::testing {
namespace {

struct Layout {
  const char* name;
  bool bdf;
  std::vector<int> samples_per_record;
  int records;
};

TestFile make_file(const Layout& layout) {
  TestFile file;
  if (layout.bdf)
    file.version =
        "\xFF"
        "BIOSEMI";
  file.duration = "30";
  file.records = std::to_string(layout.records);
  file.signals.clear();
  size_t samples = 0;
  for (size_t k = 0; k < layout.samples_per_record.size(); k++) {
    const std::string low = std::to_string(-100 - static_cast<int>(k)) + ".3";
    file.signals.push_back({"S" + std::to_string(k), "uV", low, k % 2 ? "77.7" : "-3000", k % 2 ? "-2048" : "-32768",
                            k % 2 ? "2047" : "32767", std::to_string(layout.samples_per_record[k])});
    samples += static_cast<size_t>(layout.samples_per_record[k]);
  }
  file.data = noise(samples * static_cast<size_t>(layout.records) * (layout.bdf ? 3 : 2));
  return file;
}

// A sample the obvious way: find its bytes, put them together.
int32_t reference_digital(const Layout& layout, const TestFile& file, size_t signal, int64_t index) {
  const auto& per_record = layout.samples_per_record;
  int64_t record_samples = 0, before = 0;
  for (size_t k = 0; k < per_record.size(); k++) {
    if (k == signal) before = record_samples;
    record_samples += per_record[k];
  }
  const int64_t sample = index / per_record[signal] * record_samples + before + index % per_record[signal];
  const int width = layout.bdf ? 3 : 2;
  int64_t value = 0;
  for (int i = width - 1; i >= 0; i--) value = value * 256 + file.data[static_cast<size_t>(sample * width + i)];
  return static_cast<int32_t>(value >= 1 << (8 * width - 1) ? value - (1 << 8 * width) : value);
}

double reference_physical(const TestSignal& signal, int32_t digital) {
  const double pmin = std::stod(signal.physical_min), pmax = std::stod(signal.physical_max);
  const double dmin = std::stod(signal.digital_min), dmax = std::stod(signal.digital_max);
  return (digital - dmin) * (pmax - pmin) / (dmax - dmin) + pmin;
}

// Records that are read whole, signal by signal (much between the wanted ones), and too large for one piece.
const Layout kLayouts[] = {{"small records", false, {5, 3, 7}, 40},     {"BDF", true, {5, 3, 7}, 40},
                           {"a sample a record", false, {1, 2}, 300},   {"wide records", false, {6, 9000, 4, 9000}, 3},
                           {"wide BDF records", true, {6, 9000, 4}, 3}, {"a huge record", false, {2'300'000, 3}, 1}};

TEST(Reader, AnyRangeEqualsTheObviousReading) {
  for (const Layout& layout : kLayouts) {
    SCOPED_TRACE(layout.name);
    const TestFile file = make_file(layout);
    const auto reader = open_bytes(file);
    for (size_t k = 0; k < layout.samples_per_record.size(); k++) {
      const int signal = static_cast<int>(k), per_record = layout.samples_per_record[k];
      const int64_t total = reader->samples(signal);
      ASSERT_EQ(total, int64_t{per_record} * layout.records);
      for (int64_t start : {int64_t{0}, int64_t{1}, int64_t{per_record - 1}, total / 2, total - 1}) {
        for (int64_t wanted : {int64_t{1}, int64_t{2}, int64_t{per_record} + 1, total}) {
          const int64_t count = std::min(wanted, total - start);
          std::vector<int32_t> digital(static_cast<size_t>(count));
          std::vector<double> physical(digital.size());
          std::vector<float> rounded(digital.size());
          reader->read_digital(signal, start, count, digital.data());
          reader->read_physical(signal, start, count, physical.data());
          reader->read_physical(signal, start, count, rounded.data());
          const int64_t stride = std::max<int64_t>(1, count / 5000);
          for (int64_t i = 0; i < count; i += stride) {
            const size_t at = static_cast<size_t>(i);
            ASSERT_EQ(digital[at], reference_digital(layout, file, k, start + i)) << start << "+" << i;
            ASSERT_NEAR(physical[at], reference_physical(file.signals[k], digital[at]), 1e-7);
            ASSERT_EQ(rounded[at], static_cast<float>(physical[at]));
          }
        }
      }
    }
  }
}

TEST(Reader, ChannelsTogetherEqualChannelsAloneOnAnyNumberOfThreadsAndTier) {
  for (const Layout& layout : kLayouts) {
    SCOPED_TRACE(layout.name);
    const auto reader = open_bytes(make_file(layout));
    const std::vector<int> signals = {static_cast<int>(layout.samples_per_record.size()) - 1, 0};
    const int64_t first = layout.records / 3, count = layout.records - first;
    std::vector<std::vector<double>> alone;
    for (int signal : signals) {
      const int64_t per_record = layout.samples_per_record[static_cast<size_t>(signal)];
      alone.emplace_back(static_cast<size_t>(count * per_record));
      reader->read_physical(signal, first * per_record, count * per_record, alone.back().data());
    }
    for (int workers : {1, 3}) {
      for (Tier tier : {Tier::kBaseline, Tier::kAvx2, Tier::kAvx512}) {
        if (!tier_available(tier)) continue;
        const Tier before = active_tier();
        force_tier(tier);
        set_worker_count(workers);
        std::vector<std::vector<double>> doubles = {std::vector<double>(alone[0].size(), -1),
                                                    std::vector<double>(alone[1].size(), -1)};
        std::vector<std::vector<float>> floats = {std::vector<float>(alone[0].size(), -1),
                                                  std::vector<float>(alone[1].size(), -1)};
        double* const double_out[] = {doubles[0].data(), doubles[1].data()};
        float* const float_out[] = {floats[0].data(), floats[1].data()};
        Job job;
        reader->read_channels(signals.data(), 2, first, count, double_out, job);
        reader->read_channels(signals.data(), 2, first, count, float_out, job);
        set_worker_count(0);
        force_tier(before);
        for (size_t k = 0; k < 2; k++) {
          EXPECT_EQ(doubles[k], alone[k]);
          EXPECT_EQ(floats[k], std::vector<float>(alone[k].begin(), alone[k].end()));
        }
      }
    }
  }
}

TEST(Reader, PhysicalValuesHaveTheBitsOfScaleAndOffset) {
  TestFile file;
  file.signals[0] = {"EEG", "uV", "-187.5", "187.1", "-2048", "2047", "4"};
  file.data = noise(16);
  const auto reader = open_bytes(file);
  int32_t digital[8];
  double physical[8];
  reader->read_digital(0, 0, 8, digital);
  reader->read_physical(0, 0, 8, physical);
  const double scale = (187.1 - -187.5) / (2047 - -2048), offset = -187.5 - -2048 * scale;
  for (int i = 0; i < 8; i++) EXPECT_EQ(physical[i], digital[i] * scale + offset);
}

TEST(Reader, ExtremesOf24BitsAndInvertedRanges) {
  TestFile file;
  file.version =
      "\xFF"
      "BIOSEMI";
  file.signals[0] = {"EEG", "uV", "8388607", "-8388608", "-8388608", "8388607", "2"};
  file.data = {0x00, 0x00, 0x80, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0x01, 0x00, 0x00};
  const auto reader = open_bytes(file);
  int32_t digital[4];
  double physical[4];
  reader->read_digital(0, 0, 4, digital);
  reader->read_physical(0, 0, 4, physical);
  EXPECT_EQ(std::vector<int32_t>(digital, digital + 4), (std::vector<int32_t>{-8388608, 8388607, -1, 1}));
  EXPECT_EQ(std::vector<double>(physical, physical + 4), (std::vector<double>{8388607, -8388608, 0, -2}));
}

TEST(Reader, RefusesRangesAndSignalsThatAreNotThere) {
  const auto reader = open_bytes(TestFile{});
  int32_t digital[8];
  float physical[8];
  float* const out[] = {physical};
  Job job;
  const int first[] = {0}, missing[] = {1};
  expect_error("INVALID_ARGUMENT", "signal index from 0 to 0, got 1", [&] { reader->read_digital(1, 0, 1, digital); });
  expect_error("INVALID_ARGUMENT", "got -1", [&] { reader->samples(-1); });
  expect_error("INVALID_ARGUMENT", "[0, 8)", [&] { reader->read_digital(0, 0, 9, digital); });
  expect_error("INVALID_ARGUMENT", "[0, 8)", [&] { reader->read_digital(0, -1, 1, digital); });
  expect_error("INVALID_ARGUMENT", "[0, 8)", [&] { reader->read_physical(0, 8, 1, physical); });
  expect_error("INVALID_ARGUMENT", "[0, 8)", [&] { reader->read_physical(0, 1, INT64_MAX, physical); });
  expect_error("INVALID_ARGUMENT", "records within [0, 2)", [&] { reader->read_channels(first, 1, 1, 2, out, job); });
  expect_error("INVALID_ARGUMENT", "got 1", [&] { reader->read_channels(missing, 1, 0, 1, out, job); });
  reader->read_digital(0, 8, 0, digital);
  reader->read_channels(first, 1, 2, 0, out, job);
}

TEST(Reader, StopsWhenTheJobIsCancelled) {
  const auto reader = open_bytes(TestFile{});
  std::vector<float> samples(8);
  float* const out[] = {samples.data()};
  const int signals[] = {0};
  Job job;
  job.cancel();
  expect_error("ABORTED", "", [&] { reader->read_channels(signals, 1, 0, 2, out, job); });
  expect_error("ABORTED", "", [&] { Reader::open(memory_source(annotation_file({"+0\x14\x14"}).bytes()), job); });
}

}  // namespace
}  // namespace brrr::edf::testing
