#include "engine/timeline.h"

#include <utility>

namespace brrr::engine {

void Timeline::add(const Request& request) {
  if (capacity_ == 0) return;
  TimelineRun run{
      request.times, request.lane, request.slot, request.launch, {}, request.padded_batch, request.error.has_value()};
  if (!request.inputs.empty()) run.shape = request.inputs[0].dims;
  if (ring_.size() < capacity_) {
    ring_.push_back(std::move(run));
    return;
  }
  ring_[next_] = std::move(run);
  next_ = (next_ + 1) % capacity_;
  dropped_++;
}

std::vector<TimelineRun> Timeline::runs() const {
  std::vector<TimelineRun> runs;
  for (size_t i = 0; i < ring_.size(); i++) runs.push_back(ring_[(next_ + i) % ring_.size()]);
  return runs;
}

void Timeline::clear() {
  ring_.clear();
  next_ = 0;
  dropped_ = 0;
}

}  // namespace brrr::engine
