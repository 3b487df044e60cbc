#include "onnxruntime/allocator.h"

#include <cstdlib>
#include <new>

#include "onnxruntime/library.h"

namespace brrr::onnxruntime {
namespace {

thread_local std::shared_ptr<engine::Meter> current_meter;
thread_local size_t refused_bytes = 0;

// The alignment that ONNX Runtime's own CPU allocator gives.
constexpr size_t kAlignment = 64;

/// Lies in front of each block. The meter lives as long as the block does.
struct Header {
  std::shared_ptr<engine::Meter> meter;
  size_t bytes;
};
static_assert(sizeof(Header) <= kAlignment);

// ONNX Runtime takes a null pointer for a block, and crashes; an exception it turns into a failed call.
void* allocate(OrtAllocator*, size_t bytes) {
  if (bytes == 0) return nullptr;
  if (current_meter && !current_meter->take(bytes)) {
    refused_bytes = bytes;
    throw std::bad_alloc();
  }
  void* memory = nullptr;
  if (bytes > SIZE_MAX - kAlignment || posix_memalign(&memory, kAlignment, bytes + kAlignment) != 0) {
    if (current_meter) current_meter->give(bytes);
    throw std::bad_alloc();
  }
  new (memory) Header{current_meter, bytes};
  return static_cast<char*>(memory) + kAlignment;
}

void release(OrtAllocator*, void* block) {
  if (!block) return;
  void* memory = static_cast<char*>(block) - kAlignment;
  auto* header = static_cast<Header*>(memory);
  if (header->meter) header->meter->give(header->bytes);
  header->~Header();
  free(memory);
}

struct CountingAllocator {
  AllocatorTable table;
  const OrtMemoryInfo* memory;
};

const OrtMemoryInfo* memory_info(const OrtAllocator* allocator) {
  return reinterpret_cast<const CountingAllocator*>(allocator)->memory;
}

}  // namespace

void register_counting_allocator(const Library& library, uint32_t table_version) {
  auto* allocator = new CountingAllocator{{table_version, allocate, release, memory_info, allocate, nullptr, nullptr},
                                          library.cpu};  // as old as the library
  check(library, library.api.RegisterAllocator(library.env, reinterpret_cast<OrtAllocator*>(allocator)));
}

MeterScope::MeterScope(std::shared_ptr<engine::Meter> meter) {
  current_meter = std::move(meter);
  refused_bytes = 0;
}

MeterScope::~MeterScope() { current_meter.reset(); }

size_t MeterScope::refused() const { return refused_bytes; }

}  // namespace brrr::onnxruntime
