#include "device/event_clock.h"

#include <limits>
#include <utility>

#include "common/steady_clock.h"

namespace brrr::cuda {
namespace {

constexpr int64_t kValidNs = 1'000'000'000;
/// The quickest of these tells the time best: a thread may lose its core in the middle of one.
constexpr int kTries = 3;

}  // namespace

EventClock::EventClock(const Api& api)
    : api_(api), stream_(make_stream(api)), origin_(make_event(api)), spare_(make_event(api)) {}

void EventClock::refresh() noexcept {
  if (origin_ns_ != 0 && now_ns() - origin_ns_ < kValidNs) return;
  int64_t quickest = std::numeric_limits<int64_t>::max();
  for (int i = 0; i < kTries; i++) {
    const int64_t before = now_ns();
    if (api_.event_record(spare_.get(), stream_.get()) != kSuccess) return;
    if (api_.event_synchronize(spare_.get()) != kSuccess) return;
    const int64_t took = now_ns() - before;
    if (took >= quickest) continue;
    quickest = took;
    std::swap(origin_, spare_);
    origin_ns_ = before + took / 2;
  }
}

int64_t EventClock::ns(const EventOwner& event) const noexcept {
  float milliseconds = 0;
  if (origin_ns_ == 0 || api_.event_elapsed_time(&milliseconds, origin_.get(), event.get()) != kSuccess) return 0;
  return origin_ns_ + static_cast<int64_t>(static_cast<double>(milliseconds) * 1e6);
}

}  // namespace brrr::cuda
