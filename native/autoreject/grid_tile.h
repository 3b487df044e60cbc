// One tile of time of the cross-validation of consensus and n_interpolate, on SIMD lanes.
//
// Consensus values are taken in ascending order: each keeps the epochs of the one before and some more, its bucket.
// Epochs of one bucket and one fold are always kept or left out together: they make a group. The sum over its cells
// that are never repaired is computed once, that over the others for each n_interpolate.
#pragma once

#include <cstddef>
#include <cstdint>

#include "autoreject/repair_set.h"
#include "autoreject/samples.h"
#include "common/tier.h"

namespace brrr::autoreject {

struct GridPlan {
  Samples x;
  int folds, buckets, groups, candidates;
  /// Fold f tests epochs fold_start[f] to fold_start[f + 1] - 1.
  const int* fold_start;
  /// Groups of bucket k: bucket_start[k] to bucket_start[k + 1] - 1.
  const int* bucket_start;
  const int* group_fold;
  /// Epochs of group g: group_epochs[group_start[g]] to group_epochs[group_start[g + 1] - 1].
  const int *group_start, *group_epochs;
  /// Group of each epoch; -1 where no consensus keeps it.
  const int* epoch_group;
  /// (n_interpolate, epoch): what is repaired; null for nothing.
  const RepairSet* const* repairs;
  /// (epoch, channel): not 0 where a cell is repaired for at least one n_interpolate.
  const uint8_t* touched;
  /// (n_interpolate, consensus): whether its loss is to be computed.
  const char* wanted;
  /// (consensus, fold): 1 / training epochs, zero where there are none.
  const double* train_share;
};

/// Doubles of scratch memory that a tile needs.
size_t grid_scratch(const GridPlan& plan);

}  // namespace brrr::autoreject

namespace brrr {

BRRR_TIERED(namespace autoreject {
  /// loss[(n_interpolate, consensus, fold)] = sum of squared distances of median and mean over the tile and all
  /// channels.
  void grid_tile(const brrr::autoreject::GridPlan& plan, int first, double* scratch, double* loss);
})

}  // namespace brrr
