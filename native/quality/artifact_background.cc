#include "quality/artifact_background.h"

#include <algorithm>
#include <cmath>

namespace brrr::quality {

Background::Background(const float* x, int64_t steps, int64_t window, double quantile) {
  constexpr int64_t kStride = 4;
  window = std::clamp<int64_t>(window, 1, std::max<int64_t>(1, steps));
  hop_ = std::max<int64_t>(1, window / 2);
  std::vector<float> values;
  for (int64_t begin = 0;; begin += hop_) {
    begin = std::min(begin, steps - window);
    values.clear();
    for (int64_t g = begin; g < begin + window; g += kStride) values.push_back(std::abs(x[g]));
    const auto middle = values.begin() + static_cast<int64_t>(quantile * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), middle, values.end());
    levels_.push_back(*middle);
    if (begin + window >= steps) break;
  }
}

double Background::at(int64_t step) const {
  const int64_t window = step / hop_ - (step % hop_ < hop_ / 2 ? 1 : 0);
  return levels_[static_cast<size_t>(std::clamp<int64_t>(window, 0, static_cast<int64_t>(levels_.size()) - 1))];
}

}  // namespace brrr::quality
