// SIMD tiers in tests.
#pragma once

#include <vector>

#include "common/tier.h"

namespace brrr {

inline std::vector<Tier> available_tiers() {
  std::vector<Tier> tiers;
  for (const Tier tier : {Tier::kBaseline, Tier::kAvx2, Tier::kAvx512})
    if (tier_available(tier)) tiers.push_back(tier);
  return tiers;
}

/// Puts the tier that was active back at the end of a test.
class ForcedTier {
 public:
  ForcedTier() : before_(active_tier()) {}
  ~ForcedTier() { force_tier(before_); }
  void set(Tier tier) { force_tier(tier); }

 private:
  Tier before_;
};

}  // namespace brrr
