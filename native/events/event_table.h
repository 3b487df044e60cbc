// What a detector returns.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace brrr::events {

/// Events in order of time, one value per event in every column. Column names are YASA's; times are in seconds from the
/// channel's first sample. The column Stage exists if a hypnogram was given. NaN stands only where YASA has none either
/// (the coupling columns of slow waves too near an end).
struct EventTable {
  struct Column {
    std::string name;
    std::vector<double> values;
  };

  EventTable() = default;
  EventTable(const std::vector<std::string>& names, bool with_stage) {
    for (const std::string& name : names) columns.push_back({name, {}});
    if (with_stage) columns.push_back({"Stage", {}});
  }

  /// Why the channel was not searched, a phrase such as "flat signal"; empty if it was. A table with a reason is empty.
  std::string skipped;
  std::vector<Column> columns;

  size_t rows() const { return columns.empty() ? 0 : columns.front().values.size(); }

  /// values: one for each column but Stage; stage is left out where there is no such column.
  void append(const double* values, size_t count, int stage) {
    for (size_t c = 0; c < count; c++) columns[c].values.push_back(values[c]);
    if (columns.size() > count) columns[count].values.push_back(stage);
  }

  /// The values of the column of that name, nullptr if there is none.
  const std::vector<double>* find(const std::string& name) const {
    for (const Column& column : columns)
      if (column.name == name) return &column.values;
    return nullptr;
  }
};

}  // namespace brrr::events
