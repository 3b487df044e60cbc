// Small dense linear systems.
#pragma once

namespace brrr::autoreject {

/// Solves A X = B by Gaussian elimination with partial pivoting. A is n x n and B is n x columns, both row-major; A is
/// destroyed and B becomes X. Returns false, with both in no useful state, where A is singular to working precision.
bool solve_in_place(double* a, int n, double* b, int columns);

}  // namespace brrr::autoreject
