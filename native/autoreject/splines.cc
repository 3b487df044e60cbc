#include "autoreject/splines.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "autoreject/linear_solve.h"
#include "common/error.h"

namespace brrr::autoreject {
namespace {

constexpr double kPi = 3.141592653589793;
constexpr int kTerms = 50;
constexpr double kRegularisation = 1e-5;
/// Repair weights come from the inverse of the whole system while at most half of the channels are bad and the pivots
/// of its part stay above this share of its largest entry: they then agree with a solve of their own system to 1e-11.
/// With more bad channels their own system is the smaller one, and digits would be lost.
constexpr double kSmallestPivot = 1e-3;

std::vector<double> unit_vectors(const std::vector<double>& positions) {
  std::vector<double> units = positions;
  for (size_t i = 0; i + 2 < units.size(); i += 3) {
    double norm = std::sqrt(units[i] * units[i] + units[i + 1] * units[i + 1] + units[i + 2] * units[i + 2]);
    if (!(norm > 0) || !std::isfinite(norm))
      throw Error("INVALID_ARGUMENT",
                  "Channel " + std::to_string(i / 3) + " has no position: interpolation needs finite, non-zero ones.");
    for (size_t k = 0; k < 3; k++) units[i + k] /= norm;
  }
  return units;
}

}  // namespace

double spline_kernel(double cosine) {
  double before = 1, legendre = cosine, sum = 0;
  for (int n = 1; n <= kTerms; n++) {
    double product = static_cast<double>(n) * (n + 1);
    sum += (2 * n + 1) / (product * product * product * product * 4 * kPi) * legendre;
    double after = ((2 * n + 1) * cosine * legendre - n * before) / (n + 1);
    before = legendre;
    legendre = after;
  }
  return sum;
}

SphericalSplines::SphericalSplines(const std::vector<double>& positions)
    : channels_(static_cast<int>(positions.size() / 3)) {
  const std::vector<double> unit = unit_vectors(positions);
  const size_t q = static_cast<size_t>(channels_), n = q + 1;
  kernel_.resize(q * q);
  std::vector<double> system(n * n, 1.0);
  for (size_t i = 0; i < q; i++)
    for (size_t j = 0; j <= i; j++) {
      const double *a = &unit[3 * i], *b = &unit[3 * j];
      double g = spline_kernel(a[0] * b[0] + a[1] * b[1] + a[2] * b[2]);
      kernel_[i * q + j] = kernel_[j * q + i] = g;
      system[i * n + j] = system[j * n + i] = g + (i == j ? kRegularisation : 0);
    }
  system[n * n - 1] = 0;
  inverse_.assign(n * n, 0.0);
  for (size_t i = 0; i < n; i++) inverse_[i * n + i] = 1;
  if (!solve_in_place(system.data(), channels_ + 1, inverse_.data(), channels_ + 1)) inverse_.clear();
  for (double value : inverse_) largest_inverse_ = std::max(largest_inverse_, std::fabs(value));
}

/// With P the inverse of the whole system, b the bad and f the other channels, the weights are -P_bb^-1 P_bf: no system
/// of the size of f has to be solved. P_bb is positive definite, so it is factored as L L^T.
bool SphericalSplines::repair_by_inverse(const int* bads, int count, double* out) const {
  if (inverse_.empty() || 2 * count > channels_) return false;
  const size_t q = static_cast<size_t>(channels_), n = q + 1, m = static_cast<size_t>(count);
  std::vector<double> lower(m * m);
  for (size_t i = 0; i < m; i++) {
    const double* row = &inverse_[static_cast<size_t>(bads[i]) * n];
    for (size_t j = 0; j <= i; j++) {
      double sum = row[bads[j]];
      for (size_t k = 0; k < j; k++) sum -= lower[i * m + k] * lower[j * m + k];
      if (i != j) {
        lower[i * m + j] = sum / lower[j * m + j];
      } else {
        if (!(sum > kSmallestPivot * largest_inverse_)) return false;
        lower[i * m + i] = std::sqrt(sum);
      }
    }
    for (size_t c = 0; c < q; c++) out[i * q + c] = -row[c];
    for (size_t k = 0; k < i; k++)
      for (size_t c = 0; c < q; c++) out[i * q + c] -= lower[i * m + k] * out[k * q + c];
    for (size_t c = 0; c < q; c++) out[i * q + c] /= lower[i * m + i];
  }
  for (size_t i = m; i-- > 0;) {
    for (size_t k = i + 1; k < m; k++)
      for (size_t c = 0; c < q; c++) out[i * q + c] -= lower[k * m + i] * out[k * q + c];
    for (size_t c = 0; c < q; c++) out[i * q + c] /= lower[i * m + i];
  }
  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j < m; j++) out[i * q + static_cast<size_t>(bads[j])] = 0;
  return true;
}

void SphericalSplines::repair_weights(const int* bads, int count, double* out) const {
  if (repair_by_inverse(bads, count, out)) return;
  const std::vector<int> targets(bads, bads + count);
  std::vector<int> sources;
  for (int c = 0; c < channels_; c++)
    if (std::find(targets.begin(), targets.end(), c) == targets.end()) sources.push_back(c);
  const std::vector<double> dense = weights(sources, targets);
  std::fill(out, out + static_cast<size_t>(count) * static_cast<size_t>(channels_), 0.0);
  for (size_t i = 0; i < targets.size(); i++)
    for (size_t j = 0; j < sources.size(); j++)
      out[i * static_cast<size_t>(channels_) + static_cast<size_t>(sources[j])] = dense[i * sources.size() + j];
}

std::vector<double> SphericalSplines::repair_weights(const std::vector<int>& bads) const {
  std::vector<double> out(bads.size() * static_cast<size_t>(channels_));
  repair_weights(bads.data(), static_cast<int>(bads.size()), out.data());
  return out;
}

std::vector<double> SphericalSplines::leave_one_out() const {
  std::vector<double> out(static_cast<size_t>(channels_) * static_cast<size_t>(channels_));
  for (int c = 0; c < channels_; c++)
    repair_weights(&c, 1, &out[static_cast<size_t>(c) * static_cast<size_t>(channels_)]);
  return out;
}

std::vector<double> SphericalSplines::weights(const std::vector<int>& sources, const std::vector<int>& targets) const {
  const size_t m = sources.size(), n = m + 1, t = targets.size();
  std::vector<double> system(n * n, 1.0), columns(n * t, 1.0);
  for (size_t i = 0; i < m; i++) {
    for (size_t j = 0; j < m; j++) system[i * n + j] = kernel(sources[i], sources[j]);
    system[i * n + i] += kRegularisation;
    for (size_t k = 0; k < t; k++) columns[i * t + k] = kernel(sources[i], targets[k]);
  }
  system[n * n - 1] = 0;
  if (m == 0 || !solve_in_place(system.data(), static_cast<int>(n), columns.data(), static_cast<int>(t)))
    throw Error("INVALID_ARGUMENT", "Channels cannot be interpolated from " + std::to_string(m) + " others.");
  std::vector<double> out(t * m);
  for (size_t k = 0; k < t; k++)
    for (size_t i = 0; i < m; i++) out[k * m + i] = columns[i * t + k];
  return out;
}

}  // namespace brrr::autoreject
