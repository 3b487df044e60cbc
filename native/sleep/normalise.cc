// What YASA does to the raw features over a night: rolling means, robust scaling, float32.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>

#include "common/parallel.h"
#include "sleep/epoch.h"
#include "sleep/features.h"

namespace brrr::sleep {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// A weighted mean over neighbouring epochs: weights[0] belongs to the epoch `before` epochs earlier.
struct RollingWindow {
  int before;
  std::vector<double> weights;
};

// "c7min": triangular over 15 epochs; "p2min": the epoch and the three before it.
const RollingWindow kCentred{7,
                             {1 / 8., 2 / 8., 3 / 8., 4 / 8., 5 / 8., 6 / 8., 7 / 8., 1, 7 / 8., 6 / 8., 5 / 8., 4 / 8.,
                              3 / 8., 2 / 8., 1 / 8.}};
const RollingWindow kPast{3, {1, 1, 1, 1}};

/// What one column of the model's input is made of.
struct Column {
  const double* raw = nullptr;            // a row of a raw table, or
  double constant = 0;                    // age or sex, or
  double ramp_epochs = 0;                 // a ramp that reaches 1 after so many epochs
  const RollingWindow* window = nullptr;  // smoothed and scaled unless null
};

bool drop_prefix(std::string_view& text, std::string_view prefix) {
  if (text.substr(0, prefix.size()) != prefix) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool drop_suffix(std::string_view& text, std::string_view suffix) {
  if (text.size() < suffix.size() || text.substr(text.size() - suffix.size()) != suffix) return false;
  text.remove_suffix(suffix.size());
  return true;
}

const double* raw_row(const NightTables& tables, std::string_view feature, const std::string& name) {
  const double* table = nullptr;
  ChannelRole role = ChannelRole::kEeg;
  if (drop_prefix(feature, "eeg_")) {
    table = tables.eeg;
  } else if (drop_prefix(feature, "eog_")) {
    table = tables.eog;
    role = ChannelRole::kEog;
  } else if (drop_prefix(feature, "emg_")) {
    table = tables.emg;
    role = ChannelRole::kEmg;
  } else {
    throw Error("INVALID_ARGUMENT", "The classifier asks for the feature \"" + name + "\", which is unknown.");
  }
  if (!table)
    throw Error("INVALID_ARGUMENT", "The classifier asks for the feature \"" + name +
                                        "\", but no such channel was given: give one or choose another classifier.");
  const std::vector<std::string>& known = feature_names(role);
  const auto found = std::find(known.begin(), known.end(), feature);
  if (found == known.end())
    throw Error("INVALID_ARGUMENT", "The classifier asks for the feature \"" + name + "\", which is unknown.");
  return table + (found - known.begin()) * tables.rows;
}

Column column_of(const NightTables& tables, const std::string& name) {
  Column column;
  if (name == "time_hour") {
    column.ramp_epochs = 3600 / kEpochSeconds;
  } else if (name == "time_norm") {
    column.ramp_epochs = std::max(tables.rows - 1, 1);
  } else if (name == "age" || name == "male") {
    if (!tables.has_demographics)
      throw Error("INVALID_ARGUMENT", "The classifier asks for \"" + name +
                                          "\": give age and sex or choose a classifier without demographics.");
    column.constant = name == "age" ? tables.age : tables.male;
  } else {
    std::string_view feature = name;
    if (drop_suffix(feature, "_c7min_norm"))
      column.window = &kCentred;
    else if (drop_suffix(feature, "_p2min_norm"))
      column.window = &kPast;
    column.raw = raw_row(tables, feature, name);
  }
  return column;
}

// Mean over the epochs of the window that exist and are not NaN, the weights renormalised over them.
std::vector<double> smooth(const double* raw, int rows, const RollingWindow& window) {
  const int width = static_cast<int>(window.weights.size());
  std::vector<double> value(rows + width - 1), present(rows + width - 1);
  for (int i = 0; i < rows; ++i) {
    const bool is_there = !std::isnan(raw[i]);
    value[i + window.before] = is_there ? raw[i] : 0;
    present[i + window.before] = is_there;
  }
  std::vector<double> mean(rows);
  for (int i = 0; i < rows; ++i) {
    double sum = 0, weight = 0;
    for (int k = 0; k < width; ++k) {
      sum += window.weights[k] * value[i + k];
      weight += window.weights[k] * present[i + k];
    }
    mean[i] = weight > 0 ? sum / weight : kNaN;
  }
  return mean;
}

/// Percentiles as numpy.nanpercentile has them. Fractions must be asked for in ascending order: each search starts
/// where the one before ended.
class Percentiles {
 public:
  explicit Percentiles(const std::vector<double>& values) {
    values_.reserve(values.size());
    for (const double value : values)
      if (!std::isnan(value)) values_.push_back(value);
    start_ = values_.begin();
  }
  double at(double fraction) {
    if (values_.empty()) return kNaN;
    const double position = fraction * static_cast<double>(values_.size() - 1);
    const double below = std::floor(position), share = position - below;
    const auto lower = values_.begin() + static_cast<ptrdiff_t>(below);
    std::nth_element(start_, lower, values_.end());
    start_ = lower;
    if (share == 0) return *lower;
    const double upper = *std::min_element(lower + 1, values_.end());
    return share < 0.5 ? *lower + share * (upper - *lower) : upper - (1 - share) * (upper - *lower);
  }

 private:
  std::vector<double> values_;
  std::vector<double>::iterator start_;
};

// scikit-learn's robust_scale with quantile_range (5, 95).
void scale_robustly(const std::vector<double>& values, float* out) {
  Percentiles percentiles(values);
  const double p5 = percentiles.at(0.05), median = percentiles.at(0.5), p95 = percentiles.at(0.95);
  double scale = p95 - p5;
  if (scale < 10 * std::numeric_limits<double>::epsilon()) scale = 1;
  for (size_t i = 0; i < values.size(); ++i) out[i] = static_cast<float>((values[i] - median) / scale);
}

}  // namespace

void normalise(const NightTables& tables, const std::vector<std::string>& names, float* out, Job& job) {
  std::vector<Column> columns;
  for (const std::string& name : names) columns.push_back(column_of(tables, name));
  const int rows = tables.rows;
  parallel_for(static_cast<int>(columns.size()), [&](int index, int) {
    job.check();
    const Column& column = columns[index];
    float* values = out + static_cast<int64_t>(index) * rows;
    if (column.window)
      scale_robustly(smooth(column.raw, rows, *column.window), values);
    else if (column.raw)
      std::transform(column.raw, column.raw + rows, values, [](double value) { return static_cast<float>(value); });
    else
      for (int i = 0; i < rows; ++i)
        values[i] = static_cast<float>(column.ramp_epochs > 0 ? i / column.ramp_epochs : column.constant);
  });
}

void softmax5(const double* raw, int rows, double* out) {
  for (int row = 0; row < rows; ++row, raw += 5, out += 5) {
    const double greatest = *std::max_element(raw, raw + 5);
    double sum = 0;
    for (int i = 0; i < 5; ++i) sum += out[i] = std::exp(raw[i] - greatest);
    for (int i = 0; i < 5; ++i) out[i] /= sum;
  }
}

}  // namespace brrr::sleep
