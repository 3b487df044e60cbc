#include "quality/raw_rows.h"

#include "signal/lanes.h"

namespace brrr {
namespace BRRR_TIER {

void extremes(const double* x, int count, double* low, double* high) {
  double least = x[0], most = x[0];
  int t = 0;
  if (count >= kLanes) {
    Vec smallest = load(x), largest = smallest;
    for (t = kLanes; t + kLanes <= count; t += kLanes) {
      const Vec v = load(x + t);
      smallest = min(smallest, v);
      largest = max(largest, v);
    }
    for (int l = 0; l < kLanes; l++) {
      least = smallest[l] < least ? smallest[l] : least;
      most = largest[l] > most ? largest[l] : most;
    }
  }
  for (; t < count; t++) {
    least = x[t] < least ? x[t] : least;
    most = x[t] > most ? x[t] : most;
  }
  *low = least;
  *high = most;
}

int count_equal(const double* x, int count, double value) {
  const Vec wanted = splat(value);
  Mask found = {};
  int t = 0;
  for (; t + kLanes <= count; t += kLanes) found += load(x + t) == wanted;
  int64_t equal = 0;
  for (int l = 0; l < kLanes; l++) equal -= found[l];
  for (; t < count; t++) equal += x[t] == value;
  return static_cast<int>(equal);
}

}  // namespace BRRR_TIER
}  // namespace brrr
