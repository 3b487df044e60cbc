// Pinned host memory in blocks that are used again: reserving one anew stops the device for a moment.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "device/buffers.h"

namespace brrr::cuda {

/// All methods may be called from any thread. Blocks may outlive close() and the last other user of the pool.
class PinnedPool : public std::enable_shared_from_this<PinnedPool> {
 public:
  /// `meter` counts whole blocks, the idle ones included.
  static std::shared_ptr<PinnedPool> create(const Api& api, int device, std::shared_ptr<engine::Meter> meter);

  /// A block of at least `bytes` (up to a quarter larger). Throws OUT_OF_MEMORY.
  std::shared_ptr<void> take(size_t bytes);
  /// True where these bytes lie in a block that is in use.
  bool contains(const void* data, size_t bytes) const;
  /// Bytes of the blocks in use.
  size_t in_use() const;
  /// Frees the idle blocks. A block that comes back later is freed at once.
  void close();

 private:
  PinnedPool(const Api& api, int device, std::shared_ptr<engine::Meter> meter)
      : api_(api), device_(device), meter_(std::move(meter)) {}
  void put_back(void* data);

  const Api& api_;
  const int device_;
  const std::shared_ptr<engine::Meter> meter_;
  mutable std::mutex mutex_;
  std::map<const std::byte*, Buffer> used_;
  std::multimap<size_t, Buffer> idle_;
  size_t used_bytes_ = 0, idle_bytes_ = 0;
  bool closed_ = false;
};

}  // namespace brrr::cuda
