// Interpolation of EEG channels from others by spherical splines (Perrin, Pernier, Bertrand and Echallier 1989), with
// the constants of MNE-Python: stiffness 4, 50 Legendre terms, 1e-5 added to the diagonal.
#pragma once

#include <cstddef>
#include <vector>

namespace brrr::autoreject {

/// g(x) = sum over n = 1..50 of (2n+1) / (n^4 (n+1)^4 4 pi) P_n(x), x the cosine between two electrodes.
double spline_kernel(double cosine);

/// The splines of one set of electrodes. Thread-safe: nothing changes after construction.
class SphericalSplines {
 public:
  /// `positions`: x, y, z of each channel in any unit, seen from the sphere's centre; only their directions count, and
  /// electrodes may coincide. Throws INVALID_ARGUMENT where one has no direction (zero or not finite).
  explicit SphericalSplines(const std::vector<double>& positions);

  int channels() const { return channels_; }

  /// Weights that predict each of `bads` (different channels, at least one channel left) from all channels that are not
  /// in it: bads x channels, row-major, zero in the columns of bads. Each row sums to 1.
  void repair_weights(const int* bads, int count, double* out) const;
  std::vector<double> repair_weights(const std::vector<int>& bads) const;

  /// Row c predicts channel c from all others: channels x channels with a zero diagonal. Needs two channels.
  std::vector<double> leave_one_out() const;

  /// Weights that predict each target from the sources, which may be among the targets: targets x sources, row-major.
  std::vector<double> weights(const std::vector<int>& sources, const std::vector<int>& targets) const;

 private:
  double kernel(int i, int j) const { return kernel_[static_cast<size_t>(i) * static_cast<size_t>(channels_) + j]; }
  bool repair_by_inverse(const int* bads, int count, double* out) const;

  int channels_;
  /// g of each pair.
  std::vector<double> kernel_;
  /// Inverse of the system of all channels, (channels + 1) squared; empty where that is singular.
  std::vector<double> inverse_;
  double largest_inverse_ = 0;
};

}  // namespace brrr::autoreject
