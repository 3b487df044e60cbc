#include "events/hypnogram.h"

#include <algorithm>
#include <cmath>

#include "common/error.h"

namespace brrr::events {

StageMap::StageMap(const Hypnogram* hypnogram, double rate, int64_t n) : hypnogram_(hypnogram), rate_(rate), n_(n) {
  if (hypnogram && !(hypnogram->epoch_s > 0 && std::isfinite(hypnogram->epoch_s) && std::isfinite(hypnogram->offset_s)))
    throw Error("INVALID_ARGUMENT", "The hypnogram's epoch length must be positive and its offset finite.");
}

int64_t StageMap::epoch_begin(int64_t epoch) const {
  // A sample a rounding error before the epoch belongs to it.
  constexpr double kTolerance = 1e-6;
  return static_cast<int64_t>(std::ceil((epoch * hypnogram_->epoch_s - hypnogram_->offset_s) * rate_ - kTolerance));
}

int StageMap::stage_at(int64_t sample) const {
  int64_t epoch = static_cast<int64_t>(std::floor((sample / rate_ + hypnogram_->offset_s) / hypnogram_->epoch_s));
  if (epoch_begin(epoch) > sample) epoch--;
  if (epoch_begin(epoch + 1) <= sample) epoch++;
  bool scored = epoch >= 0 && epoch < static_cast<int64_t>(hypnogram_->stages.size());
  return scored ? static_cast<int>(hypnogram_->stages[static_cast<size_t>(epoch)]) : kUnscored;
}

Intervals StageMap::select(const std::vector<int>& include) const {
  if (!hypnogram_) return n_ > 0 ? Intervals{{0, n_}} : Intervals{};
  auto included = [&](int stage) { return std::find(include.begin(), include.end(), stage) != include.end(); };
  const int64_t epochs = static_cast<int64_t>(hypnogram_->stages.size());
  Intervals selected;
  auto add = [&](int64_t begin, int64_t end) {
    append(selected, std::clamp<int64_t>(begin, 0, n_), std::clamp<int64_t>(end, 0, n_));
  };
  if (included(kUnscored)) add(0, epoch_begin(0));
  for (int64_t e = 0; e < epochs; e++)
    if (included(hypnogram_->stages[static_cast<size_t>(e)])) add(epoch_begin(e), epoch_begin(e + 1));
  if (included(kUnscored)) add(epoch_begin(epochs), n_);
  return selected;
}

}  // namespace brrr::events
