#include "events/curve.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "events/descriptive.h"

namespace brrr::events {

CurveReader::CurveReader(const Curve& curve, int64_t first_sample) : curve_(curve) {
  const auto past = std::upper_bound(curve.place.begin(), curve.place.end(), static_cast<double>(first_sample));
  next_ = static_cast<size_t>(past - curve.place.begin());
}

double CurveReader::at(int64_t sample) {
  const std::vector<double>&place = curve_.place, &value = curve_.value;
  const double t = static_cast<double>(sample);
  while (next_ < place.size() && place[next_] <= t) next_++;
  if (next_ == 0) return 0;
  const size_t k = next_ - 1;
  if (place[k] == t) return value[k];
  if (next_ == place.size()) return 0;
  return value[k] + (value[k + 1] - value[k]) / (place[k + 1] - place[k]) * (t - place[k]);
}

namespace {

/// Samples that lie on one straight piece of the curve: first, first + step, ... (count of them).
struct Ramp {
  double first, step;
  int64_t count;
  double last() const { return first + step * static_cast<double>(count - 1); }
  double at(int64_t i) const { return first + step * static_cast<double>(i); }
};

/// Calls f(Ramp) for the pieces of the curve in [begin, end).
template <class F>
void for_each_ramp(const Curve& curve, Interval where, F f) {
  const std::vector<double>&place = curve.place, &value = curve.value;
  int64_t i = where.begin;
  auto up_to = [&](double limit) { return std::min(where.end, static_cast<int64_t>(std::ceil(limit))); };
  size_t next =
      static_cast<size_t>(std::upper_bound(place.begin(), place.end(), static_cast<double>(i)) - place.begin());
  if (next == 0 && !place.empty()) {
    const int64_t stop = up_to(place[0]);
    if (stop > i) f(Ramp{0, 0, stop - i});
    i = std::max(i, stop);
    next = 1;
  }
  for (; i < where.end && next < place.size(); next++) {
    const int64_t stop = up_to(place[next]);
    if (stop <= i) continue;
    const double step = (value[next] - value[next - 1]) / (place[next] - place[next - 1]);
    f(Ramp{value[next - 1] + step * (static_cast<double>(i) - place[next - 1]), step, stop - i});
    i = stop;
  }
  if (i < where.end && !place.empty() && static_cast<double>(i) == place.back()) {
    f(Ramp{value.back(), 0, 1});
    i++;
  }
  if (i < where.end) f(Ramp{0, 0, where.end - i});
}

/// Two brackets of values: the lowest value that is not trimmed is expected in [low_from, low_to], the highest in
/// [high_from, high_to].
struct Brackets {
  double low_from, low_to, high_from, high_to;
};

/// Brackets that reach `margin` (a share of all values) to both sides of the cuts, estimated from a sample of the
/// curve.
Brackets estimate_brackets(std::vector<double>& sample, double cut, double margin) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  auto quantile = [&](double q) {
    const auto nth = sample.begin() + std::min<int64_t>(static_cast<int64_t>(sample.size()) - 1,
                                                        static_cast<int64_t>(q * static_cast<double>(sample.size())));
    std::nth_element(sample.begin(), nth, sample.end());
    return *nth;
  };
  Brackets b{-kInfinity, kInfinity, -kInfinity, kInfinity};
  if (cut > margin) b.low_from = quantile(cut - margin);
  b.low_to = quantile(cut + margin);
  b.high_from = quantile(1 - cut - margin);
  if (cut > margin) b.high_to = quantile(1 - cut + margin);
  return b;
}

/// Sum and sum of squares about a reference value, which keeps the cancellation small.
struct Moments {
  double reference;
  double count = 0, sum = 0, squares = 0;
  void add(double x) {
    const double d = x - reference;
    count++;
    sum += d;
    squares += d * d;
  }
  void add(const Ramp& r) {
    const double n = static_cast<double>(r.count), middle = 0.5 * (r.first + r.last()) - reference;
    count += n;
    sum += n * middle;
    squares += n * middle * middle + r.step * r.step * n * (n * n - 1) / 12;
  }
  double deviation() const { return std::sqrt(std::max(0.0, squares - sum * sum / count) / (count - 1)); }
};

/// The samples sorted into the brackets: those below, between and above need only be counted or summed.
class Trimmer {
 public:
  Trimmer(const Brackets& brackets, double reference) : b_(brackets), kept_{reference} {}

  void add(const Ramp& r) {
    const double low = std::min(r.first, r.last()), high = std::max(r.first, r.last());
    if (low > b_.low_to && high < b_.high_from)
      kept_.add(r);
    else if (high < b_.low_from)
      below_ += r.count;
    else if (low > b_.high_to)
      above_ += r.count;
    else
      for (int64_t i = 0; i < r.count; i++) add(r.at(i));
  }

  /// Deviation without `trimmed` values at each end; NaN if the brackets missed the cuts.
  double deviation(int64_t trimmed) {
    const int64_t drop_low = trimmed - below_, drop_high = trimmed - above_;
    const int64_t low = static_cast<int64_t>(low_.size()), high = static_cast<int64_t>(high_.size());
    if (drop_low < 0 || drop_high < 0 || drop_low > low || drop_high > high) return std::nan("");
    std::nth_element(low_.begin(), low_.begin() + drop_low, low_.end());
    for (int64_t i = drop_low; i < low; i++) kept_.add(low_[static_cast<size_t>(i)]);
    std::nth_element(high_.begin(), high_.begin() + (high - drop_high), high_.end());
    for (int64_t i = 0; i < high - drop_high; i++) kept_.add(high_[static_cast<size_t>(i)]);
    return kept_.deviation();
  }

 private:
  void add(double x) {
    if (x < b_.low_from)
      below_++;
    else if (x <= b_.low_to)
      low_.push_back(x);
    else if (x < b_.high_from)
      kept_.add(x);
    else if (x <= b_.high_to)
      high_.push_back(x);
    else
      above_++;
  }

  Brackets b_;
  Moments kept_;
  int64_t below_ = 0, above_ = 0;
  std::vector<double> low_, high_;
};

}  // namespace

CurveLevel level_of_curve(const Curve& curve, const Intervals& where, double cut) {
  const int64_t n = total_size(where), trimmed = static_cast<int64_t>(cut * static_cast<double>(n));
  if (n == 0) return {std::nan(""), std::nan("")};
  double sum = 0;
  std::vector<double> sample;
  int64_t pieces = 0;
  for (const Interval& i : where)
    for_each_ramp(curve, i, [&](const Ramp& r) {
      sum += static_cast<double>(r.count) * 0.5 * (r.first + r.last());
      if (pieces++ % 16 == 0) sample.push_back(r.at(pieces / 16 % r.count));
    });
  const double mean = sum / static_cast<double>(n);
  if (n - 2 * trimmed < 2) return {mean, std::nan("")};
  for (double margin = 0.01; cut + margin < 0.5; margin *= 4) {
    Trimmer trimmer(estimate_brackets(sample, cut, margin), mean);
    for (const Interval& i : where) for_each_ramp(curve, i, [&](const Ramp& r) { trimmer.add(r); });
    const double deviation = trimmer.deviation(trimmed);
    if (!std::isnan(deviation)) return {mean, deviation};
  }
  std::vector<double> all;
  all.reserve(static_cast<size_t>(n));
  for (const Interval& i : where)
    for_each_ramp(curve, i, [&](const Ramp& r) {
      for (int64_t k = 0; k < r.count; k++) all.push_back(r.at(k));
    });
  return {mean, trimmed_deviation(all, cut)};
}

}  // namespace brrr::events
