// Which SIMD tier runs: chosen once from the processor, forceable for tests.
#pragma once

namespace brrr {

enum class Tier { kBaseline = 0, kAvx2 = 1, kAvx512 = 2 };

/// The tier in use: the best that processor and build have, or the one forced.
Tier active_tier();
/// True if processor and build can run the tier.
bool tier_available(Tier tier);
/// Forces a tier for the whole process; an unavailable one throws INVALID_ARGUMENT.
void force_tier(Tier tier);
const char* tier_name(Tier tier);

// Picks the active tier's version of a tiered symbol, e.g. BRRR_DISPATCH(sleep_kernels).
#if defined(__x86_64__)
#define BRRR_DISPATCH(symbol)                                              \
  (::brrr::active_tier() == ::brrr::Tier::kAvx512 ? ::brrr::avx512::symbol \
   : ::brrr::active_tier() == ::brrr::Tier::kAvx2 ? ::brrr::avx2::symbol   \
                                                  : ::brrr::baseline::symbol)
#else
#define BRRR_DISPATCH(symbol) (::brrr::baseline::symbol)
#endif

// Declares a tiered symbol in each tier's namespace, e.g. BRRR_TIERED(extern const SleepKernels sleep_kernels;)
#if defined(__x86_64__)
#define BRRR_TIERED(...) \
  namespace baseline {   \
  __VA_ARGS__            \
  }                      \
  namespace avx2 {       \
  __VA_ARGS__            \
  }                      \
  namespace avx512 {     \
  __VA_ARGS__            \
  }
#else
#define BRRR_TIERED(...) \
  namespace baseline {   \
  __VA_ARGS__            \
  }
#endif

}  // namespace brrr
