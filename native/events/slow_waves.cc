#include "events/slow_waves.h"

#include <algorithm>
#include <cmath>

#include "events/channel_check.h"
#include "events/slow_wave_coupling.h"
#include "events/slow_wave_peaks.h"

namespace brrr::events {
namespace {

constexpr double kSlowWidth_hz = 0.2, kSigmaWidth_hz = 1.5;

std::vector<std::string> column_names(bool coupling) {
  std::vector<std::string> names = {"Start",      "NegPeak",    "MidCrossing", "PosPeak", "End",      "Duration",
                                    "ValNegPeak", "ValPosPeak", "PTP",         "Slope",   "Frequency"};
  if (coupling) names.insert(names.end(), {"SigmaPeak", "PhaseAtSigmaPeak", "ndPAC"});
  return names;
}

void check_options(const SlowWaveOptions& o) {
  if (!(o.min_dur_neg >= 0 && o.min_dur_neg < o.max_dur_neg && o.min_dur_pos >= 0 && o.min_dur_pos < o.max_dur_pos))
    throw Error("INVALID_ARGUMENT", "The slow waves' least durations must be positive and below the greatest.");
  if (!o.coupling) return;
  if (!(o.coupling->time > 0 && std::isfinite(o.coupling->time)))
    throw Error("INVALID_ARGUMENT", "The time around a slow wave in which coupling is measured must be positive.");
  if (o.coupling->p && !(*o.coupling->p > 0 && *o.coupling->p <= 1))
    throw Error("INVALID_ARGUMENT", "The significance level of coupling must lie between 0 and 1.");
}

BlockFir design_filters(double rate, const SlowWaveOptions& o) {
  std::vector<std::vector<double>> filters = {
      design_bandpass(rate, o.freq_sw.low, o.freq_sw.high, kSlowWidth_hz, kSlowWidth_hz)};
  if (o.coupling)
    filters.push_back(
        design_bandpass(rate, o.coupling->freq_sp.low, o.coupling->freq_sp.high, kSigmaWidth_hz, kSigmaWidth_hz));
  return make_chunk_filters(filters);
}

/// What one pass over the channel gives.
struct Survey {
  SlowWavePeaks peaks;
  std::vector<SparseHilbert> transforms;
  bool surely_passes;
};

Survey survey_for_slow_waves(const SampleSource& channel, const BlockFir& fir, const SlowWaveOptions& options,
                             Job& job) {
  const int64_t n = channel.size();
  Survey survey;
  for (int f = 0; f < fir.filters && options.coupling; f++) survey.transforms.emplace_back(n);
  const ChunkPlan plan(fir, n, kPeakContext, SparseHilbert::kBox);
  std::vector<SlowWavePeaks> peaks(static_cast<size_t>(plan.count()));
  const ChannelLevel empty(typical_value(channel));
  std::vector<ChannelLevel> levels(peaks.size(), empty);
  for_each_chunk(
      plan, fir, {&channel},
      [&](const Chunk& chunk, int index) {
        peaks[static_cast<size_t>(index)] = find_slow_wave_peaks(chunk.filtered[0], chunk.begin, chunk.end, options);
        levels[static_cast<size_t>(index)].add(chunk.raw[0].from(chunk.begin), chunk.end - chunk.begin);
        for (size_t f = 0; f < survey.transforms.size(); f++)
          survey.transforms[f].add(chunk.filtered[f], chunk.begin, chunk.end);
      },
      job);
  for (SparseHilbert& transform : survey.transforms) transform.finish();
  const auto join = [](auto& all, const auto& part) { all.insert(all.end(), part.begin(), part.end()); };
  for (const SlowWavePeaks& p : peaks) {
    join(survey.peaks.negative, p.negative);
    join(survey.peaks.positive, p.positive);
    join(survey.peaks.crossings, p.crossings);
  }
  ChannelLevel level = empty;
  for (const ChannelLevel& l : levels) level.merge(l);
  survey.surely_passes = level.surely_passes();
  return survey;
}

}  // namespace

EventTable detect_slow_waves(const SampleSource& channel, const Hypnogram* hypnogram, const SlowWaveOptions& options,
                             Job& job) {
  check_options(options);
  const double rate = channel.rate();
  const StageMap stages(hypnogram, rate, channel.size());
  EventTable table(column_names(options.coupling.has_value()), stages.given());
  const BlockFir fir = design_filters(rate, options);
  table.skipped = length_problem(channel);
  if (!table.skipped.empty()) return table;

  const Survey survey = survey_for_slow_waves(channel, fir, options, job);
  if (!survey.surely_passes) table.skipped = channel_problem(channel, job);
  if (!table.skipped.empty()) return table;
  const std::vector<SlowWave> waves = build_slow_waves(survey.peaks, stages.select(options.include), rate, options);
  std::vector<Coupling> couplings;
  if (options.coupling) couplings = measure_coupling(channel, fir, survey.transforms, waves, *options.coupling, job);
  for (size_t i = 0; i < waves.size(); i++) {
    const SlowWave& w = waves[i];
    std::vector<double> row = {w.start,
                               w.negative_peak / rate,
                               w.mid_crossing,
                               w.positive_peak,
                               w.end,
                               w.duration,
                               w.negative_value,
                               w.positive_value,
                               std::abs(w.negative_value) + w.positive_value,
                               w.slope,
                               1 / w.duration};
    if (options.coupling) row.insert(row.end(), couplings[i].begin(), couplings[i].end());
    table.append(row.data(), row.size(), stages.given() ? stages.stage_at(w.negative_peak) : 0);
  }
  return table;
}

}  // namespace brrr::events
