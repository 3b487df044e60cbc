// Owners of CUDA's objects: streams, events, graphs. A handle is destroyed on whatever thread lets go of it.
#pragma once

#include <utility>

#include "device/cuda_error.h"

namespace brrr::cuda {

/// Owns a Handle, which kDestroy frees. Movable; an empty one owns nothing.
template <class Handle, int (*Functions::*kDestroy)(Handle)>
class Owner {
 public:
  Owner() = default;
  Owner(const Api& api, Handle handle) : api_(&api), handle_(handle) {}
  Owner(Owner&& other) noexcept : api_(other.api_), handle_(std::exchange(other.handle_, nullptr)) {}
  Owner& operator=(Owner&& other) noexcept {
    std::swap(api_, other.api_);
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Owner() {
    if (handle_) (api_->*kDestroy)(handle_);
  }
  Handle get() const { return handle_; }
  explicit operator bool() const { return handle_ != nullptr; }

 private:
  const Api* api_ = nullptr;
  Handle handle_ = nullptr;
};

using StreamOwner = Owner<Stream, &Functions::stream_destroy>;
using EventOwner = Owner<Event, &Functions::event_destroy>;
using GraphOwner = Owner<Graph, &Functions::graph_destroy>;
using GraphExecOwner = Owner<GraphExec, &Functions::graph_exec_destroy>;

/// A stream that does not wait for the default stream, which other code of the process may use.
inline StreamOwner make_stream(const Api& api) {
  Stream stream = nullptr;
  check(api, api.stream_create_with_flags(&stream, kStreamNonBlocking), "make a stream");
  return {api, stream};
}

/// An event that takes the time. A thread that waits for one with kEventBlockingSync sleeps, else it spins.
inline EventOwner make_event(const Api& api, unsigned flags = 0) {
  Event event = nullptr;
  check(api, api.event_create_with_flags(&event, flags), "make an event");
  return {api, event};
}

/// Makes a device current on this thread while it lives.
class OnDevice {
 public:
  OnDevice(const Api& api, int device) noexcept : api_(api) {
    if (api_.get_device(&before_) == kSuccess && before_ != device) api_.set_device(device);
    changed_ = before_ != device;
  }
  ~OnDevice() {
    if (changed_) api_.set_device(before_);
  }
  OnDevice(const OnDevice&) = delete;

 private:
  const Api& api_;
  int before_ = 0;
  bool changed_ = false;
};

}  // namespace brrr::cuda
