// What a long computation is told by its caller (stop) and tells it (how far it is). Shared between threads.
#pragma once

#include <atomic>

#include "common/error.h"

namespace brrr {

class Job {
 public:
  void cancel() noexcept { cancelled_.store(true, std::memory_order_relaxed); }
  bool cancelled() const noexcept { return cancelled_.load(std::memory_order_relaxed); }
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
};

}  // namespace brrr
