// Slow obvious references and helpers for the tests of native/signal.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "common/parallel.h"
#include "common/tier.h"
#include "signal/source.h"

namespace brrr::test {

using Complex = std::complex<double>;
using LongComplex = std::complex<long double>;

inline std::vector<double> noise(int64_t n, unsigned seed = 1) {
  std::mt19937 generator(seed);
  std::normal_distribution<double> normal;
  std::vector<double> x(n);
  for (double& value : x) value = normal(generator);
  return x;
}

/// exp(2 pi i m / n), m >= 0.
inline LongComplex long_root(int64_t m, int64_t n) {
  const long double angle = 6.283185307179586476925286766559L * static_cast<long double>(m % n) / n;
  return {std::cos(angle), std::sin(angle)};
}

/// sum over j of x[j] exp(sign 2 pi i j k / n), n terms.
template <typename T>
LongComplex dft_bin(const std::vector<T>& x, int64_t k, int sign) {
  static std::vector<LongComplex> roots;
  const int64_t n = static_cast<int64_t>(x.size());
  if (static_cast<int64_t>(roots.size()) != n) {
    roots.clear();
    for (int64_t m = 0; m < n; m++) roots.push_back(long_root(m, n));
  }
  LongComplex sum = 0;
  for (int64_t j = 0; j < n; j++) {
    const LongComplex& w = roots[j * k % n];
    sum += LongComplex(x[j]) * (sign < 0 ? std::conj(w) : w);
  }
  return sum;
}

/// Runs body once in each tier that this processor has, then with one worker, and leaves both settings as they were.
template <typename Body>
void in_each_setting(const Body& body) {
  const Tier best = active_tier();
  const int workers = worker_count();
  for (Tier tier : {Tier::kBaseline, Tier::kAvx2, Tier::kAvx512}) {
    if (!tier_available(tier)) continue;
    force_tier(tier);
    SCOPED_TRACE(tier_name(tier));
    body();
  }
  force_tier(best);
  for (int count : {1, 3}) {
    set_worker_count(count);
    SCOPED_TRACE(std::to_string(count) + " workers");
    body();
  }
  set_worker_count(workers);
}

/// Checks that compute() gives the same bits in each setting.
template <typename Compute>
void expect_same_bits_everywhere(const Compute& compute) {
  const auto expected = compute();
  in_each_setting([&] {
    const auto found = compute();
    ASSERT_EQ(expected.size(), found.size());
    for (size_t i = 0; i < expected.size(); i++) ASSERT_EQ(expected[i], found[i]) << "value " << i;
  });
}

}  // namespace brrr::test
