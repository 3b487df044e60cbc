#include "events/rems.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "events/channel_check.h"
#include "events/filter_chunks.h"

namespace brrr::events {
namespace {

const std::vector<std::string> kColumns = {"Start",
                                           "Peak",
                                           "End",
                                           "Duration",
                                           "LOCAbsValPeak",
                                           "ROCAbsValPeak",
                                           "LOCAbsRiseSlope",
                                           "ROCAbsRiseSlope",
                                           "LOCAbsFallSlope",
                                           "ROCAbsFallSlope"};

void check_options(const SampleSource& loc, const SampleSource& roc, const RemOptions& o) {
  if (loc.size() != roc.size() || loc.rate() != roc.rate())
    throw Error("INVALID_ARGUMENT", "LOC and ROC must have the same rate and the same number of samples.");
  if (!(o.min_duration > 0 && o.min_duration < o.max_duration && std::isfinite(o.max_duration)))
    throw Error("INVALID_ARGUMENT", "The eye movements' least duration must be positive and below the greatest.");
  if (!(o.relative_prominence >= 0))
    throw Error("INVALID_ARGUMENT", "The relative prominence of eye movements must not be negative.");
}

/// Values of one eye at the peak and at its two bases.
struct EyeValues {
  double peak, left, right;
};

struct Candidate {
  Peak peak;
  EyeValues loc, roc;
};

struct Rules {
  Limits height;  ///< of the negative product of both eyes, uV^2
  double min_prominence;
  double distance;  ///< samples
  int64_t reach;    ///< samples in which the bases are searched, on each side
};

Rules make_rules(const RemOptions& o, double rate) {
  Rules r;
  if (o.amplitude.low) r.height.low = *o.amplitude.low * *o.amplitude.low;
  if (o.amplitude.high) r.height.high = *o.amplitude.high * *o.amplitude.high;
  r.min_prominence = o.relative_prominence * r.height.low.value_or(0);
  r.distance = o.min_duration * rate;
  r.reach = reach_of_window(o.max_duration * rate);
  return r;
}

/// Peaks of the right height whose plateau begins in the chunk, with all that is known of them there.
std::vector<Candidate> find_candidates(const Chunk& chunk, const Rules& rules) {
  const SignalView &loc = chunk.filtered[0], &roc = chunk.filtered[1];
  const int64_t n = loc.end - loc.begin;
  double* const x = chunk.scratch;  // the negative product: positive where the eyes' signals are opposite
  for (int64_t i = 0; i < n; i++) x[i] = -loc.data[i] * roc.data[i];

  std::vector<Candidate> found;
  const double lowest = rules.height.low.value_or(-std::numeric_limits<double>::infinity());
  for (int64_t start : find_tops(x, n, chunk.begin - loc.begin, chunk.end - loc.begin, lowest)) {
    const int64_t i = maximum_starting_at([x](int64_t k) { return x[k]; }, n, start);
    if (i < 0 || !rules.height.admit(x[i])) continue;
    Candidate c;
    c.peak = {i, x[i]};
    measure_prominence(x, n, rules.reach, c.peak);
    const int64_t left = c.peak.left_base, right = c.peak.right_base;
    c.loc = {loc.data[i], loc.data[left], loc.data[right]};
    c.roc = {roc.data[i], roc.data[left], roc.data[right]};
    c.peak.index += loc.begin;
    c.peak.left_base += loc.begin;
    c.peak.right_base += loc.begin;
    found.push_back(c);
  }
  return found;
}

struct Survey {
  std::vector<Candidate> candidates;
  bool loc_surely_passes, roc_surely_passes;
};

Survey survey_for_rems(const SampleSource& loc, const SampleSource& roc, const BlockFir& fir, const Rules& rules,
                       Job& job) {
  constexpr int64_t kPlateau = 64;
  const ChunkPlan plan(fir, loc.size(), std::min(rules.reach, loc.size()) + kPlateau);
  std::vector<std::vector<Candidate>> found(static_cast<size_t>(plan.count()));
  ChannelLevel loc_level(typical_value(loc)), roc_level(typical_value(roc));
  std::vector<ChannelLevel> loc_levels(found.size(), loc_level), roc_levels(found.size(), roc_level);
  for_each_chunk(
      plan, fir, {&loc, &roc},
      [&](const Chunk& chunk, int index) {
        found[static_cast<size_t>(index)] = find_candidates(chunk, rules);
        loc_levels[static_cast<size_t>(index)].add(chunk.raw[0].from(chunk.begin), chunk.end - chunk.begin);
        roc_levels[static_cast<size_t>(index)].add(chunk.raw[1].from(chunk.begin), chunk.end - chunk.begin);
      },
      job);
  Survey survey;
  for (size_t i = 0; i < found.size(); i++) {
    survey.candidates.insert(survey.candidates.end(), found[i].begin(), found[i].end());
    loc_level.merge(loc_levels[i]);
    roc_level.merge(roc_levels[i]);
  }
  survey.loc_surely_passes = loc_level.surely_passes();
  survey.roc_surely_passes = roc_level.surely_passes();
  return survey;
}

}  // namespace

EventTable detect_rems(const SampleSource& loc, const SampleSource& roc, const Hypnogram* hypnogram,
                       const RemOptions& options, Job& job) {
  check_options(loc, roc, options);
  const double rate = loc.rate();
  const StageMap stages(hypnogram, rate, loc.size());
  EventTable table(kColumns, stages.given());
  const BlockFir fir = make_chunk_filters({design_bandpass(rate, options.freq_rem.low, options.freq_rem.high)});
  table.skipped = length_problem(loc);
  if (!table.skipped.empty()) return table;

  const Rules rules = make_rules(options, rate);
  const Survey survey = survey_for_rems(loc, roc, fir, rules, job);
  if (!survey.loc_surely_passes) table.skipped = channel_problem(loc, job);
  if (table.skipped.empty() && !survey.roc_surely_passes) table.skipped = channel_problem(roc, job);
  if (!table.skipped.empty()) return table;

  std::vector<Peak> peaks;
  for (const Candidate& c : survey.candidates) peaks.push_back(c.peak);
  const std::vector<char> keep = keep_by_distance(peaks, rules.distance);
  const Intervals where = stages.select(options.include);
  for (size_t i = 0; i < peaks.size(); i++) {
    const Candidate& c = survey.candidates[i];
    if (!keep[i] || c.peak.prominence < rules.min_prominence || !contains(where, c.peak.index)) continue;
    const double start = c.peak.left_base / rate, peak = c.peak.index / rate, end = c.peak.right_base / rate;
    const double duration = end - start, rise = peak - start, fall = end - peak;
    const bool opposite = (c.loc.peak > 0) != (c.roc.peak > 0);
    if (!opposite || !(duration >= options.min_duration && duration < options.max_duration)) continue;
    const double row[] = {start,
                          peak,
                          end,
                          duration,
                          std::abs(c.loc.peak),
                          std::abs(c.roc.peak),
                          std::abs(c.loc.peak - c.loc.left) / rise,
                          std::abs(c.roc.peak - c.roc.left) / rise,
                          std::abs(c.loc.peak - c.loc.right) / fall,
                          std::abs(c.roc.peak - c.roc.right) / fall};
    table.append(row, kColumns.size(), stages.given() ? stages.stage_at(c.peak.left_base) : 0);
  }
  return table;
}

}  // namespace brrr::events
