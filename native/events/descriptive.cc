#include "events/descriptive.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace brrr::events {
namespace {
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
}

double median(std::vector<double>& values) {
  if (values.empty()) return kNaN;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2) return *middle;
  return 0.5 * (*std::max_element(values.begin(), middle) + *middle);
}

void detrend(double* x, size_t n) {
  const double centre = (n - 1) / 2.0;
  double sum = 0, moment = 0, spread = 0;
  for (size_t i = 0; i < n; i++) {
    const double t = i - centre;
    sum += x[i];
    moment += t * x[i];
    spread += t * t;
  }
  const double mean = sum / n, slope = spread > 0 ? moment / spread : 0;
  for (size_t i = 0; i < n; i++) x[i] -= mean + slope * (i - centre);
}

double peak_to_peak(const double* x, size_t n) {
  const auto ends = std::minmax_element(x, x + n);
  return *ends.second - *ends.first;
}

double root_mean_square(const double* x, size_t n) {
  double squares = 0;
  for (size_t i = 0; i < n; i++) squares += x[i] * x[i];
  return std::sqrt(squares / n);
}

double trimmed_deviation(std::vector<double>& values, double cut) {
  const size_t n = values.size(), trimmed = static_cast<size_t>(cut * n);
  if (n < 2 * trimmed + 2) return kNaN;
  const auto low = values.begin() + static_cast<std::ptrdiff_t>(trimmed);
  const auto high = values.end() - static_cast<std::ptrdiff_t>(trimmed);
  if (trimmed > 0) {
    std::nth_element(values.begin(), low, values.end());
    std::nth_element(low, high, values.end());
  }
  const double count = static_cast<double>(high - low);
  double sum = 0, squares = 0;
  for (auto i = low; i != high; ++i) sum += *i;
  const double mean = sum / count;
  for (auto i = low; i != high; ++i) squares += (*i - mean) * (*i - mean);
  return std::sqrt(squares / (count - 1));
}

}  // namespace brrr::events
