// Feature tables of the reference recordings as YASA gives them, from the EDF file on.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "edf/channel_source.h"
#include "sleep/features.h"

namespace brrr::sleep {
namespace {

namespace fs = std::filesystem;

fs::path sleep_reference() {
  const char* reference = std::getenv("BRRR_REFERENCE");
  const fs::path root = fs::path(__FILE__).parent_path().parent_path().parent_path().parent_path();
  return (reference ? fs::path(reference) : root / ".." / "shared" / "reference") / "sleep";
}

struct Csv {
  std::vector<std::string> names;
  std::vector<std::vector<double>> columns;
};

Csv read_csv(const fs::path& path) {
  std::ifstream file(path);
  std::string line, cell;
  Csv csv;
  std::getline(file, line);
  for (std::istringstream cells(line); std::getline(cells, cell, ',');) csv.names.push_back(cell);
  csv.columns.resize(csv.names.size());
  while (std::getline(file, line)) {
    std::istringstream cells(line);
    for (std::vector<double>& column : csv.columns) {
      std::getline(cells, cell, ',');
      column.push_back(std::strtod(cell.c_str(), nullptr));
    }
  }
  return csv;
}

class FeaturesGolden : public testing::TestWithParam<const char*> {};

// Our values of the columns of the expected table.
std::vector<float> normalised_features(const fs::path& recording, const Csv& expected) {
  Job job;
  const auto reader = edf::Reader::open(recording.string(), job);
  const int rows = static_cast<int>(expected.columns[0].size());
  std::map<ChannelRole, std::vector<double>> tables;
  for (int signal = 0; signal < static_cast<int>(reader->header().signals.size()); ++signal) {
    const std::map<std::string, ChannelRole> roles = {
        {"C4-M1", ChannelRole::kEeg}, {"LOC-M2", ChannelRole::kEog}, {"EMG1-EMG2", ChannelRole::kEmg}};
    const auto role = roles.find(reader->header().signals[signal].label);
    if (role == roles.end()) continue;
    const edf::ChannelSource source(reader, reader->segments()[0], signal);
    std::vector<double>& table = tables[role->second];
    table.resize(feature_names(role->second).size() * rows);
    extract_features(role->second, {{&source, 0, rows, 0}}, rows, table.data(), job);
  }
  const auto first_value = [&](const char* name) {
    const auto at = std::find(expected.names.begin(), expected.names.end(), name) - expected.names.begin();
    return expected.columns[at][0];
  };
  NightTables night;
  night.eeg = tables[ChannelRole::kEeg].data();
  night.eog = tables[ChannelRole::kEog].data();
  night.emg = tables[ChannelRole::kEmg].data();
  night.rows = rows;
  night.age = first_value("age");
  night.male = static_cast<int>(first_value("male"));
  night.has_demographics = true;
  std::vector<float> out(expected.names.size() * rows);
  normalise(night, expected.names, out.data(), job);
  return out;
}

TEST_P(FeaturesGolden, AreYasasToFloat32Rounding) {
  const fs::path recording = sleep_reference() / "recordings" / (std::string(GetParam()) + ".edf");
  const fs::path table = sleep_reference() / "expected" / GetParam() / "features.csv";
  if (!fs::exists(recording) || !fs::exists(table)) GTEST_SKIP() << "no reference data at " << sleep_reference();
  Csv expected = read_csv(table);
  expected.names.erase(expected.names.begin());  // "epoch"
  expected.columns.erase(expected.columns.begin());
  const int rows = static_cast<int>(expected.columns[0].size());
  const std::vector<float> got = normalised_features(recording, expected);
  for (size_t column = 0; column < expected.names.size(); ++column) {
    const std::string& name = expected.names[column];
    const bool counts_crossings = name.find("_nzc") != std::string::npos;
    const bool normalised = name.find("_norm") != std::string::npos && name != "time_norm";
    for (int row = 0; row < rows; ++row) {
      const double want = expected.columns[column][row];
      double tolerance = 5e-7 * std::max(std::abs(want), normalised ? 0.1 : 0);
      // The signs of the first and the last filtered sample are arbitrary; smoothing spreads that count over 8 epochs.
      if (counts_crossings && !normalised && (row == 0 || row == rows - 1)) tolerance = 1;
      if (counts_crossings && normalised && (row < 8 || row >= rows - 8)) tolerance = 0.02;
      EXPECT_NEAR(got[column * rows + row], want, tolerance) << name << " of epoch " << row;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Sleep, FeaturesGolden, testing::Values("d1_100hz", "d2_200hz", "d3_256hz"));

}  // namespace
}  // namespace brrr::sleep
