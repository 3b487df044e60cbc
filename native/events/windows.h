// Moving windows over a signal: root mean square and correlation, as YASA's moving_transform computes them.
#pragma once

#include <cstdint>
#include <vector>

namespace brrr::events {

/// Window k is centred at k * step_s seconds and cut at the ends of the signal.
class MovingWindows {
 public:
  MovingWindows(int64_t n, double rate, double window_s, double step_s);

  int64_t count() const { return count_; }
  int64_t begin(int64_t k) const;
  int64_t end(int64_t k) const;
  /// Middle of window k, in samples.
  double middle(int64_t k) const { return 0.5 * static_cast<double>(begin(k) + end(k)); }
  /// First window that begins at or after the sample.
  int64_t first_from(int64_t sample) const;
  /// No window is longer than this many samples.
  int64_t longest() const;

 private:
  int64_t n_;
  double rate_, half_s_, step_s_;
  int64_t count_;
};

/// Sums over a stretch of two series.
struct PairSums {
  double x = 0, y = 0, xx = 0, yy = 0, xy = 0;
};

/// For windows [first, last): rms[k - first] = root mean square of x, correlation[k - first] = Pearson's correlation of
/// x and y, NaN where either is constant. x and y hold samples from `origin` on; kWindowSlack more than the windows
/// need must be readable at their end.
void measure_windows(const MovingWindows& windows, int64_t first, int64_t last, const double* x, const double* y,
                     int64_t origin, double* rms, double* correlation);
constexpr int64_t kWindowSlack = 8;

}  // namespace brrr::events
