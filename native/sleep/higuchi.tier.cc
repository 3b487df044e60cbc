// Higuchi's fractal dimension, kmax 10, with the sums as antropy 0.1.9 takes them (YASA's feature): the last step of
// every lagged curve is left out of its length.
#include <cmath>

#include "sleep/epoch_lanes.h"

namespace brrr::BRRR_TIER::epoch {
namespace {

constexpr int kN = kEpochSamples;
constexpr int kMaxLag = 10;
// A tile stays in the first-level cache for all lags; the lags with two kinds of curve (7 and 9) divide it.
constexpr int kTile = 252;

/// Lengths of the curves x[m], x[m + lag], ... summed over m: those of `n / lag` steps in `longer`, those of one step
/// fewer in `shorter` (none if lag divides the epoch).
struct Lengths {
  Vec longer, shorter;
};

// Leaving out the last step of each curve means stopping one lag before the end of the epoch.
template <int kLag>
BRRR_INLINE void add_steps(Series x, int begin, Lengths* lengths) {
  constexpr int kLonger = kN % kLag;
  const int end = begin + kTile < kN - kLag ? begin + kTile : kN - kLag;
  int i = begin < kLag ? kLag : begin;
  Vec a{}, b{};
  if constexpr (kLonger == 0) {
    for (; i + 2 <= end; i += 2) {
      a += abs(x[i] - x[i - kLag]);
      b += abs(x[i + 1] - x[i + 1 - kLag]);
    }
    if (i < end) a += abs(x[i] - x[i - kLag]);
    lengths->longer += a + b;
  } else {
    for (; i + kLag <= end; i += kLag)
      for (int m = 0; m < kLag; ++m) (m < kLonger ? a : b) += abs(x[i + m] - x[i + m - kLag]);
    for (int m = 0; i + m < end; ++m) (m < kLonger ? a : b) += abs(x[i + m] - x[i + m - kLag]);
    lengths->longer += a;
    lengths->shorter += b;
  }
}

template <int kLag>
BRRR_INLINE void add_steps_of_lags(Series x, int begin, Lengths* lengths) {
  add_steps<kLag>(x, begin, &lengths[kLag]);
  if constexpr (kLag < kMaxLag) add_steps_of_lags<kLag + 1>(x, begin, lengths);
}

}  // namespace

void fractal_dimension(Series x, Vec* features) {
  Lengths lengths[kMaxLag + 1] = {};
  for (int begin = 0; begin < kN; begin += kTile) add_steps_of_lags<1>(x, begin, lengths);
  for (int l = 0; l < kLanes; ++l) {
    double sx = 0, sy = 0, sxx = 0, sxy = 0;
    for (int lag = 1; lag <= kMaxLag; ++lag) {
      const int steps = (kN - 1) / lag, fewer = (kN - lag) / lag;
      const double length = lengths[lag].longer[l] / steps + lengths[lag].shorter[l] / fewer;
      const double log_length = std::log(length * (kN - 1) / (static_cast<double>(lag) * lag * lag));
      const double log_scale = std::log(1.0 / lag);
      sx += log_scale;
      sy += log_length;
      sxx += log_scale * log_scale;
      sxy += log_scale * log_length;
    }
    features[kHiguchi][l] = (kMaxLag * sxy - sx * sy) / (kMaxLag * sxx - sx * sx);
  }
}

}  // namespace brrr::BRRR_TIER::epoch
