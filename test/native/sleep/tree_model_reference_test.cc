// The shipped models on the reference's feature tables: probabilities and raw scores as YASA gives them.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "sleep/tree_model.h"

namespace brrr::sleep {
namespace {

namespace fs = std::filesystem;
using Table = std::map<std::string, std::vector<double>>;

fs::path root_folder() {
  if (const char* root = std::getenv("BRRR_ROOT")) return root;
  return fs::path(__FILE__).parent_path().parent_path().parent_path().parent_path();
}

fs::path expected_folder() {
  const char* reference = std::getenv("BRRR_REFERENCE");
  return (reference ? fs::path(reference) : root_folder() / ".." / "shared" / "reference") / "sleep" / "expected";
}

Table read_csv(const fs::path& path) {
  std::ifstream file(path);
  std::string line, cell;
  std::vector<std::string> names;
  Table table;
  if (!std::getline(file, line)) return table;
  for (std::istringstream cells(line); std::getline(cells, cell, ',');) names.push_back(cell);
  while (std::getline(file, line)) {
    std::istringstream cells(line);
    for (const std::string& name : names) {
      std::getline(cells, cell, ',');
      table[name].push_back(std::strtod(cell.c_str(), nullptr));
    }
  }
  return table;
}

std::shared_ptr<const TreeModel> shipped_model(const std::string& variant) {
  std::ifstream file(root_folder() / "models" / "yasa-0.5.0" / (variant + ".bin"), std::ios::binary);
  std::vector<char> bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  return TreeModel::parse(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
}

std::vector<double> predict(const TreeModel& model, const Table& features) {
  std::vector<float> inputs;
  for (const std::string& name : model.feature_names())
    for (double value : features.at(name)) inputs.push_back(static_cast<float>(value));
  size_t epochs = features.begin()->second.size();
  std::vector<double> raw(epochs * 5);
  Job job;
  model.predict(inputs.data(), static_cast<int>(epochs), raw.data(), job);
  return raw;
}

class TreeModelReference : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (!fs::exists(folder_)) GTEST_SKIP() << "no reference data at " << folder_;
  }
  const fs::path folder_ = expected_folder() / GetParam();
};

TEST_P(TreeModelReference, GivesYasasProbabilitiesForEveryVariant) {
  const Table features = read_csv(folder_ / "features.csv");
  const Table expected = read_csv(folder_ / "proba.csv");
  const char* kColumns[] = {"N1", "N2", "N3", "REM", "WAKE"};
  int variants = 0;
  for (const auto& [name, ignored] : expected) {
    if (name.size() < 3 || name.substr(name.size() - 3) != ":N1") continue;
    const std::string variant = name.substr(0, name.size() - 3);
    std::vector<double> raw = predict(*shipped_model(variant), features);
    double worst = 0;
    for (size_t e = 0; e < raw.size() / 5; e++) {
      double sum = 0;
      for (int c = 0; c < 5; c++) sum += std::exp(raw[e * 5 + c]);
      for (int c = 0; c < 5; c++)
        worst =
            std::max(worst, std::fabs(std::exp(raw[e * 5 + c]) / sum - expected.at(variant + ":" + kColumns[c])[e]));
    }
    EXPECT_LE(worst, 1e-10) << variant;  // the table has 10 digits
    RecordProperty("worst_difference_" + variant, std::to_string(worst * 1e12) + "e-12");
    variants++;
  }
  EXPECT_GE(variants, 3);
}

TEST_P(TreeModelReference, GivesYasasRawScoresForTheLargestVariant) {
  const std::map<std::string, std::string> largest = {
      {"d1_100hz", "eeg+eog+emg+demo"}, {"d2_200hz", "eeg+eog+demo"}, {"d3_256hz", "eeg+emg+demo"}};
  std::vector<double> raw = predict(*shipped_model(largest.at(GetParam())), read_csv(folder_ / "features.csv"));
  const Table expected = read_csv(folder_ / "intermediate" / "rawscore_first20.csv");
  const char* kColumns[] = {"N1", "N2", "N3", "R", "W"};
  ASSERT_EQ(expected.at("W").size(), 20u);
  for (size_t e = 0; e < 20; e++)
    for (int c = 0; c < 5; c++) EXPECT_NEAR(raw[e * 5 + c], expected.at(kColumns[c])[e], 1e-10) << "epoch " << e;
}

INSTANTIATE_TEST_SUITE_P(Sleep, TreeModelReference, ::testing::Values("d1_100hz", "d2_200hz", "d3_256hz"));

}  // namespace
}  // namespace brrr::sleep
