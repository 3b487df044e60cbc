#include "quality/continuous_view.h"

#include <cmath>
#include <string>

namespace brrr::quality {

ContinuousView continuous_view(const EpochStore& store, const std::vector<int>& picks) {
  for (int c : picks)
    if (c < 0 || c >= store.channels())
      throw Error("INVALID_ARGUMENT", "There is no channel " + std::to_string(c) + " among the " +
                                          std::to_string(store.channels()) + " of these epochs.");
  const EpochGrid& grid = store.grid();
  ContinuousView view;
  view.rate_hz = grid.rate_hz;
  view.channels = static_cast<int>(picks.size());
  for (int c : picks) view.recorded_rate_hz.push_back(store.recorded_rate_hz(c));
  for (int e = 0; e < store.epochs(); e++) {
    const auto at = static_cast<size_t>(e);
    const double gap_s = e == 0 ? 0 : grid.start_s[at] - (grid.start_s[at - 1] + grid.length_s);
    if (e > 0 && std::abs(gap_s) * grid.rate_hz < 0.5) {
      view.stretches.back().samples += grid.samples;
      continue;
    }
    view.stretches.push_back({grid.start_s[at], grid.samples});
    for (int c : picks) view.samples.push_back(store.cell(c, e));
  }
  return view;
}

}  // namespace brrr::quality
