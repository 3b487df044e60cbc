#include "common/aligned_buffer.h"

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
#if defined(__linux__)
  if (huge) madvise(memory, rounded, MADV_HUGEPAGE);
#endif
  return memory;
}

void free_aligned(void* memory) noexcept { std::free(memory); }

}  // namespace brrr
