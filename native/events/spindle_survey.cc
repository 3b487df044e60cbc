#include "events/spindle_survey.h"

#include "events/channel_check.h"
#include "events/filter_chunks.h"
#include "events/windows.h"

namespace brrr::events {
namespace {
constexpr double kWindow_s = 0.3, kStep_s = 0.1;
}

SpindleSurvey survey_for_spindles(const SampleSource& channel, const BlockFir& fir, Job& job) {
  const int64_t n = channel.size();
  const MovingWindows windows(n, channel.rate(), kWindow_s, kStep_s);
  SpindleSurvey survey(n);
  std::vector<double> place(static_cast<size_t>(windows.count()));
  for (int64_t k = 0; k < windows.count(); k++) place[static_cast<size_t>(k)] = windows.middle(k);
  survey.rms = {place, std::vector<double>(place.size())};
  survey.correlation = {std::move(place), std::vector<double>(survey.rms.place.size())};

  const ChunkPlan plan(fir, n, windows.longest(), SparseHilbert::kBox);
  const ChannelLevel empty(typical_value(channel));
  std::vector<ChannelLevel> levels(static_cast<size_t>(plan.count()), empty);
  for_each_chunk(
      plan, fir, {&channel},
      [&](const Chunk& chunk, int index) {
        const SignalView &broad = chunk.filtered[kBroad], &sigma = chunk.filtered[kSigma];
        const int64_t first = windows.first_from(chunk.begin), last = windows.first_from(chunk.end);
        measure_windows(windows, first, last, sigma.data, broad.data, sigma.begin, &survey.rms.value[0] + first,
                        &survey.correlation.value[0] + first);
        survey.hilbert.add(sigma, chunk.begin, chunk.end);
        levels[static_cast<size_t>(index)].add(chunk.raw[0].from(chunk.begin), chunk.end - chunk.begin);
      },
      job);
  survey.hilbert.finish();
  ChannelLevel level = empty;
  for (const ChannelLevel& l : levels) level.merge(l);
  survey.surely_passes = level.surely_passes();
  return survey;
}

}  // namespace brrr::events
