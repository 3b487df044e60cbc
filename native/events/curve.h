// A curve given at some points and linear between them, seen at every sample.
#pragma once

#include <cstdint>
#include <vector>

#include "events/intervals.h"

namespace brrr::events {

/// Points in strictly ascending order of place (in samples); 0 before the first and after the last.
struct Curve {
  std::vector<double> place, value;
};

/// Reads a curve at ascending samples.
class CurveReader {
 public:
  CurveReader(const Curve& curve, int64_t first_sample);
  /// Value at `sample`, which is no earlier than that of the call before.
  double at(int64_t sample);
  /// First point past the last sample read.
  size_t next() const { return next_; }

 private:
  const Curve& curve_;
  size_t next_;
};

struct CurveLevel {
  double mean;
  double trimmed_deviation;
};

/// Mean over the samples of `where` and standard deviation (ddof 1) without the int(cut * n) lowest and highest of
/// them; NaN where too few remain. The curve's values must not be NaN, 0 <= cut < 0.5.
CurveLevel level_of_curve(const Curve& curve, const Intervals& where, double cut);

}  // namespace brrr::events
