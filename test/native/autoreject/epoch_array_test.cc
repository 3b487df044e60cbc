#include "autoreject/epoch_array.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "autoreject/autoreject.h"
#include "autoreject/fit_memory.h"
#include "common/error.h"
#include "recorded_epochs.h"
#include "slow_reference.h"

namespace brrr::autoreject {
namespace {

EpochArray array_of(const brrr::test::RecordedEpochs& recorded, std::vector<int> picks) {
  EpochArray array;
  array.float64 = recorded.data.data();
  array.epochs = recorded.epochs;
  array.channels = recorded.channels;
  array.samples = recorded.samples;
  array.picks = std::move(picks);
  return array;
}

std::vector<double> positions_of(const brrr::test::RecordedEpochs& recorded, const std::vector<int>& picks) {
  std::vector<double> positions;
  for (int c : picks) positions.insert(positions.end(), &recorded.positions[3 * c], &recorded.positions[3 * c] + 3);
  return positions;
}

TEST(EpochArray, RepairsPickedChannelsAndCopiesTheOthers) {
  auto recorded = brrr::test::recorded_epochs(5, 7, 33, 2);
  const std::vector<int> picks = {0, 1, 3, 4, 6}, chosen = {4, 1, 2};
  std::vector<uint8_t> labels(5 * 5, kGood);
  labels[4 * 5 + 2] = labels[1 * 5 + 0] = labels[1 * 5 + 4] = kRepaired;
  labels[1 * 5 + 1] = kBad;
  labels[0 * 5 + 3] = kRepaired;  // not chosen
  const auto positions = positions_of(recorded, picks);
  std::vector<double> out(3 * 7 * 33, -1);
  Job job;
  repair_array(array_of(recorded, picks), positions.data(), labels.data(), chosen, out.data(), job);

  const auto x = brrr::test::slow_epochs(array_of(recorded, picks).view());
  for (size_t i = 0; i < chosen.size(); i++) {
    auto expected = x[chosen[i]];
    std::vector<int> targets;
    for (int p = 0; p < 5; p++)
      if (labels[chosen[i] * 5 + p] == kRepaired) targets.push_back(p);
    if (!targets.empty()) brrr::test::repair_epoch(expected, positions, targets);
    for (int t = 0; t < 33; t++) {
      for (int p = 0; p < 5; p++) EXPECT_NEAR(out[(i * 7 + picks[p]) * 33 + t], expected[p][t], 1e-14);
      for (int c : {2, 5}) EXPECT_EQ(out[(i * 7 + c) * 33 + t], recorded.cell(chosen[i], c)[t]);
    }
  }
}

TEST(EpochArray, Float32StaysWhatItWasWhereNothingIsRepaired) {
  const std::vector<float> data = {1e-5f, 2e-5f, -3e-5f, 0.1f, 0.2f, 0.3f};
  EpochArray array;
  array.float32 = data.data();
  array.epochs = 1;
  array.channels = 2;
  array.samples = 3;
  array.picks = {0, 1};
  const double positions[] = {0, 0, 1, 0, 1, 0};
  const uint8_t labels[] = {kGood, kBad};
  std::vector<float> out(6);
  Job job;
  repair_array(array, positions, labels, {0}, out.data(), job);
  EXPECT_EQ(out, data);
}

TEST(EpochArray, AnEpochWithNothingToRepairItFromStaysAsItIs) {
  auto recorded = brrr::test::recorded_epochs(2, 4, 9, 2);
  const std::vector<uint8_t> labels(2 * 4, kRepaired);
  std::vector<double> out(recorded.data.size());
  Job job;
  repair_array(array_of(recorded, {0, 1, 2, 3}), recorded.positions.data(), labels.data(), {0, 1}, out.data(), job);
  EXPECT_EQ(out, recorded.data);
}

TEST(EpochArray, NamesTheFirstSampleThatIsNotFinite) {
  for (double value : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    auto recorded = brrr::test::recorded_epochs(4, 3, 19, 2);
    recorded.cell(2, 1)[17] = value;
    Job job;
    EXPECT_NO_THROW(check_finite(array_of(recorded, {0, 2}), job));
    try {
      check_finite(array_of(recorded, {0, 1, 2}), job);
      FAIL() << "accepted";
    } catch (const Error& e) {
      EXPECT_STREQ(e.code(), "INVALID_ARGUMENT");
      EXPECT_NE(std::string(e.what()).find("Sample 17 of channel 1 in epoch 2"), std::string::npos) << e.what();
    }
  }
}

TEST(EpochArray, LargestFiniteValuesAreFinite) {
  auto recorded = brrr::test::recorded_epochs(1, 1, 40, 2);
  std::fill(recorded.data.begin(), recorded.data.end(), std::numeric_limits<double>::max());
  Job job;
  EXPECT_NO_THROW(check_finite(array_of(recorded, {0}), job));
}

TEST(FitMemory, GrowsWithTheEpochsAndIsHeldAgainstTheBudget) {
  auto few = brrr::test::recorded_epochs(20, 4, 8, 1), many = brrr::test::recorded_epochs(4000, 20, 8, 1);
  FitOptions options;
  options.consensus = {0.1, 0.5};
  options.n_interpolate = {1, 4};
  const uint64_t small = fit_bytes(few.view(), options), large = fit_bytes(many.view(), options);
  EXPECT_GT(large, small + (20u << 20));
  EXPECT_LE(fit_bytes(many.view(), {}), large);
  EXPECT_NO_THROW(check_budget("A fit", large, 0));
  EXPECT_NO_THROW(check_budget("A fit", large, large));
  try {
    check_budget("A fit", large, small);
    FAIL() << "accepted";
  } catch (const Error& e) {
    EXPECT_STREQ(e.code(), "MEMORY_BUDGET");
  }
}

}  // namespace
}  // namespace brrr::autoreject
