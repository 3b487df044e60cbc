#include "events/spindle_search.h"

#include <algorithm>
#include <cmath>

namespace brrr::events {

Intervals where_all_met(const std::vector<SpindleCriterion>& criteria, const Intervals& where) {
  if (criteria.empty()) return where;
  Intervals met;
  const Curve& first = criteria.front().curve;
  const auto reached = [](const SpindleCriterion& c, double a, double b) {
    return a >= c.threshold || b >= c.threshold;
  };
  for (const Interval& stretch : where) {
    std::vector<CurveReader> readers;
    for (const SpindleCriterion& c : criteria) readers.emplace_back(c.curve, stretch.begin);
    // A straight piece of a curve reaches the threshold only if one of its ends does. All curves have the same points.
    size_t k = CurveReader(first, stretch.begin).next();
    for (int64_t i = stretch.begin; i < stretch.end; k++) {
      const bool last = k >= first.place.size();
      const int64_t stop =
          last ? stretch.end : std::min(stretch.end, static_cast<int64_t>(std::floor(first.place[k])) + 1);
      bool possible = true;
      for (const SpindleCriterion& c : criteria) {
        const double a = k > 0 ? c.curve.value[k - 1] : 0, b = last ? 0 : c.curve.value[k];
        possible &= reached(c, a, b) || reached(c, 0, 0);
      }
      for (; possible && i < stop; i++) {
        bool all = true;
        for (size_t c = 0; c < criteria.size(); c++) all &= readers[c].at(i) >= criteria[c].threshold;
        if (all) append(met, i, i + 1);
      }
      i = std::max(i, stop);
    }
  }
  return met;
}

namespace {

/// Number of criteria met at samples [begin, end).
std::vector<int> count_met(const std::vector<SpindleCriterion>& criteria, const Intervals& where, int64_t begin,
                           int64_t end) {
  std::vector<int> met(static_cast<size_t>(end - begin));
  for (const Interval& part : clip(where, begin, end))
    for (const SpindleCriterion& c : criteria) {
      CurveReader reader(c.curve, part.begin);
      for (int64_t i = part.begin; i < part.end; i++)
        met[static_cast<size_t>(i - begin)] += reader.at(i) >= c.threshold;
    }
  return met;
}

}  // namespace

Intervals find_spindles(const std::vector<SpindleCriterion>& criteria, const Intervals& where,
                        const SpindleRules& rules, Interval inside, int64_t n) {
  const int64_t box = rules.box();
  const int64_t begin = std::max<int64_t>(0, inside.begin - box), end = std::min(n, inside.end + box);
  const std::vector<int> met = count_met(criteria, where, begin, end);
  const auto at = [&](int64_t i) { return i >= begin && i < end ? met[static_cast<size_t>(i - begin)] : 0; };

  // Whole numbers are compared: the average itself is not exact in floating point. Its window ends (box - 1) / 2
  // samples after the sample, as numpy.convolve(mode="same") places it.
  const int64_t limit = (static_cast<int64_t>(criteria.size()) - 1) * box, ahead = (box - 1) / 2;
  Intervals events;
  int64_t sum = 0;
  for (int64_t i = inside.begin + ahead - box; i < inside.begin + ahead; i++) sum += at(i);
  for (int64_t i = inside.begin; i < inside.end; i++) {
    sum += at(i + ahead) - at(i + ahead - box);
    if (sum <= limit) continue;
    const bool near = !events.empty() && static_cast<double>(i - (events.back().end - 1)) < rules.min_distance;
    if (near)
      events.back().end = i + 1;
    else
      append(events, i, i + 1);
  }
  const auto wrong_length = [&](const Interval& e) {
    const double duration = (e.end - 1) / rules.rate - e.begin / rules.rate;
    return !(duration > rules.min_duration && duration < rules.max_duration);
  };
  events.erase(std::remove_if(events.begin(), events.end(), wrong_length), events.end());
  return events;
}

}  // namespace brrr::events
