// What a long computation is told by its caller (stop) and tells it (how far it is). Shared between threads.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <utility>

#include "common/error.h"

namespace brrr {

class Job {
 public:
  void cancel() noexcept {
    cancelled_.store(true, std::memory_order_relaxed);
    std::function<void()> watcher;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      watcher.swap(watcher_);
    }
    if (watcher) watcher();
  }
  bool cancelled() const noexcept { return cancelled_.load(std::memory_order_relaxed); }
  /// For work that cannot call check(): `watcher` is called once, by the thread that cancels (by this one, if that has
  /// happened). It may come when the work has ended already, so it owns or weakly holds what it touches; it must not
  /// throw.
  void on_cancel(std::function<void()> watcher) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      if (!cancelled()) {
        watcher_ = std::move(watcher);
        return;
      }
    }
    watcher();
  }
  /// Throws ABORTED once the job was cancelled. Cheap: call it once per block of work.
  void check() const {
    if (cancelled()) throw Error("ABORTED", "The operation was aborted.");
  }
  /// Share of the work that is done, 0 to 1.
  void report(double share) noexcept { progress_.store(share, std::memory_order_relaxed); }
  double progress() const noexcept { return progress_.load(std::memory_order_relaxed); }

 private:
  std::atomic<bool> cancelled_{false};
  std::atomic<double> progress_{0};
  std::mutex mutex_;
  std::function<void()> watcher_;
};

}  // namespace brrr
