// A set of channels that are repaired together, as the SIMD tiers see it.
#pragma once

namespace brrr::autoreject {

/// The channels, ascending, and for each of them the weights of all channels (count x channels, zero for the set's
/// own).
struct RepairSet {
  int count;
  const int* channels;
  const double* weights;
};

}  // namespace brrr::autoreject
