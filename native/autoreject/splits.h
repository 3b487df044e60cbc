// Train and test rows of cross-validation, as scikit-learn draws them.
#pragma once

#include <cstdint>
#include <vector>

namespace brrr::autoreject {

/// Row numbers, each list ascending: no result depends on their order except in its last bits.
struct Split {
  std::vector<int> train, test;
};

/// StratifiedShuffleSplit(n_splits, test_size, random_state=seed). Rows are numbered class after class: class i has
/// class_sizes[i] of them. AutoReject splits {E, E} (originals, then predictions), or {E} without augmentation.
/// Throws INVALID_ARGUMENT where train or test rows would be fewer than classes.
std::vector<Split> stratified_shuffle_splits(const std::vector<int>& class_sizes, int n_splits, double test_size,
                                             uint32_t seed);

/// KFold(n_folds) without shuffle: contiguous blocks, the first rows % n_folds of them one row longer.
/// Throws INVALID_ARGUMENT unless 2 <= n_folds <= rows.
std::vector<Split> k_folds(int rows, int n_folds);

}  // namespace brrr::autoreject
