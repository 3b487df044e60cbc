// When a device's events happened, on the host's steady clock.
#pragma once

#include <cstdint>

#include "device/handles.h"

namespace brrr::cuda {

/// CUDA only tells how far apart two events are. This keeps one whose time on the host is known, a second old at most:
/// both clocks then agree within some 10 us. For one thread at a time, with the device current.
class EventClock {
 public:
  /// Throws as check().
  explicit EventClock(const Api& api);
  /// To be called before ns(), once the events in question have happened.
  void refresh() noexcept;
  /// Steady-clock nanoseconds; 0 where CUDA cannot tell.
  int64_t ns(const EventOwner& event) const noexcept;

 private:
  const Api& api_;
  /// Of its own, so that nothing delays the event.
  StreamOwner stream_;
  EventOwner origin_, spare_;
  int64_t origin_ns_ = 0;
};

}  // namespace brrr::cuda
