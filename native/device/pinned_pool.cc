#include "device/pinned_pool.h"

#include <algorithm>
#include <iterator>

#include "device/handles.h"

namespace brrr::cuda {
namespace {

constexpr size_t kPage = 4096;
constexpr size_t kIdleLimit = size_t{256} << 20;

/// Whole pages, four sizes to a power of two, so that blocks of about the same size serve each other.
size_t block_size(size_t bytes) {
  size_t step = kPage;
  while (step * 8 <= bytes) step *= 2;
  return std::max(step, (bytes + step - 1) / step * step);
}

}  // namespace

std::shared_ptr<PinnedPool> PinnedPool::create(const Api& api, int device, std::shared_ptr<engine::Meter> meter) {
  return std::shared_ptr<PinnedPool>(new PinnedPool(api, device, std::move(meter)));
}

std::shared_ptr<void> PinnedPool::take(size_t bytes) {
  const size_t size = block_size(bytes);
  Buffer block;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (auto found = idle_.find(size); found != idle_.end()) {
      block = std::move(found->second);
      idle_.erase(found);
      idle_bytes_ -= size;
    }
  }
  if (!block.data()) {
    OnDevice on_device(api_, device_);
    block = Buffer(api_, Buffer::Kind::kPinned, meter_, size, "A buffer");
  }
  std::byte* data = block.data();
  {
    std::lock_guard<std::mutex> lock(mutex_);
    used_.emplace(data, std::move(block));
    used_bytes_ += size;
  }
  return {data, [pool = shared_from_this()](void* returned) { pool->put_back(returned); }};
}

void PinnedPool::put_back(void* data) {
  OnDevice on_device(api_, device_);
  std::lock_guard<std::mutex> lock(mutex_);
  auto found = used_.find(static_cast<std::byte*>(data));
  Buffer block = std::move(found->second);
  used_.erase(found);
  used_bytes_ -= block.bytes();
  if (closed_ || idle_bytes_ + block.bytes() > kIdleLimit) return;
  idle_bytes_ += block.bytes();
  idle_.emplace(block.bytes(), std::move(block));
}

bool PinnedPool::contains(const void* data, size_t bytes) const {
  const auto* begin = static_cast<const std::byte*>(data);
  std::lock_guard<std::mutex> lock(mutex_);
  auto after = used_.upper_bound(begin);
  if (after == used_.begin()) return false;
  const Buffer& block = std::prev(after)->second;
  return begin + bytes <= block.data() + block.bytes();
}

size_t PinnedPool::in_use() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return used_bytes_;
}

void PinnedPool::close() {
  OnDevice on_device(api_, device_);
  std::lock_guard<std::mutex> lock(mutex_);
  closed_ = true;
  idle_.clear();
  idle_bytes_ = 0;
}

}  // namespace brrr::cuda
