#include "events/spindles.h"

#include <algorithm>
#include <cmath>

#include "events/channel_check.h"
#include "events/descriptive.h"
#include "events/filter_chunks.h"
#include "events/filter_stretches.h"
#include "events/spindle_measures.h"
#include "events/spindle_search.h"
#include "events/spindle_survey.h"

namespace brrr::events {
namespace {

constexpr double kSigmaWidth_hz = 1.5;
constexpr double kTrim = 0.1;
/// The RMS threshold never exceeds this, or artefacts would hide the spindles.
constexpr double kHighestRms = 10;

const std::vector<std::string> kColumns = {"Start", "Peak",     "End",      "Duration",  "Amplitude",    "AmpFiltered",
                                           "RMS",   "AbsPower", "RelPower", "Frequency", "Oscillations", "Symmetry"};

void check_options(const SpindleOptions& o) {
  if (!o.rel_pow && !o.corr && !o.rms)
    throw Error("INVALID_ARGUMENT", "Spindle detection needs one threshold at least: rel_pow, corr or rms.");
  if (!(o.min_duration >= 0 && o.min_duration < o.max_duration))
    throw Error("INVALID_ARGUMENT", "The spindles' least duration must be positive and below the greatest.");
  if (!(o.min_distance >= 0 && std::isfinite(o.min_distance)))
    throw Error("INVALID_ARGUMENT", "The least distance of spindles must not be negative.");
}

/// A part of the channel that is searched at once. Spindles that begin at samples [own.begin, own.end) are its own; it
/// reaches so far beyond them that of each it sees the whole, and what it sees in part is too long for a spindle.
struct SearchWindow {
  Interval own, searched;
};

/// Finds and measures the spindles of windows in which they are possible.
class SpindleFinder {
 public:
  SpindleFinder(int64_t n, const SpindleOptions& options, const SpindleSurvey& survey, const Intervals& where,
                std::vector<SpindleCriterion> moving, const RelativePower& power, const SpindleRules& rules)
      : n_(n),
        options_(options),
        survey_(survey),
        where_(where),
        moving_(std::move(moving)),
        power_(power),
        rules_(rules) {}

  /// How far the signals handed to find() reach around what is searched.
  int64_t margin() const { return std::max<int64_t>(rules_.box() + power_.margin(), 1 + SparseHilbert::kMargin); }

  std::vector<SpindleMeasures> find(const SearchWindow& window, const SignalView& broad,
                                    const SignalView& sigma) const {
    const Interval& searched = window.searched;
    const Curve relative =
        power_.over(broad, std::max<int64_t>(0, searched.begin - rules_.box()), searched.end + rules_.box(), n_);
    std::vector<SpindleCriterion> criteria = moving_;
    if (options_.rel_pow) criteria.push_back({relative, *options_.rel_pow});

    std::vector<SpindleMeasures> spindles;
    for (const Interval& event : find_spindles(criteria, where_, rules_, searched, n_)) {
      if (event.begin < window.own.begin || event.begin >= window.own.end) continue;
      const int64_t end = std::min(n_, event.end + 1);
      std::vector<double> transform(static_cast<size_t>(end - event.begin));
      survey_.hilbert.evaluate(sigma, event.begin, end, transform.data());
      spindles.push_back(measure_spindle(event, rules_.rate, broad, sigma, {transform.data(), event.begin, end},
                                         typical_power(relative, event)));
    }
    return spindles;
  }

 private:
  /// Median of the frames within the event, the one nearest to its middle if there is none.
  static double typical_power(const Curve& relative, const Interval& event) {
    const double first = static_cast<double>(event.begin), last = static_cast<double>(event.end - 1);
    const auto begin = relative.place.begin(), end = relative.place.end();
    const auto from = std::lower_bound(begin, end, first), to = std::upper_bound(from, end, last);
    const auto value = relative.value.begin() + (from - begin);
    std::vector<double> inside(value, value + (to - from));
    if (!inside.empty()) return median(inside);
    const bool later = from == begin || (from != end && *from - last < first - *(from - 1));
    return later ? *value : *(value - 1);
  }

