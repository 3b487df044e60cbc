// Memory for SIMD work and for whole channels: aligned to cache lines, never initialised, in huge pages where large
// (the kernel zeroes fresh pages one by one otherwise, which costs as much as the computations on them).
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

namespace brrr {

/// 64-byte aligned memory (2 MiB and huge pages from 4 MiB on). Throws OUT_OF_MEMORY.
void* allocate_aligned(size_t bytes);
void free_aligned(void* memory) noexcept;

/// The same huge pages for memory of others that is about to be written for the first time, where it is large.
void prefer_huge_pages(void* memory, size_t bytes) noexcept;

/// Owns `size` uninitialised values.
template <typename T>
class AlignedBuffer {
  static_assert(std::is_trivially_copyable<T>::value, "the values are never constructed or destroyed");

 public:
  AlignedBuffer() = default;
  explicit AlignedBuffer(size_t size) : data_(static_cast<T*>(allocate_aligned(size * sizeof(T)))), size_(size) {}
  AlignedBuffer(AlignedBuffer&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  AlignedBuffer& operator=(AlignedBuffer&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~AlignedBuffer() { free_aligned(data_); }

  /// Makes room for at least `size` values; the contents are lost if it has to grow.
  void reserve(size_t size) {
    if (size <= size_) return;
    *this = AlignedBuffer();
    *this = AlignedBuffer(size);
  }

  T* data() { return data_; }
  const T* data() const { return data_; }
  size_t size() const { return size_; }
  T& operator[](size_t i) { return data_[i]; }
  const T& operator[](size_t i) const { return data_[i]; }

 private:
  T* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace brrr
