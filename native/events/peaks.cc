#include "events/peaks.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "events/turning_points.h"

namespace brrr::events {
namespace {

/// Walks from the peak in steps of `step` to `limit` and returns where the lowest value lies.
int64_t find_base(const double* x, int64_t peak, int64_t limit, int64_t step) {
  int64_t base = peak;
  for (int64_t i = peak; i != limit + step && x[i] <= x[peak]; i += step)
    if (x[i] < x[base]) base = i;
  return base;
}

/// Runs a sieve of turning_points.h over the inner samples of [from, to).
template <class Sieve>
std::vector<int64_t> collect(int64_t n, int64_t from, int64_t to, Sieve sieve) {
  constexpr int64_t kPiece = 4096;
  int64_t piece[kPiece];
  std::vector<int64_t> found;
  to = std::min(to, n - 1);
  for (int64_t i = std::max<int64_t>(from, 1); i < to; i += kPiece)
    found.insert(found.end(), piece, piece + sieve(i, std::min(i + kPiece, to), piece));
  return found;
}

}  // namespace

std::vector<char> keep_by_distance(const std::vector<Peak>& peaks, double distance) {
  const int64_t apart = static_cast<int64_t>(std::ceil(distance));
  std::vector<char> keep(peaks.size(), 1);
  std::vector<size_t> by_height(peaks.size());
  std::iota(by_height.begin(), by_height.end(), size_t{0});
  std::stable_sort(by_height.begin(), by_height.end(),
                   [&](size_t a, size_t b) { return peaks[a].height < peaks[b].height; });
  for (size_t i = by_height.size(); i-- > 0;) {
    const size_t high = by_height[i];
    if (!keep[high]) continue;
    for (size_t k = high; k-- > 0 && peaks[high].index - peaks[k].index < apart;) keep[k] = 0;
    for (size_t k = high + 1; k < peaks.size() && peaks[k].index - peaks[high].index < apart; k++) keep[k] = 0;
  }
  return keep;
}

int64_t reach_of_window(double window) {
  return window > 0 ? static_cast<int64_t>(std::ceil(window)) / 2 : std::numeric_limits<int64_t>::max() / 2;
}

void measure_prominence(const double* x, int64_t n, int64_t reach, Peak& peak) {
  peak.left_base = find_base(x, peak.index, std::max<int64_t>(0, peak.index - reach), -1);
  peak.right_base = find_base(x, peak.index, std::min(n - 1, peak.index + reach), 1);
  peak.prominence = x[peak.index] - std::max(x[peak.left_base], x[peak.right_base]);
}

std::vector<int64_t> find_turning_points(const double* x, int64_t n, int64_t from, int64_t to) {
  return collect(n, from, to, [x](int64_t begin, int64_t end, int64_t* found) {
    return BRRR_DISPATCH(turning_points)(x, begin, end, found);
  });
}

std::vector<int64_t> find_tops(const double* x, int64_t n, int64_t from, int64_t to, double lowest) {
  return collect(n, from, to, [x, lowest](int64_t begin, int64_t end, int64_t* found) {
    return BRRR_DISPATCH(high_tops)(x, begin, end, lowest, found);
  });
}

std::vector<Peak> find_peaks(const double* x, int64_t n, const PeakConditions& conditions) {
  std::vector<Peak> peaks;
  const auto series = [x](int64_t i) { return x[i]; };
  for (int64_t i = 1; i + 1 < n; i++) {
    const int64_t top = maximum_starting_at(series, n, i);
    if (top >= 0 && conditions.height.admit(x[top])) peaks.push_back({top, x[top]});
  }
  const std::vector<char> keep =
      conditions.distance > 0 ? keep_by_distance(peaks, conditions.distance) : std::vector<char>(peaks.size(), 1);
  const int64_t reach = reach_of_window(conditions.window);
  std::vector<Peak> found;
  for (size_t i = 0; i < peaks.size(); i++) {
    if (!keep[i]) continue;
    measure_prominence(x, n, reach, peaks[i]);
    if (!conditions.min_prominence || peaks[i].prominence >= *conditions.min_prominence) found.push_back(peaks[i]);
  }
  return found;
}

}  // namespace brrr::events
