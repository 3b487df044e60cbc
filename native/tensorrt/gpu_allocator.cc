#include "tensorrt/gpu_allocator.h"

#include <utility>

#include "device/buffers.h"

namespace brrr::tensorrt {

thread_local GpuAllocator::Scope* GpuAllocator::Scope::current_ = nullptr;

void GpuAllocator::Scope::throw_if_refused(const cuda::Api& cuda, const std::string& what) const {
  if (over_budget_ > 0) throw engine::over_budget(meter_->budget(), over_budget_, what);
  if (out_of_memory_ > 0) throw cuda::out_of_device_memory(cuda, out_of_memory_, what);
}

GpuAllocator::GpuAllocator(const cuda::Api& cuda, int device, std::shared_ptr<engine::Meter> meter)
    : cuda_(cuda), device_(device), meter_(std::move(meter)) {
  int pools = 0;
  has_pools_ =
      cuda_.device_get_attribute(&pools, cuda::kAttributeMemoryPoolsSupported, device) == cuda::kSuccess && pools != 0;
}

GpuAllocator::~GpuAllocator() {
  if (!used_pool_) return;
  cuda::MemPool pool = nullptr;
  if (cuda_.device_get_default_mem_pool(&pool, device_) == cuda::kSuccess) cuda_.mem_pool_trim_to(pool, 0);
}

void* GpuAllocator::allocate(uint64_t bytes, uint64_t alignment, cuda::Stream stream) noexcept {
  Scope* scope = Scope::current_;
  if (bytes == 0 || alignment > cuda::kAlignment || (scope && scope->capturing_)) return nullptr;
  const std::shared_ptr<engine::Meter>& meter = scope ? scope->meter_ : meter_;
  if (!meter->take(bytes)) {
    if (scope) scope->over_budget_ = bytes;
    return nullptr;
  }
  const bool in_stream_order = stream && has_pools_;
  void* memory = nullptr;
  const int status = in_stream_order ? cuda_.malloc_async(&memory, bytes, stream) : cuda_.malloc(&memory, bytes);
  if (status != cuda::kSuccess) {
    meter->give(bytes);
    if (status == cuda::kErrorMemoryAllocation) {
      cuda_.get_last_error();
      if (scope) scope->out_of_memory_ = bytes;
    }
    return nullptr;
  }
  if (in_stream_order) used_pool_ = true;
  std::lock_guard<std::mutex> lock(mutex_);
  blocks_.emplace(memory, Block{meter, static_cast<size_t>(bytes), in_stream_order});
  return memory;
}

bool GpuAllocator::release(void* memory, cuda::Stream stream) noexcept {
  if (!memory) return true;
  Block block;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    const auto found = blocks_.find(memory);
    if (found == blocks_.end()) return false;
    block = std::move(found->second);
    blocks_.erase(found);
  }
  // cudaFree waits for the device, so that it is right for either kind.
  block.in_stream_order&& stream ? cuda_.free_async(memory, stream) : cuda_.free(memory);
  block.meter->give(block.bytes);
  return true;
}

}  // namespace brrr::tensorrt
