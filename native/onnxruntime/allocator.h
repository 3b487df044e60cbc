// The allocator that all our sessions share. It books every block on the meter of the thread that asks for it, which
// works because a session has no threads of its own: it allocates on the thread that loads or runs it.
#pragma once

#include <cstddef>
#include <memory>

#include "engine/meter.h"

namespace brrr::onnxruntime {

struct Library;

/// Makes the library's environment use it, for sessions with session.use_env_allocators.
void register_counting_allocator(const Library& library, uint32_t table_version);

/// While it lives, blocks that this thread asks for are booked on `meter`. Past the meter's budget they are refused:
/// the library's call then fails, and refused() says how many bytes it wanted.
class MeterScope {
 public:
  explicit MeterScope(std::shared_ptr<engine::Meter> meter);
  ~MeterScope();
  MeterScope(const MeterScope&) = delete;
  size_t refused() const;
};

}  // namespace brrr::onnxruntime
