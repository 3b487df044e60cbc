// Which runs are over sooner than another thread would take them up: those are computed where they are asked for.
#pragma once

#include <algorithm>
#include <cstdint>

#include "engine/backend.h"

namespace brrr::onnxruntime {

/// Judges runs of one lane by those before it with as many bytes. Only for models whose time depends on the shapes of
/// their inputs alone. One thread at a time.
class BriefRuns {
 public:
  bool expects(const engine::Request& request) const { return score_ >= kEnough && bytes_of(request) == bytes_; }

  void saw(const engine::Request& request) {
    const engine::Span& computed = request.times.compute;
    const int64_t bytes = bytes_of(request);
    if (bytes != bytes_ || bytes > kMostBytes) score_ = 0;
    // A run that another process interrupts takes long now and then.
    if (computed.end_ns - computed.start_ns <= kBriefNs)
      score_ = std::min(score_ + 1, kMost);
    else
      score_ = std::max(score_ - kSlow, 0);
    bytes_ = bytes;
  }

 private:
  /// What handing a run over and back costs where no processor sleeps.
  static constexpr int64_t kBriefNs = 5000;
  static constexpr int kEnough = 16, kMost = 32, kSlow = 4;
  static constexpr int64_t kMostBytes = 1 << 16;

  static int64_t bytes_of(const engine::Request& request) {
    int64_t bytes = 0;
    for (const engine::Tensor& input : request.inputs) bytes += static_cast<int64_t>(input.bytes);
    return bytes;
  }

  int64_t bytes_ = -1;
  int score_ = 0;
};

}  // namespace brrr::onnxruntime
