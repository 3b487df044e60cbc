// The last runs of an engine, for who wants to see how they lay in time.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/backend.h"

namespace brrr::engine {

/// A run that a lane has completed.
struct TimelineRun {
  Times times;
  int lane = 0, slot = 0;
  Launch launch = Launch::kCall;
  /// Of the first input.
  std::vector<int64_t> shape;
  /// See Request.
  int64_t padded_batch = 0;
  bool failed = false;
};

/// A ring.
class Timeline {
 public:
  /// `capacity` 0: keeps nothing.
  explicit Timeline(size_t capacity = 0) : capacity_(capacity) {}
  void add(const Request& request);
  /// Oldest first.
  std::vector<TimelineRun> runs() const;
  /// Runs that newer ones have pushed out.
  int64_t dropped() const { return dropped_; }
  void clear();

 private:
  size_t capacity_;
  std::vector<TimelineRun> ring_;
  /// The oldest, once the ring is full.
  size_t next_ = 0;
  int64_t dropped_ = 0;
};

}  // namespace brrr::engine
