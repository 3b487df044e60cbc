#include "events/windows.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "events/pair_sums.h"

namespace brrr::events {

MovingWindows::MovingWindows(int64_t n, double rate, double window_s, double step_s)
    : n_(n), rate_(rate), half_s_(window_s / 2), step_s_(step_s) {
  count_ = static_cast<int64_t>(std::ceil(static_cast<double>(n) / rate / step_s));
}

// The limits are the original's floating-point expressions: a fused multiply-add or another order moves some windows by
// a sample and with them an event in a night.
int64_t MovingWindows::begin(int64_t k) const {
  const double from = (static_cast<double>(k) * step_s_ - half_s_) * rate_;
  return std::max<int64_t>(0, static_cast<int64_t>(from));
}

int64_t MovingWindows::end(int64_t k) const {
  const int64_t to = static_cast<int64_t>((static_cast<double>(k) * step_s_ + half_s_) * rate_);
  return to > n_ - 1 ? n_ : to;
}

int64_t MovingWindows::first_from(int64_t sample) const {
  if (sample <= 0) return 0;
  int64_t k = static_cast<int64_t>((static_cast<double>(sample) / rate_ + half_s_) / step_s_);
  k = std::clamp<int64_t>(k, 0, count_);
  while (k > 0 && begin(k - 1) >= sample) k--;
  while (k < count_ && begin(k) < sample) k++;
  return k;
}

int64_t MovingWindows::longest() const { return static_cast<int64_t>(std::ceil(2 * half_s_ * rate_)) + 1; }

namespace {

/// All limits of the windows, ascending and each once: between two neighbours lies a cell, and a window is a row of
/// cells. So each sample is visited once though the windows overlap.
std::vector<int64_t> cell_edges(const MovingWindows& windows, int64_t first, int64_t last) {
  std::vector<int64_t> begins, ends, edges;
  for (int64_t k = first; k < last; k++) {
    begins.push_back(windows.begin(k));
    ends.push_back(windows.end(k));
  }
  std::set_union(begins.begin(), begins.end(), ends.begin(), ends.end(), std::back_inserter(edges));
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  return edges;
}

}  // namespace

void measure_windows(const MovingWindows& windows, int64_t first, int64_t last, const double* x, const double* y,
                     int64_t origin, double* rms, double* correlation) {
  if (first >= last) return;
  const std::vector<int64_t> edges = cell_edges(windows, first, last);
  std::vector<PairSums> cells(edges.size() - 1);
  BRRR_DISPATCH(pair_sums)(x, y, origin, edges.data(), static_cast<int>(cells.size()), cells.data());
  size_t from = 0, to = 0;
  for (int64_t k = first; k < last; k++) {
    while (edges[from] < windows.begin(k)) from++;
    while (edges[to] < windows.end(k)) to++;
    PairSums sum;
    for (size_t c = from; c < to; c++) {
      sum.x += cells[c].x;
      sum.y += cells[c].y;
      sum.xx += cells[c].xx;
      sum.yy += cells[c].yy;
      sum.xy += cells[c].xy;
    }
    const double m = static_cast<double>(edges[to] - edges[from]);
    const double var_x = std::max(0.0, sum.xx - sum.x * sum.x / m), var_y = std::max(0.0, sum.yy - sum.y * sum.y / m);
    rms[k - first] = std::sqrt(sum.xx / m);
    correlation[k - first] = (sum.xy - sum.x * sum.y / m) / std::sqrt(var_x * var_y);
  }
}

}  // namespace brrr::events
