// Small statistics of a handful of values.
#pragma once

#include <cstddef>
#include <vector>

namespace brrr::events {

/// Median, the mean of the middle two for an even number; reorders the values. NaN for none.
double median(std::vector<double>& values);

/// Subtracts the least-squares line from x[0..n).
void detrend(double* x, size_t n);

/// Largest minus smallest value. n >= 1.
double peak_to_peak(const double* x, size_t n);

double root_mean_square(const double* x, size_t n);

/// Standard deviation (ddof 1) without the int(cut * n) lowest and as many highest values; reorders the values. NaN if
/// fewer than two remain.
double trimmed_deviation(std::vector<double>& values, double cut);

}  // namespace brrr::events
