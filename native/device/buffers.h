// Memory of a device, and host memory that a device copies from and to directly, counted by the meter that pays for it.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "device/cuda_api.h"
#include "engine/meter.h"

namespace brrr::cuda {

/// TensorRT wants its tensors to begin at multiples of this many bytes; cudaMalloc's and cudaHostAlloc's do.
constexpr size_t kAlignment = 256;
constexpr size_t aligned(size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

/// One block, freed with the object; its device must be current then. Empty where it was made with 0 bytes.
class Buffer {
 public:
  enum class Kind { kDevice, kPinned };

  Buffer() = default;
  /// `what` begins the error's text: "Lane 0". Throws MEMORY_BUDGET, OUT_OF_DEVICE_MEMORY, OUT_OF_MEMORY (pinned).
  Buffer(const Api& api, Kind kind, std::shared_ptr<engine::Meter> meter, size_t bytes, const std::string& what);
  Buffer(Buffer&& other) noexcept { swap(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    swap(other);
    return *this;
  }
  ~Buffer();

  std::byte* data() const { return data_; }
  size_t bytes() const { return bytes_; }

 private:
  void swap(Buffer& other) noexcept;

  const Api* api_ = nullptr;
  Kind kind_ = Kind::kDevice;
  std::shared_ptr<engine::Meter> meter_;
  std::byte* data_ = nullptr;
  size_t bytes_ = 0;
};

/// OUT_OF_DEVICE_MEMORY with need and free bytes of the current device.
Error out_of_device_memory(const Api& api, size_t need, const std::string& what);

}  // namespace brrr::cuda
