#include "autoreject/linear_solve.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace brrr::autoreject {
namespace {

void subtract_multiple(double* row, const double* other, double factor, int from, int to) {
  for (int j = from; j < to; j++) row[j] -= factor * other[j];
}

}  // namespace

bool solve_in_place(double* a, int n, double* b, int columns) {
  auto row_a = [&](int i) { return a + static_cast<ptrdiff_t>(i) * n; };
  auto row_b = [&](int i) { return b + static_cast<ptrdiff_t>(i) * columns; };
  double largest = 0;
  for (ptrdiff_t i = 0; i < static_cast<ptrdiff_t>(n) * n; i++) largest = std::max(largest, std::fabs(a[i]));
  const double singular = largest * n * std::numeric_limits<double>::epsilon();
  for (int k = 0; k < n; k++) {
    int pivot = k;
    for (int i = k + 1; i < n; i++)
      if (std::fabs(row_a(i)[k]) > std::fabs(row_a(pivot)[k])) pivot = i;
    if (!(std::fabs(row_a(pivot)[k]) > singular)) return false;
    if (pivot != k) {
      std::swap_ranges(row_a(k), row_a(k) + n, row_a(pivot));
      std::swap_ranges(row_b(k), row_b(k) + columns, row_b(pivot));
    }
    for (int i = k + 1; i < n; i++) {
      double factor = row_a(i)[k] / row_a(k)[k];
      if (factor == 0) continue;
      subtract_multiple(row_a(i), row_a(k), factor, k + 1, n);
      subtract_multiple(row_b(i), row_b(k), factor, 0, columns);
    }
  }
  for (int k = n - 1; k >= 0; k--) {
    for (int i = k + 1; i < n; i++) subtract_multiple(row_b(k), row_b(i), row_a(k)[i], 0, columns);
    for (int j = 0; j < columns; j++) row_b(k)[j] /= row_a(k)[k];
  }
  return true;
}

}  // namespace brrr::autoreject
