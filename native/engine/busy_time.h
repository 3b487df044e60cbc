// How busy lanes were together: the time that their spans cover.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/backend.h"

namespace brrr::engine {

/// The length of a union of spans, which come in any order and may overlap. Bounded memory: a span no longer covers
/// what lies further back than the last 4096 gaps.
class BusyTime {
 public:
  /// Counts what lies after `since_ns`.
  explicit BusyTime(int64_t since_ns) : end_ns_(since_ns) {}
  void add(const Span& span);
  int64_t covered_ns() const { return covered_ns_; }

 private:
  void cover(size_t gap, const Span& span);

  /// Between covered stretches, ascending.
  std::vector<Span> gaps_;
  int64_t end_ns_;
  int64_t covered_ns_ = 0;
};

}  // namespace brrr::engine
