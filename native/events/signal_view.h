// A stretch of a longer series, addressed by the sample numbers of the whole.
#pragma once

#include <cstdint>

namespace brrr::events {

/// Samples [begin, end); not owned.
struct SignalView {
  const double* data = nullptr;
  int64_t begin = 0, end = 0;
  double operator[](int64_t sample) const { return data[sample - begin]; }
  const double* from(int64_t sample) const { return data + (sample - begin); }
};

}  // namespace brrr::events
