// What a model of TensorRT and its lanes share.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "common/job.h"
#include "device/pinned_pool.h"
#include "engine/meter.h"
#include "tensorrt/gpu_allocator.h"
#include "tensorrt/library.h"
#include "tensorrt/plan.h"
#include "tensorrt/run_shape.h"

namespace brrr::tensorrt {

/// The error after which a device answers every call with an error (an illegal address, a lost device). Whoever meets
/// it first keeps it; all runs after that fail with it.
class Fault {
 public:
  void set(const Error& error) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!error_) error_ = error;
  }
  void throw_if_set() const {
    std::lock_guard<std::mutex> lock(mutex_);
    if (error_)
      throw Error(error_->code(), std::string("The engine cannot run any more since an earlier fault: ") +
                                      error_->what() + " Close it; a new one may need a new process.");
  }

 private:
  mutable std::mutex mutex_;
  std::optional<Error> error_;
};

struct PlanState {
  PlanState(const Library& l, const cuda::Api& c, int d) : library(l), cuda(c), device(d) {}

  const Library& library;
  const cuda::Api& cuda;
  const int device;
  /// Of device memory; pinned memory has none.
  std::shared_ptr<engine::Budget> budget;
  /// Weights.
  std::shared_ptr<engine::Meter> meter;
  std::unique_ptr<GpuAllocator> allocator;
  std::unique_ptr<Plan> plan;
  std::shared_ptr<cuda::PinnedPool> pool;
  /// Shapes to capture, and whether other batches may be padded to them.
  std::vector<RunShape> captures;
  std::atomic<bool> pad{false};
  /// Cancels the load, of which opening the lanes is the last part.
  std::shared_ptr<Job> loading;
  Fault fault;
  std::atomic<int64_t> graph_runs{0}, plain_runs{0};
};

}  // namespace brrr::tensorrt
