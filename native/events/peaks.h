// Peaks of a series as scipy.signal.find_peaks (SciPy 1.17) finds them.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace brrr::events {

/// An optional lower and upper limit, both inclusive.
struct Limits {
  std::optional<double> low, high;
  bool admit(double x) const { return (!low || x >= *low) && (!high || x <= *high); }
};

struct PeakConditions {
  Limits height;
  /// Peaks nearer than this many samples (rounded up) to a higher one are left out; 0 keeps all.
  double distance = 0;
  std::optional<double> min_prominence;
  /// Samples around a peak, its wlen, in which the bases are searched; 0 searches the whole series.
  double window = 0;
};

struct Peak {
  int64_t index;
  double height;
  /// Height above the higher base.
  double prominence = 0;
  /// Lowest samples on both sides, as far as the series stays at or below the peak and inside the window; of equal ones
  /// the nearest.
  int64_t left_base = 0, right_base = 0;
};

/// All conditions in SciPy's order: local maxima (middle of plateaus, never the first or last sample), height,
/// distance, prominence.
std::vector<Peak> find_peaks(const double* x, int64_t n, const PeakConditions& conditions);

/// Marks with 0 the peaks that have to go because a higher one (of equal ones the later) lies less than
/// ceil(distance) samples away. Peaks in ascending order.
std::vector<char> keep_by_distance(const std::vector<Peak>& peaks, double distance);

/// Fills in prominence and bases of the peak at peak.index; `reach` samples on each side are searched at most.
void measure_prominence(const double* x, int64_t n, int64_t reach, Peak& peak);

/// SciPy's wlen as the number of samples on each side of a peak; the whole series for 0.
int64_t reach_of_window(double window);

/// Middle of the local maximum whose plateau starts at sample i, -1 if none does. x(i) gives sample i, 0 <= i < n.
template <class Series>
int64_t maximum_starting_at(const Series& x, int64_t n, int64_t i) {
  if (i < 1 || i >= n - 1 || !(x(i - 1) < x(i))) return -1;
  int64_t last = i;
  while (last + 1 < n - 1 && x(last + 1) == x(i)) last++;
  return x(last + 1) < x(i) ? (i + last) / 2 : -1;
}

/// The samples of [from, to) at which a maximum or a minimum may start, or after which x > 0 changes; ascending. n
/// samples are at hand, and kTurningGroup more that can be read.
std::vector<int64_t> find_turning_points(const double* x, int64_t n, int64_t from, int64_t to);

/// Likewise those of at least `lowest` at which a maximum may start.
std::vector<int64_t> find_tops(const double* x, int64_t n, int64_t from, int64_t to, double lowest);

}  // namespace brrr::events
