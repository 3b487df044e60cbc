#include "engine/busy_time.h"

#include <algorithm>

namespace brrr::engine {

constexpr size_t kMostGaps = 4096;

void BusyTime::add(const Span& span) {
  // Newest first: most spans touch none or the last.
  for (size_t i = gaps_.size(); i-- > 0 && gaps_[i].end_ns > span.start_ns;) cover(i, span);
  if (span.end_ns <= end_ns_) return;
  if (span.start_ns > end_ns_) gaps_.push_back({end_ns_, span.start_ns});
  covered_ns_ += span.end_ns - std::max(span.start_ns, end_ns_);
  end_ns_ = span.end_ns;
  if (gaps_.size() > kMostGaps) gaps_.erase(gaps_.begin(), gaps_.begin() + kMostGaps / 2);
}

void BusyTime::cover(size_t gap, const Span& span) {
  const Span whole = gaps_[gap];
  const int64_t start = std::max(whole.start_ns, span.start_ns), end = std::min(whole.end_ns, span.end_ns);
  if (end <= start) return;
  covered_ns_ += end - start;
  const auto at = gaps_.erase(gaps_.begin() + static_cast<std::ptrdiff_t>(gap));
  std::vector<Span> left;
  if (whole.start_ns < start) left.push_back({whole.start_ns, start});
  if (end < whole.end_ns) left.push_back({end, whole.end_ns});
  gaps_.insert(at, left.begin(), left.end());
}

}  // namespace brrr::engine
