#include "common/tier.h"

#include <atomic>
#include <string>

#include "common/error.h"

namespace brrr {
namespace {

Tier best_tier() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2"))
    return Tier::kAvx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2"))
    return Tier::kAvx2;
#endif
  return Tier::kBaseline;
}

std::atomic<int> forced{-1};

}  // namespace

Tier active_tier() {
  static const Tier best = best_tier();
  int f = forced.load(std::memory_order_relaxed);
  return f < 0 ? best : static_cast<Tier>(f);
}

bool tier_available(Tier tier) { return static_cast<int>(tier) <= static_cast<int>(best_tier()); }

void force_tier(Tier tier) {
  if (!tier_available(tier))
    throw Error("INVALID_ARGUMENT", std::string("This processor cannot run the SIMD tier ") + tier_name(tier) + ".");
  forced.store(static_cast<int>(tier));
}

const char* tier_name(Tier tier) {
  switch (tier) {
    case Tier::kAvx512:
      return "avx512";
    case Tier::kAvx2:
      return "avx2";
    default:
      return "baseline";
  }
}

}  // namespace brrr
