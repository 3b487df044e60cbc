#include "autoreject/repair.h"

#include <gtest/gtest.h>

#include "../signal/support.h"
#include "recorded_epochs.h"
#include "slow_reference.h"

namespace brrr::autoreject {
namespace {

using test::recorded_epochs;
using test::RecordedEpochs;

constexpr int kEpochs = 7, kChannels = 13, kSamples = 75;

/// Epoch e has 2 e repaired channels and a bad one that stays.
std::vector<uint8_t> some_labels() {
  std::vector<uint8_t> labels(kEpochs * kChannels, 0);
  for (int e = 0; e < kEpochs; e++) {
    labels[e * kChannels + (5 * e + 1) % kChannels] = 1;
    for (int i = 0; i < 2 * e; i++) labels[e * kChannels + (5 * e + 2 + i) % kChannels] = 2;
  }
  return labels;
}

test::SlowEpochs slow_repaired(const RecordedEpochs& recorded, const std::vector<uint8_t>& labels) {
  test::SlowLabels rows;
  for (int e = 0; e < kEpochs; e++)
    rows.emplace_back(labels.begin() + e * kChannels, labels.begin() + (e + 1) * kChannels);
  return test::slow_repair(test::slow_epochs(recorded.view()), recorded.positions, rows);
}

TEST(RepairEpochs, WritesTheChosenEpochsRepaired) {
  const RecordedEpochs recorded = recorded_epochs(kEpochs, kChannels, kSamples, 1);
  const std::vector<uint8_t> labels = some_labels();
  const test::SlowEpochs expected = slow_repaired(recorded, labels);
  const std::vector<int> chosen{5, 0, 3, 6};
  Job job;
  test::in_each_setting([&] {
    std::vector<double> out(chosen.size() * kChannels * kSamples);
    repair_epochs(recorded.view(), recorded.positions.data(), labels.data(), chosen, out.data(), job);
    size_t at = 0;
    for (int e : chosen)
      for (int c = 0; c < kChannels; c++)
        for (int t = 0; t < kSamples; t++)
          EXPECT_NEAR(out[at++], expected[e][c][t], labels[e * kChannels + c] == 2 ? 1e-15 : 0) << e << " " << c;
  });
}

TEST(RepairEpochs, KeepsTheUnitOfFloatsInMicrovolts) {
  const RecordedEpochs recorded = recorded_epochs(kEpochs, kChannels, kSamples, 2);
  std::vector<float> microvolts;
  for (double volts : recorded.data) microvolts.push_back(static_cast<float>(volts * 1e6));
  Epochs view = recorded.view();
  view.float64 = nullptr;
  view.float32 = microvolts.data();
  view.scale = 1e-6;
  const std::vector<uint8_t> labels = some_labels();
  const test::SlowEpochs expected = slow_repaired(recorded, labels);
  Job job;
  std::vector<float> out(kChannels * kSamples);
  repair_epochs(view, recorded.positions.data(), labels.data(), {4}, out.data(), job);
  for (int c = 0; c < kChannels; c++)
    for (int t = 0; t < kSamples; t++) EXPECT_NEAR(out[c * kSamples + t], 1e6 * expected[4][c][t], 1e-4);
}

TEST(RepairEpochs, LeavesAnEpochWithoutAGoodChannelAsItIs) {
  const RecordedEpochs recorded = recorded_epochs(1, 4, 40, 3);
  Job job;
  std::vector<double> out(4 * 40);
  repair_epochs(recorded.view(), recorded.positions.data(), std::vector<uint8_t>(4, 2).data(), {0}, out.data(), job);
  EXPECT_EQ(out, recorded.data);
}

TEST(RepairCells, AreTheRowsOfRepairedEpochs) {
  const RecordedEpochs recorded = recorded_epochs(kEpochs, kChannels, kSamples, 4);
  const std::vector<uint8_t> labels = some_labels();
  Job job;
  std::vector<int> all(kEpochs);
  std::iota(all.begin(), all.end(), 0);
  std::vector<double> whole(recorded.data.size());
  repair_epochs(recorded.view(), recorded.positions.data(), labels.data(), all, whole.data(), job);
  const std::vector<Cell> cells{{6, 8}, {2, 0}, {6, 6}, {1, 7}};
  std::vector<double> out(cells.size() * kSamples);
  repair_cells(recorded.view(), recorded.positions.data(), labels.data(), cells, out.data(), job);
  for (size_t i = 0; i < cells.size(); i++)
    for (int t = 0; t < kSamples; t++)
      EXPECT_EQ(out[i * kSamples + t], whole[(cells[i].epoch * kChannels + cells[i].channel) * kSamples + t]);
}

TEST(RepairCells, RefuseCellsThatAreNotRepaired) {
  const RecordedEpochs recorded = recorded_epochs(kEpochs, kChannels, kSamples, 5);
  const std::vector<uint8_t> labels = some_labels();
  Job job;
  std::vector<double> out(kSamples);
  try {
    repair_cells(recorded.view(), recorded.positions.data(), labels.data(), {{1, 6}}, out.data(), job);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.code(), "INVALID_ARGUMENT");
  }
}

}  // namespace
}  // namespace brrr::autoreject
