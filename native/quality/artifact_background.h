// How large a measure of a channel usually is, locally: the yardstick of the artifact detectors.
#pragma once

#include <cstdint>
#include <vector>

namespace brrr::quality {

/// A quantile of |x| over windows that overlap by half; at a step, of the window whose middle is nearest. Every fourth
/// value is looked at.
class Background {
 public:
  Background() = default;
  /// window: steps. A window never reaches beyond the series; a shorter series is one window.
  Background(const float* x, int64_t steps, int64_t window, double quantile);

  double at(int64_t step) const;

 private:
  int64_t hop_ = 1;
  std::vector<float> levels_;
};

}  // namespace brrr::quality
