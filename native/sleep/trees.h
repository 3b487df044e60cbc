// Scoring of one block of epochs by a forest, one version per SIMD tier (trees.tier.cc).
#pragma once

#include <cstdint>

#include "common/tier.h"

namespace brrr::sleep {

constexpr int kStageClasses = 5;
constexpr int kMaxLeaves = 32;
/// Epochs that one call scores.
constexpr int kEpochBlock = 64;

/// A forest laid out tree after tree, its splits in pre-order. A split's mask lacks the leaves of its left subtree:
/// ANDing the masks of the splits that send an epoch right leaves the epoch's leaf as the lowest bit (QuickScorer:
/// Lucchese et al., SIGIR 2015).
struct Forest {
  int trees;
  const int32_t* first_split;  // trees + 1
  const int32_t* first_leaf;   // trees + 1
  const uint8_t* feature;      // per split
  const float* threshold;      // per split; left where value <= threshold
  const uint32_t* mask;        // per split
  const double* leaf_value;
};

/// One feature of a block; NaN already replaced by 0.
struct alignas(64) FeatureRow {
  float epoch[kEpochBlock];
};

/// Adds up the trees in order; sums[c][e] is the raw score of class c in epoch e.
using ScoreBlock = void(const Forest& forest, const FeatureRow* features, double (*sums)[kEpochBlock]);

}  // namespace brrr::sleep

namespace brrr {
BRRR_TIERED(sleep::ScoreBlock score_block;)
}