  const int64_t n_;
  const SpindleOptions& options_;
  const SpindleSurvey& survey_;
  const Intervals& where_;
  const std::vector<SpindleCriterion> moving_;
  const RelativePower& power_;
  const SpindleRules& rules_;
};

/// Windows around the samples `met`, outside which no spindle can have a sample further away than the box of the moving
/// average. Of each stretch of them most are searched at once; a long one is cut, or its length would decide how much
/// memory is needed.
std::vector<SearchWindow> possible_windows(const Intervals& met, const SpindleRules& rules, int64_t n) {
  constexpr double kLongest = 1 << 16;
  const int64_t gap = 2 * rules.box() + static_cast<int64_t>(std::ceil(rules.min_distance));
  Intervals stretches;
  for (const Interval& i : met) append(stretches, i.begin, i.end, gap);
  const double reach = rules.max_duration * rules.rate + rules.min_distance + 2,
               longest = std::max(kLongest, 4 * reach);
  std::vector<SearchWindow> windows;
  for (const Interval& s : stretches) {
    const Interval all = {std::max<int64_t>(0, s.begin - rules.box()), std::min(n, s.end + rules.box())};
    if (static_cast<double>(all.size()) <= longest) {
      windows.push_back({all, all});
      continue;
    }
    const int64_t step = static_cast<int64_t>(longest), beyond = static_cast<int64_t>(reach);
    for (int64_t begin = all.begin; begin < all.end; begin += step) {
      const int64_t end = std::min(all.end, begin + step);
      windows.push_back({{begin, end}, {std::max(all.begin, begin - beyond), std::min(all.end, end + beyond)}});
    }
  }
  return windows;
}

}  // namespace

EventTable detect_spindles(const SampleSource& channel, const Hypnogram* hypnogram, const SpindleOptions& options,
                           Job& job) {
  check_options(options);
  const double rate = channel.rate();
  const int64_t n = channel.size();
  const StageMap stages(hypnogram, rate, n);
  EventTable table(kColumns, stages.given());
  const BlockFir fir = make_chunk_filters(
      {design_bandpass(rate, options.freq_broad.low, options.freq_broad.high),
       design_bandpass(rate, options.freq_sp.low, options.freq_sp.high, kSigmaWidth_hz, kSigmaWidth_hz)});
  table.skipped = length_problem(channel);
  if (!table.skipped.empty()) return table;

  const SpindleSurvey survey = survey_for_spindles(channel, fir, job);
  if (!survey.surely_passes) table.skipped = channel_problem(channel, job);
  if (!table.skipped.empty()) return table;
  const Intervals where = stages.select(options.include);
  if (where.empty()) return table;

  std::vector<SpindleCriterion> moving;
  if (options.rms) {
    const CurveLevel level = level_of_curve(survey.rms, where, kTrim);
    moving.push_back({survey.rms, std::min(kHighestRms, level.mean + *options.rms * level.trimmed_deviation)});
  }
  if (options.corr) moving.push_back({survey.correlation, *options.corr});

  const RelativePower power(rate, options.freq_sp, options.freq_broad);
  const SpindleRules rules{rate, options.min_duration, options.max_duration, options.min_distance / 1000 * rate};
  const std::vector<SearchWindow> windows = possible_windows(where_all_met(moving, where), rules, n);
  const SpindleFinder finder(n, options, survey, where, moving, power, rules);
  std::vector<Interval> searched;
  for (const SearchWindow& w : windows) searched.push_back(w.searched);
  std::vector<std::vector<SpindleMeasures>> found(windows.size());
  for_each_stretch(
      fir, channel, searched, finder.margin(),
      [&](const std::vector<SignalView>& filtered, int index) {
        const size_t i = static_cast<size_t>(index);
        found[i] = finder.find(windows[i], filtered[kBroad], filtered[kSigma]);
      },
      job);
  for (const std::vector<SpindleMeasures>& spindles : found)
    for (const SpindleMeasures& s : spindles)
      table.append(s.data(), s.size(), stages.given() ? stages.stage_at(std::llround(s[0] * rate)) : 0);
  return table;
}

}  // namespace brrr::events
