// Spherical splines, slow and in long double: one system per question, solved by Gauss-Jordan elimination.
#pragma once

#include <cmath>
#include <utility>
#include <vector>

namespace brrr::test {

using LongMatrix = std::vector<std::vector<long double>>;

/// X with A X = B.
inline LongMatrix solve(LongMatrix a, LongMatrix b) {
  const size_t n = a.size();
  for (size_t k = 0; k < n; k++) {
    size_t pivot = k;
    for (size_t i = k; i < n; i++)
      if (std::fabs(a[i][k]) > std::fabs(a[pivot][k])) pivot = i;
    std::swap(a[k], a[pivot]);
    std::swap(b[k], b[pivot]);
    for (size_t i = 0; i < n; i++) {
      if (i == k) continue;
      const long double factor = a[i][k] / a[k][k];
      for (size_t j = 0; j < n; j++) a[i][j] -= factor * a[k][j];
      for (size_t j = 0; j < b[i].size(); j++) b[i][j] -= factor * b[k][j];
    }
  }
  for (size_t i = 0; i < n; i++)
    for (long double& value : b[i]) value /= a[i][i];
  return b;
}

/// Of channels i and j of `positions` (x, y, z each).
inline long double slow_kernel(const std::vector<double>& positions, int i, int j) {
  long double dot = 0, norm_i = 0, norm_j = 0;
  for (int k = 0; k < 3; k++) {
    const long double a = positions[3 * i + k], b = positions[3 * j + k];
    dot += a * b;
    norm_i += a * a;
    norm_j += b * b;
  }
  const long double x = dot / std::sqrt(norm_i * norm_j), pi = std::acos(-1.0L);
  std::vector<long double> legendre = {1, x};
  long double g = 0;
  for (int n = 1; n <= 50; n++) {
    g += (2 * n + 1) / (std::pow(static_cast<long double>(n) * (n + 1), 4) * 4 * pi) * legendre[n];
    legendre.push_back(((2 * n + 1) * x * legendre[n] - n * legendre[n - 1]) / (n + 1));
  }
  return g;
}

/// Weights [target][source].
inline std::vector<std::vector<double>> slow_weights(const std::vector<double>& positions,
                                                     const std::vector<int>& sources, const std::vector<int>& targets) {
  const size_t m = sources.size();
  LongMatrix system(m + 1, std::vector<long double>(m + 1, 1)),
      right(m + 1, std::vector<long double>(targets.size(), 1));
  for (size_t i = 0; i < m; i++) {
    for (size_t j = 0; j < m; j++) system[i][j] = slow_kernel(positions, sources[i], sources[j]) + (i == j ? 1e-5L : 0);
    for (size_t t = 0; t < targets.size(); t++) right[i][t] = slow_kernel(positions, sources[i], targets[t]);
  }
  system[m][m] = 0;
  const LongMatrix solution = solve(system, right);
  std::vector<std::vector<double>> weights(targets.size(), std::vector<double>(m));
  for (size_t t = 0; t < targets.size(); t++)
    for (size_t i = 0; i < m; i++) weights[t][i] = static_cast<double>(solution[i][t]);
  return weights;
}

}  // namespace brrr::test
