// Bayesian optimisation over a list of candidate thresholds, as autoreject does it: a Gaussian process with a fixed
// kernel, exp(-d^2 / 2) with d in volts, and expected improvement, which it minimises.
#pragma once

#include <functional>
#include <vector>

namespace brrr::autoreject {

/// Indices of the start points of a search among n sorted candidates: `count` indices at equal steps and the last one,
/// ascending, without repeats.
std::vector<int> start_points(int n, int count);

/// The candidate with the lowest loss of those visited: the start points, then ten more which the model proposes.
/// `candidates`: volts, ascending, repeats allowed; `loss` takes a candidate's value. Infinite losses are passed over;
/// NaN if all start points have them.
double bayes_search(const std::vector<double>& candidates, const std::vector<int>& start,
                    const std::function<double(double)>& loss);

}  // namespace brrr::autoreject
