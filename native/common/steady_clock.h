#pragma once

#include <chrono>
#include <cstdint>

namespace brrr {

/// Nanoseconds of the steady clock, which on Linux is the one of Node's process.hrtime().
inline int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace brrr
