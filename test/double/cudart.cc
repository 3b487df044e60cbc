// A CUDA runtime without a GPU: memory is the host's, streams are threads (cudart_streams.cc). Built as
// libcudart.so.12. Steered as control.h says; by default there is one device and a driver of CUDA 12.9.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>

#include "control.h"
#include "device/cuda_api.h"
#include "device_state.h"

using brrr::cuda::MemPool;
using brrr::cuda::Stream;
using namespace brrr_double;

namespace {

thread_local int current_device = 0;
std::atomic<int> live{0};

/// Blocks of device or pinned memory. `memory=BYTES` is what the device has free.
class Blocks {
 public:
  int take(void** pointer, std::size_t bytes, std::size_t limit) {
    std::lock_guard<std::mutex> lock(mutex_);
    *pointer = nullptr;
    if (bytes > limit - used_) return failed(kOutOfMemory);
    *pointer = std::aligned_alloc(256, (bytes + 255) / 256 * 256);
    // Nothing may count on zeros.
    std::memset(*pointer, 0xa5, bytes);
    sizes_[*pointer] = bytes;
    used_ += bytes;
    count_live(1);
    return 0;
  }
  int give(void* pointer) {
    if (!pointer) return 0;
    std::lock_guard<std::mutex> lock(mutex_);
    const auto found = sizes_.find(pointer);
    if (found == sizes_.end()) return failed(kInvalidValue);
    used_ -= found->second;
    sizes_.erase(found);
    std::free(pointer);
    count_live(-1);
    return 0;
  }
  std::size_t used() {
    std::lock_guard<std::mutex> lock(mutex_);
    return used_;
  }

 private:
  std::mutex mutex_;
  std::map<void*, std::size_t> sizes_;
  std::size_t used_ = 0;
};

Blocks& device_blocks() {
  static auto& blocks = *new Blocks;
  return blocks;
}
Blocks& pinned_blocks() {
  static auto& blocks = *new Blocks;
  return blocks;
}

std::size_t device_limit() { return std::stoull(setting("memory", std::to_string(kTotalBytes / 2))); }

}  // namespace

int brrr_double::devices() { return std::stoi(setting("devices", "1")); }
int brrr_double::driver() { return std::stoi(setting("driver", "12090")); }
void brrr_double::count_live(int change) { live += change; }

extern "C" {

int brrr_double_live() { return live; }

int cudaDriverGetVersion(int* version) {
  enter(__func__);
  *version = driver();
  return 0;
}
int cudaRuntimeGetVersion(int* version) {
  enter(__func__);
  *version = 12090;
  return 0;
}
const char* cudaGetErrorName(int) { return "cudaErrorOfTheDouble"; }
const char* cudaGetErrorString(int) { return "text of the double"; }
int cudaGetLastError() { return last_error(true); }
int cudaPeekAtLastError() { return last_error(false); }

int cudaGetDeviceCount(int* count) {
  ENTER();
  *count = devices();
  return 0;
}
int cudaSetDevice(int device) {
  ENTER();
  if (device < 0 || device >= devices()) return kInvalidDevice;
  current_device = device;
  return 0;
}
int cudaGetDevice(int* device) {
  ENTER();
  *device = current_device;
  return 0;
}
int cudaDeviceGetAttribute(int* value, int attribute, int device) {
  ENTER();
  if (device < 0 || device >= devices()) return kInvalidDevice;
  switch (attribute) {
    case brrr::cuda::kAttributeMultiProcessorCount:
      *value = 132;
      return 0;
    case brrr::cuda::kAttributeIntegrated:
      *value = 0;
      return 0;
    case brrr::cuda::kAttributeComputeCapabilityMajor:
      *value = 9;
      return 0;
    case brrr::cuda::kAttributeComputeCapabilityMinor:
      *value = 0;
      return 0;
    case brrr::cuda::kAttributeMemoryPoolsSupported:
      *value = 1;
      return 0;
    default:
      return kInvalidValue;
  }
}
int cudaDeviceGetPCIBusId(char* text, int length, int device) {
  ENTER();
  std::snprintf(text, length, "0000:0%d:00.0", device + 1);
  return 0;
}
int cuDeviceGetName(char* name, int length, int device) {
  std::snprintf(name, length, "Double GPU %d", device);
  return 0;
}
int cudaDeviceSynchronize() {
  ENTER_UNCAPTURED();
  drain_device();
  return 0;
}
int cudaMemGetInfo(std::size_t* free, std::size_t* total) {
  ENTER();
  *free = device_limit() - device_blocks().used();
  *total = kTotalBytes;
  return 0;
}

int cudaMalloc(void** pointer, std::size_t bytes) {
  ENTER_UNCAPTURED();
  return device_blocks().take(pointer, bytes, device_limit());
}
int cudaFree(void* pointer) {
  const int status = enter_uncaptured(__func__);
  if (pointer) drain_device();
  const int given = device_blocks().give(pointer);
  return status ? status : given;
}
int cudaMallocAsync(void** pointer, std::size_t bytes, Stream) {
  ENTER_UNCAPTURED();
  return device_blocks().take(pointer, bytes, device_limit());
}
int cudaFreeAsync(void* pointer, Stream stream) {
  const int status = enter_device(__func__);
  stream->put(CUstream_st::Kind::kMark, [pointer] { device_blocks().give(pointer); });
  return status;
}
int cudaDeviceGetDefaultMemPool(MemPool* pool, int) {
  ENTER();
  *pool = nullptr;
  return 0;
}
int cudaMemPoolTrimTo(MemPool, std::size_t) {
  ENTER();
  return 0;
}
int cudaHostAlloc(void** pointer, std::size_t bytes, unsigned) {
  ENTER_UNCAPTURED();
  return pinned_blocks().take(pointer, bytes, kTotalBytes);
}
int cudaFreeHost(void* pointer) {
  const int status = enter_uncaptured(__func__);
  drain_device();
  const int given = pinned_blocks().give(pointer);
  return status ? status : given;
}
int cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, int, Stream stream) {
  ENTER();
  stream->put(CUstream_st::Kind::kCopy, [=] { std::memcpy(to, from, bytes); });
  return 0;
}
int cudaMemsetAsync(void* pointer, int value, std::size_t bytes, Stream stream) {
  ENTER();
  stream->put(CUstream_st::Kind::kCopy, [=] { std::memset(pointer, value, bytes); });
  return 0;
}

}  // extern "C"
