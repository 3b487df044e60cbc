#include "device/buffers.h"

#include <utility>

#include "device/cuda_error.h"

namespace brrr::cuda {

Error out_of_device_memory(const Api& api, size_t need, const std::string& what) {
  size_t free = 0, total = 0;
  api.mem_get_info(&free, &total);
  return Error("OUT_OF_DEVICE_MEMORY",
               what + " needs " + engine::megabytes(need) + " of the GPU's memory, of which " +
                   engine::megabytes(free) + " of " + engine::megabytes(total) +
                   " are free. Close other engines or programs, run smaller batches, or use fewer lanes.");
}

Buffer::Buffer(const Api& api, Kind kind, std::shared_ptr<engine::Meter> meter, size_t bytes, const std::string& what)
    : api_(&api), kind_(kind) {
  if (bytes == 0) return;
  if (!meter->take(bytes)) throw engine::over_budget(meter->budget(), bytes, what);
  void* data = nullptr;
  const int status = kind == Kind::kDevice ? api.malloc(&data, bytes) : api.host_alloc(&data, bytes, kHostAllocDefault);
  if (status != kSuccess) {
    meter->give(bytes);
    api.get_last_error();
    if (status != kErrorMemoryAllocation) throw error_of(api, status, "reserve memory");
    if (kind == Kind::kDevice) throw out_of_device_memory(api, bytes, what);
    throw Error("OUT_OF_MEMORY", what + " needs " + engine::megabytes(bytes) +
                                     " of pinned host memory, which the system does not give.");
  }
  meter_ = std::move(meter);
  data_ = static_cast<std::byte*>(data);
  bytes_ = bytes;
}

Buffer::~Buffer() {
  if (!data_) return;
  kind_ == Kind::kDevice ? api_->free(data_) : api_->free_host(data_);
  meter_->give(bytes_);
}

void Buffer::swap(Buffer& other) noexcept {
  std::swap(api_, other.api_);
  std::swap(kind_, other.kind_);
  std::swap(meter_, other.meter_);
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
}

}  // namespace brrr::cuda
