#include "sleep/trees.h"

#include "signal/lanes.h"

namespace brrr {
namespace BRRR_TIER {
namespace {

using sleep::FeatureRow;
using sleep::Forest;
using sleep::kEpochBlock;
using sleep::kStageClasses;

constexpr int kEpochLanes = 2 * kLanes;
typedef float Floats __attribute__((vector_size(4 * kEpochLanes)));
typedef int32_t Words __attribute__((vector_size(4 * kEpochLanes)));
typedef uint32_t LeafBits __attribute__((vector_size(4 * kEpochLanes)));

// Vectors of epochs that stay in registers while a tree's splits pass by.
constexpr int kGroup = 4;
constexpr int kGroupEpochs = kGroup * kEpochLanes;
static_assert(kEpochBlock % kGroupEpochs == 0, "a block is whole groups");

// The exponent of the lowest bit as a float32 is its index; bit 31 converts to -2^31, whose sign is masked away.
BRRR_INLINE Words lowest_bit_index(LeafBits bits) {
  Floats power = __builtin_convertvector((Words)(bits & -bits), Floats);
  return (((Words)power >> 23) & 255) - 127;
}

BRRR_INLINE void find_leaves(const Forest& forest, int tree, const FeatureRow* features, int start, int32_t* leaf) {
  LeafBits reachable[kGroup];
  for (int g = 0; g < kGroup; g++) reachable[g] = ~LeafBits{};
  for (int split = forest.first_split[tree]; split < forest.first_split[tree + 1]; split++) {
    const Floats* value = reinterpret_cast<const Floats*>(features[forest.feature[split]].epoch + start);
    Floats threshold = Floats{} + forest.threshold[split];
    LeafBits mask = LeafBits{} + forest.mask[split];
    for (int g = 0; g < kGroup; g++) reachable[g] &= (LeafBits)(value[g] <= threshold) | mask;
  }
  for (int g = 0; g < kGroup; g++) {
    Words index = lowest_bit_index(reachable[g]);
    __builtin_memcpy(leaf + g * kEpochLanes, &index, sizeof index);
  }
}

}  // namespace

void score_block(const Forest& forest, const FeatureRow* features, double (*sums)[kEpochBlock]) {
  for (int c = 0; c < kStageClasses; c++)
    for (int e = 0; e < kEpochBlock; e++) sums[c][e] = 0;
  alignas(64) int32_t leaf[kEpochBlock];
  for (int tree = 0; tree < forest.trees; tree++) {
    for (int start = 0; start < kEpochBlock; start += kGroupEpochs)
      find_leaves(forest, tree, features, start, leaf + start);
    const double* value = forest.leaf_value + forest.first_leaf[tree];
    double* sum = sums[tree % kStageClasses];
    for (int e = 0; e < kEpochBlock; e++) sum[e] += value[leaf[e]];
  }
}

}  // namespace BRRR_TIER
}  // namespace brrr
