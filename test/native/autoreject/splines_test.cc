#include "autoreject/splines.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "autoreject/sphere.h"
#include "common/error.h"
#include "slow_splines.h"

namespace brrr::autoreject {
namespace {

// Fp1 Fz C3 Cz C4 T8 Pz Oz of standard_1005 in MNE's head frame, metres.
const std::vector<double> kEight = {
    -0.03090258833242555, 0.11458517879242798,    0.02786657432908913,  -0.001229271161566281, 0.09327445200029715,
    0.1026392934768164,   -0.0671487229331174,    0.023358230537446293, 0.1045106810602483,    -0.0013741334028190722,
    0.027617093595102737, 0.14019949417439556,    0.06532888071838541,  0.023573104961569495,  0.10369243420047652,
    0.08326136985759491,  0.015258189278681375,   0.030972968524059938, -0.001709445046746896, -0.045212993324122014,
    0.12667292418209622,  -0.0020602461029908406, -0.0827829905012281,  0.06073663060773575};

std::vector<double> random_head(int channels, unsigned seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<double> normal;
  std::vector<double> positions;
  for (int i = 0; i < channels; i++)
    positions.insert(positions.end(), {normal(generator), normal(generator), std::fabs(normal(generator))});
  return positions;
}

struct Sets {
  std::vector<int> bads, sources;
};

Sets random_sets(int channels, int bads, unsigned seed) {
  std::mt19937 generator(seed);
  std::vector<int> all(static_cast<size_t>(channels));
  for (int i = 0; i < channels; i++) all[i] = i;
  std::shuffle(all.begin(), all.end(), generator);
  Sets sets{{all.begin(), all.begin() + bads}, {all.begin() + bads, all.end()}};
  std::sort(sets.sources.begin(), sets.sources.end());
  return sets;
}

void expect_repair_weights(const std::vector<double>& positions, const Sets& sets, double tolerance) {
  const SphericalSplines splines(positions);
  const auto found = splines.repair_weights(sets.bads);
  const auto expected = brrr::test::slow_weights(positions, sets.sources, sets.bads);
  const size_t channels = positions.size() / 3;
  for (size_t i = 0; i < sets.bads.size(); i++) {
    double sum = 0;
    for (size_t c = 0; c < channels; c++) sum += found[i * channels + c];
    EXPECT_NEAR(sum, 1, 1e-9);
    for (size_t j = 0; j < sets.sources.size(); j++)
      EXPECT_NEAR(found[i * channels + sets.sources[j]], expected[i][j], tolerance);
    for (int bad : sets.bads) EXPECT_EQ(found[i * channels + bad], 0);
  }
}

TEST(Splines, RepairWeightsSolveTheSetsOwnSystem) {
  for (int channels : {4, 8, 20, 64})
    for (double share : {0.0, 0.1, 0.3, 0.5, 0.7, 0.99}) {
      const int bads = std::max(1, std::min(channels - 1, static_cast<int>(share * channels)));
      SCOPED_TRACE(testing::Message() << bads << " of " << channels);
      expect_repair_weights(random_head(channels, 3), random_sets(channels, bads, 7), 2e-11);
    }
}

TEST(Splines, ElectrodesMayCoincide) {
  std::vector<double> positions = random_head(12, 5);
  for (int k = 0; k < 9; k++) positions[27 + k] = positions[k];
  expect_repair_weights(positions, {{0, 9, 4}, {1, 2, 3, 5, 6, 7, 8, 10, 11}}, 2e-11);
  std::vector<double> one_place;
  for (int i = 0; i < 6; i++) one_place.insert(one_place.end(), {0.0, 0.1, 0.2});
  const auto weights = SphericalSplines(one_place).repair_weights({2});
  for (int c : {0, 1, 3, 4, 5}) EXPECT_NEAR(weights[c], 0.2, 1e-9);
}

TEST(Splines, OnlyDirectionsCount) {
  std::vector<double> scaled = kEight;
  for (double& value : scaled) value *= 1000;
  const auto expected = SphericalSplines(kEight).leave_one_out(), found = SphericalSplines(scaled).leave_one_out();
  for (size_t i = 0; i < expected.size(); i++) EXPECT_NEAR(found[i], expected[i], 1e-10);
}

TEST(Splines, LeaveOneOutRowsAreRepairsOfOneChannel) {
  const SphericalSplines splines(kEight);
  const auto rows = splines.leave_one_out();
  for (int c = 0; c < 8; c++) {
    const auto row = splines.repair_weights({c});
    for (int i = 0; i < 8; i++) EXPECT_EQ(rows[8 * c + i], row[i]);
  }
}

// RANSAC predicts sources too; regularised splines do not return them as they are.
TEST(Splines, WeightsMayPredictTheirSources) {
  const auto found = SphericalSplines(kEight).weights({3, 0, 6}, {0, 1, 2, 3});
  const auto expected = brrr::test::slow_weights(kEight, {3, 0, 6}, {0, 1, 2, 3});
  for (int t = 0; t < 4; t++)
    for (int s = 0; s < 3; s++) EXPECT_NEAR(found[3 * t + s], expected[t][s], 1e-12);
  EXPECT_NE(found[1], 1);
}

// Fz T7 T8 Pz predict Fp1: MNE-Python's weights on raw head positions, and with the head's centre subtracted.
TEST(Splines, WeightsAreThoseOfMnePython) {
  const std::vector<double> positions = {
      -0.001229271161566281, 0.09327445200029715, 0.1026392934768164,   -0.08598207795805729, 0.014871638175652204,
      0.031173373739044698,  0.08326136985759491, 0.015258189278681375, 0.030972968524059938, -0.001709445046746896,
      -0.045212993324122014, 0.12667292418209622, -0.03090258833242555, 0.11458517879242798,  0.02786657432908913};
  auto expect_row = [](const std::vector<double>& centred, std::vector<double> expected) {
    const auto found = SphericalSplines(centred).repair_weights({4});
    for (size_t i = 0; i < 4; i++) EXPECT_NEAR(found[i], expected[i], 1e-8);
  };
  expect_row(positions, {0.8444670480093773, 0.5473251006354559, 0.27369073916652, -0.6654828878113529});
  std::vector<double> centred = positions;
  const double centre[] = {-0.0009165137075442964, 0.015808441733422076, 0.04538001487112172};
  for (size_t i = 0; i < centred.size(); i++) centred[i] -= centre[i % 3];
  expect_row(centred, {0.7429019647039139, 0.5461191670497773, 0.25563392092015824, -0.5446550526738496});
}

TEST(Splines, PositionsWithoutADirectionAreRefused) {
  for (double value : {0.0, std::nan(""), HUGE_VAL})
    EXPECT_THROW(SphericalSplines({0.1, 0.2, 0.3, value, value, value}), Error);
  EXPECT_THROW(SphericalSplines({0.1, 0.2, 0.3}).leave_one_out(), Error);
  EXPECT_THROW(SphericalSplines(kEight).weights({}, {1}), Error);
}

TEST(Sphere, FindsACentre) {
  std::vector<double> positions = random_head(20, 11);
  for (size_t i = 0; i < positions.size(); i += 3) {
    const double norm = std::hypot(positions[i], positions[i + 1], positions[i + 2]);
    const double centre[] = {-0.001, 0.015, 0.045};
    for (size_t k = 0; k < 3; k++) positions[i + k] = positions[i + k] / norm * 0.095 + centre[k];
  }
  // Before the ears and below the nasion: not part of the fit.
  positions.insert(positions.end(), {0.3, 0.2, -0.1});
  const auto centre = head_centre(positions);
  EXPECT_NEAR(centre[0], -0.001, 1e-12);
  EXPECT_NEAR(centre[1], 0.015, 1e-12);
  EXPECT_NEAR(centre[2], 0.045, 1e-12);
}

TEST(Sphere, NeedsFourElectrodesOffOnePlane) {
  EXPECT_THROW(head_centre({0, 0, 1, 1, 0, 1, 0, 1, 1}), Error);
  EXPECT_THROW(head_centre({0, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1, 2, 3, 1}), Error);
}

}  // namespace
}  // namespace brrr::autoreject
