// Repaired samples of one epoch on SIMD lanes.
#pragma once

#include "autoreject/repair_set.h"
#include "autoreject/samples.h"
#include "common/tier.h"

namespace brrr::autoreject {

/// Where repaired rows go; exactly one of the two is set. Null rows are skipped.
struct RepairedRows {
  float* const* float32;
  double* const* float64;
};

}  // namespace brrr::autoreject

namespace brrr {

BRRR_TIERED(namespace autoreject {
  /// Row i, x.samples values, becomes channel i of the set as predicted from the channels outside it. scratch:
  /// (channels + count) * kTile doubles.
  void repair_rows(const brrr::autoreject::Samples& x, int epoch, const brrr::autoreject::RepairSet& set,
                   double* scratch, const brrr::autoreject::RepairedRows& rows);
})

}  // namespace brrr
