#include "autoreject/row_median.h"

#include <gtest/gtest.h>

#include <random>

#include "../signal/support.h"
#include "slow_reference.h"

namespace brrr {
namespace {

constexpr int kWidth = 48;

std::vector<std::vector<double>> random_rows(int count, unsigned seed, bool ties) {
  std::mt19937 generator(seed);
  std::uniform_real_distribution<double> uniform(-1, 1);
  std::vector<std::vector<double>> rows(count, std::vector<double>(kWidth));
  for (auto& row : rows)
    for (double& value : row) value = ties ? std::round(3 * uniform(generator)) : uniform(generator);
  return rows;
}

std::vector<double> medians(const std::vector<std::vector<double>>& rows) {
  std::vector<const double*> pointers;
  for (const auto& row : rows) pointers.push_back(row.data());
  const int count = static_cast<int>(rows.size());
  std::vector<double> scratch(autoreject::median_scratch(count)), out(kWidth);
  BRRR_DISPATCH(autoreject::row_medians)(pointers.data(), count, kWidth, scratch.data(), out.data());
  return out;
}

std::vector<double> float_medians(const std::vector<std::vector<float>>& rows, double scale) {
  std::vector<const float*> pointers;
  for (const auto& row : rows) pointers.push_back(row.data());
  const int count = static_cast<int>(rows.size());
  std::vector<double> scratch(autoreject::median_scratch(count)), out(kWidth);
  BRRR_DISPATCH(autoreject::float_row_medians)
  (pointers.data(), count, kWidth, scale, scratch.data(), out.data());
  return out;
}

std::vector<double> slow_medians(const std::vector<std::vector<double>>& rows) {
  std::vector<double> out;
  for (int t = 0; t < kWidth; t++) {
    std::vector<double> column;
    for (const auto& row : rows) column.push_back(row[t]);
    out.push_back(test::median(column));
  }
  return out;
}

TEST(RowMedians, AreThoseOfSortedColumnsForAnyNumberOfRows) {
  test::in_each_setting([] {
    for (int count = 1; count <= 140; count++) {
      const auto rows = random_rows(count, count, count % 3 == 0);
      EXPECT_EQ(medians(rows), slow_medians(rows)) << count << " rows";
    }
    for (int count : {255, 256, 257, 511, 600, 1025, 1200, 2047}) {
      const auto rows = random_rows(count, count, false);
      EXPECT_EQ(medians(rows), slow_medians(rows)) << count << " rows";
    }
  });
}

TEST(RowMedians, OfFloatsAreThoseOfTheirScaledDoubles) {
  constexpr double kScale = 1e-6;
  test::in_each_setting([] {
    for (int count : {1, 2, 3, 15, 16, 17, 30, 31, 32, 33, 64, 65, 129, 300, 1025}) {
      auto rows = random_rows(count, count, count % 3 == 0);
      std::vector<std::vector<float>> floats;
      for (auto& row : rows) {
        floats.emplace_back(row.begin(), row.end());
        for (int t = 0; t < kWidth; t++) row[t] = static_cast<double>(floats.back()[t]) * kScale;
      }
      EXPECT_EQ(float_medians(floats, kScale), slow_medians(rows)) << count << " rows";
    }
  });
}

TEST(RowMedians, TakeInfiniteValues) {
  auto rows = random_rows(9, 5, false);
  for (int r = 0; r < 5; r++) rows[r].assign(kWidth, r < 2 ? -INFINITY : INFINITY);
  EXPECT_EQ(medians(rows), slow_medians(rows));
}

}  // namespace
}  // namespace brrr
