// Sorted, disjoint stretches of samples.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace brrr::events {

/// Samples [begin, end).
struct Interval {
  int64_t begin, end;
  int64_t size() const { return end - begin; }
};

/// In ascending order, without overlap.
using Intervals = std::vector<Interval>;

/// Adds [begin, end), which starts no earlier than the last one, and joins the two if at most `gap` samples lie
/// between.
inline void append(Intervals& list, int64_t begin, int64_t end, int64_t gap = 0) {
  if (begin >= end) return;
  if (!list.empty() && begin - list.back().end <= gap)
    list.back().end = std::max(list.back().end, end);
  else
    list.push_back({begin, end});
}

/// Each interval with `margin` samples more on both sides, within [0, n); those that meet become one.
inline Intervals widen(const Intervals& list, int64_t margin, int64_t n) {
  Intervals wide;
  for (const Interval& i : list) append(wide, std::max<int64_t>(0, i.begin - margin), std::min(n, i.end + margin));
  return wide;
}

/// Index of the first interval that ends after `sample`, list.size() if none does.
inline size_t first_ending_after(const Intervals& list, int64_t sample) {
  return static_cast<size_t>(
      std::upper_bound(list.begin(), list.end(), sample, [](int64_t s, const Interval& i) { return s < i.end; }) -
      list.begin());
}

/// True if a sample of [begin, end) lies in the list.
inline bool intersects(const Intervals& list, int64_t begin, int64_t end) {
  size_t i = first_ending_after(list, begin);
  return i < list.size() && list[i].begin < end;
}

inline bool contains(const Intervals& list, int64_t sample) { return intersects(list, sample, sample + 1); }

/// Those parts of the list that lie in [begin, end).
inline Intervals clip(const Intervals& list, int64_t begin, int64_t end) {
  Intervals inside;
  for (size_t i = first_ending_after(list, begin); i < list.size() && list[i].begin < end; i++)
    append(inside, std::max(begin, list[i].begin), std::min(end, list[i].end));
  return inside;
}

/// Number of samples in all intervals.
inline int64_t total_size(const Intervals& list) {
  int64_t total = 0;
  for (const Interval& i : list) total += i.size();
  return total;
}

}  // namespace brrr::events
