// The Gaussian process is scikit-learn's with the kernel 1.0 * RBF(1.0), not optimised, and alpha = 1e-10. Its Cholesky
// factor grows by a row with each observation, so that a step costs one pass over the candidates.
//
// Candidates are about 1e-4 V, hence all covariances 1 - O(1e-8) and the process close to singular: which candidates it
// proposes depends on late digits. That is the original's choice of units and is kept.
#include "autoreject/bayes_search.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "autoreject/gaussian_process.h"

namespace brrr::autoreject {
namespace {

constexpr int kIterations = 10;
constexpr double kNugget = 1e-10;
constexpr double kInvSqrt2 = 0.70710678118654752440;
constexpr double kInvSqrt2Pi = 0.39894228040143267794;

double covariance(double a, double b) { return std::exp(-0.5 * (a - b) * (a - b)); }

/// Cumulative normal distribution.
double normal_cdf(double z) {
  double x = z * kInvSqrt2, size = std::fabs(x);
  if (size < 1) return 0.5 + 0.5 * std::erf(x);
  double tail = 0.5 * std::erfc(size);
  return x > 0 ? 1 - tail : tail;
}

class Posterior {
 public:
  Posterior(const std::vector<double>& candidates, size_t observations)
      : candidates_(candidates),
        rows_(observations * candidates.size()),
        mean_(candidates.size(), 0.0),
        variance_(candidates.size(), 1.0) {}

  void observe(double x, double loss) {
    const size_t steps = seen_.size(), n = candidates_.size();
    std::vector<double> factor(steps + 1);
    for (size_t i = 0; i < steps; i++) {
      double sum = covariance(x, seen_[i]);
      for (size_t k = 0; k < i; k++) sum -= factor[k] * factors_[i][k];
      factor[i] = sum / factors_[i][i];
    }
    double pivot = 1 + kNugget, weight = loss;
    for (size_t i = 0; i < steps; i++) {
      pivot -= factor[i] * factor[i];
      weight -= factor[i] * weights_[i];
    }
    factor[steps] = std::sqrt(pivot);
    weight /= factor[steps];
    double* row = &rows_[steps * n];
    covariances(x, row);
    BRRR_DISPATCH(autoreject::extend_posterior)
    (rows_.data(), factor.data(), static_cast<int>(steps), factor[steps], weight, static_cast<int>(n), row,
     mean_.data(), variance_.data());
    seen_.push_back(x);
    weights_.push_back(weight);
    factors_.push_back(std::move(factor));
  }

  /// The first candidate with the smallest acquisition value.
  double proposal(double best_loss) const {
    // The value is an expected improvement and so at least mean - best, up to the 1e-12 and rounding: most candidates
    // need no more than that.
    constexpr double kSlack = 1e-12, kRounding = 1e-14;
    double lowest = std::numeric_limits<double>::infinity();
    size_t chosen = 0;
    for (size_t i = 0; i < candidates_.size(); i++) {
      double gain = mean_[i] - best_loss;
      if (gain - kSlack - kRounding * std::fabs(gain) >= lowest) continue;
      double deviation = variance_[i] > 0 ? std::sqrt(variance_[i]) : 0, z = gain / (deviation + 1e-12);
      double value = gain * normal_cdf(z) + deviation * std::exp(-0.5 * z * z) * kInvSqrt2Pi;
      if (value < lowest) {
        lowest = value;
        chosen = i;
      }
    }
    return candidates_[chosen];
  }

 private:
  void covariances(double x, double* row) const {
    const double reach = std::max(std::fabs(x - candidates_.front()), std::fabs(x - candidates_.back()));
    if (0.5 * reach * reach < 1e-5) {
      BRRR_DISPATCH(autoreject::kernel_row)(x, candidates_.data(), static_cast<int>(candidates_.size()), row);
    } else {
      for (size_t i = 0; i < candidates_.size(); i++) row[i] = covariance(x, candidates_[i]);
    }
  }

  const std::vector<double>& candidates_;
  std::vector<double> seen_, weights_;
  std::vector<std::vector<double>> factors_;
  /// (observation, candidate): the triangular solve of the covariances.
  std::vector<double> rows_, mean_, variance_;
};

}  // namespace

std::vector<int> start_points(int n, int count) {
  std::vector<int> indices;
  const double step = n / static_cast<double>(count);  // as numpy's linspace: the step is rounded before it is used
  for (int i = 0; i < count; i++) indices.push_back(static_cast<int>(i * step));
  indices.push_back(n - 1);
  std::sort(indices.begin(), indices.end());
  indices.erase(std::unique(indices.begin(), indices.end()), indices.end());
  return indices;
}

double bayes_search(const std::vector<double>& candidates, const std::vector<int>& start,
                    const std::function<double(double)>& loss) {
  Posterior posterior(candidates, start.size() + kIterations);
  double best = std::numeric_limits<double>::quiet_NaN(), best_loss = std::numeric_limits<double>::infinity();
  const auto visit = [&](double x) {
    double value = loss(x);
    if (!std::isfinite(value)) return;
    posterior.observe(x, value);
    if (value < best_loss) {
      best = x;
      best_loss = value;
    }
  };
  for (int index : start) visit(candidates[static_cast<size_t>(index)]);
  for (int i = 0; i < kIterations && std::isfinite(best_loss); i++) visit(posterior.proposal(best_loss));
  return best;
}

}  // namespace brrr::autoreject
