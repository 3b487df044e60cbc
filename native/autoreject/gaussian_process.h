// One step of a Gaussian process over a list of candidates, on SIMD lanes.
#pragma once

#include "common/tier.h"

namespace brrr {

BRRR_TIERED(namespace autoreject {
  /// row[t] = exp(-(x - candidates[t])^2 / 2) where all (x - candidates[t])^2 / 2 < 1e-5, by its series to the last
  /// bit.
  void kernel_row(double x, const double* candidates, int count, double* row);

  /// Takes in one more observation. row, its covariance with each candidate, becomes its row of the triangular solve,
  /// (row - sum over i < steps of factor[i] * earlier row i) / pivot; earlier rows lie at `rows`, count apart. mean +=
  /// weight * row, variance -= row^2.
  void extend_posterior(const double* rows, const double* factor, int steps, double pivot, double weight, int count,
                        double* row, double* mean, double* variance);
})

}  // namespace brrr
