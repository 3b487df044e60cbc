#include "common/aligned_buffer.h"

#include <cstdint>
#include <cstdlib>
#include <string>

#include "common/error.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace brrr {
namespace {

constexpr size_t kLine = 64;
constexpr size_t kHugePage = size_t{2} << 20;

}  // namespace

void* allocate_aligned(size_t bytes) {
  const bool huge = bytes >= 2 * kHugePage;
  const size_t alignment = huge ? kHugePage : kLine;
  const size_t rounded = (bytes / alignment + 1) * alignment;
  void* memory = rounded > bytes ? std::aligned_alloc(alignment, rounded) : nullptr;
  if (!memory) throw Error("OUT_OF_MEMORY", "Out of memory: " + std::to_string(bytes) + " bytes were needed.");
  if (huge) prefer_huge_pages(memory, rounded);
  return memory;
}

void prefer_huge_pages([[maybe_unused]] void* memory, [[maybe_unused]] size_t bytes) noexcept {
#if defined(__linux__)
  const size_t start = reinterpret_cast<uintptr_t>(memory);
  const size_t first = (start + kHugePage - 1) / kHugePage * kHugePage, end = (start + bytes) / kHugePage * kHugePage;
  if (end > first) madvise(reinterpret_cast<void*>(first), end - first, MADV_HUGEPAGE);
#endif
}

void free_aligned(void* memory) noexcept { std::free(memory); }

}  // namespace brrr
