// Device memory for TensorRT: every byte that it takes is counted by a meter and may be refused.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "device/cuda_api.h"
#include "engine/meter.h"

namespace brrr::tensorrt {

/// Outlives what TensorRT makes with it. All methods may be called from any thread and do not throw.
class GpuAllocator {
 public:
  /// Makes the allocations of this thread, while it lives, those of one owner.
  class Scope {
   public:
    explicit Scope(std::shared_ptr<engine::Meter> meter) : meter_(std::move(meter)), outer_(current_) {
      current_ = this;
    }
    ~Scope() { current_ = outer_; }
    Scope(const Scope&) = delete;
    /// While a stream is captured nothing can be allocated: the memory would belong to the graph.
    void set_capturing(bool capturing) { capturing_ = capturing; }
    /// Throws MEMORY_BUDGET or OUT_OF_DEVICE_MEMORY where an allocation of this scope was refused; `what` begins the
    /// text.
    void throw_if_refused(const cuda::Api& cuda, const std::string& what) const;

   private:
    friend class GpuAllocator;
    static thread_local Scope* current_;
    const std::shared_ptr<engine::Meter> meter_;
    Scope* const outer_;
    bool capturing_ = false;
    size_t over_budget_ = 0, out_of_memory_ = 0;
  };

  /// `meter` counts what is allocated outside any Scope.
  GpuAllocator(const cuda::Api& cuda, int device, std::shared_ptr<engine::Meter> meter);
  /// Lets the device's pool give back what streams have freed.
  ~GpuAllocator();
  GpuAllocator(const GpuAllocator&) = delete;

  /// Memory aligned as cudaMalloc's, in stream order where there is a stream and the device has memory pools; null
  /// where it is refused.
  void* allocate(uint64_t bytes, uint64_t alignment, cuda::Stream stream) noexcept;
  /// False for memory that is not from here. A null pointer is ignored.
  bool release(void* memory, cuda::Stream stream) noexcept;

 private:
  struct Block {
    std::shared_ptr<engine::Meter> meter;
    size_t bytes;
    bool in_stream_order;
  };

  const cuda::Api& cuda_;
  const int device_;
  const std::shared_ptr<engine::Meter> meter_;
  bool has_pools_ = false;
  std::atomic<bool> used_pool_{false};
  std::mutex mutex_;
  std::unordered_map<void*, Block> blocks_;
};

}  // namespace brrr::tensorrt
