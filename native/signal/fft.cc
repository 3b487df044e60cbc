#include "signal/fft.h"

#include <cmath>
#include <string>

#include "common/error.h"

namespace brrr {
namespace {

// exp(-2 pi i e / (8 n)) for an angle of at most an eighth of a turn.
std::complex<double> small_root(int64_t e, int64_t n) {
  const long double angle = 6.283185307179586476925286766559L * static_cast<long double>(e) / (8.0L * n);
  return {static_cast<double>(std::cos(angle)), -static_cast<double>(std::sin(angle))};
}

// exp(-2 pi i m / n), 0 <= m < n, by symmetry from `eighth`(e), the root of e / (8 n) turns, 0 <= e <= n.
template <typename Eighth>
std::complex<double> fold_root(int64_t m, int64_t n, const Eighth& eighth) {
  int64_t e = 8 * m;
  const bool lower = e > 4 * n;
  if (lower) e = 8 * n - e;
  const bool left = e > 2 * n;
  if (left) e = 4 * n - e;
  const bool swapped = e > n;
  if (swapped) e = 2 * n - e;
  std::complex<double> w = eighth(e);
  if (swapped) w = {-w.imag(), -w.real()};
  if (left) w = {-w.real(), w.imag()};
  return lower ? std::conj(w) : w;
}

// All n-th roots of unity.
std::vector<std::complex<double>> all_roots(int64_t n) {
  std::vector<std::complex<double>> roots(n), first(n / 8 + 1);
  const bool table = n % 8 == 0;
  if (table)
    for (int64_t i = 0; i <= n / 8; i++) first[i] = small_root(8 * i, n);
  for (int64_t m = 0; m < n; m++)
    roots[m] = fold_root(m, n, [&](int64_t e) { return table ? first[e / 8] : small_root(e, n); });
  return roots;
}

// Radices in the order of the stages: odd factors first, then as many eights as the power of two allows.
std::vector<int> factorise(int64_t n) {
  std::vector<int> radices;
  int twos = 0;
  for (; n % 2 == 0; n /= 2) twos++;
  for (int64_t p = 3; n > 1; p = p * p > n ? n : p + 2)
    for (; n % p == 0; n /= p) radices.push_back(static_cast<int>(p));
  for (; twos >= 2 && twos % 3 != 0; twos -= 2) radices.push_back(4);
  for (; twos >= 3; twos -= 3) radices.push_back(8);
  if (twos == 1) radices.push_back(2);
  return radices;
}

}  // namespace

std::complex<double> unit_root(int64_t m, int64_t n) {
  m %= n;
  if (m < 0) m += n;
  return fold_root(m, n, [n](int64_t e) { return small_root(e, n); });
}

int64_t next_fast_length(int64_t n) {
  int64_t best = 1;
  while (best < n) best *= 2;
  for (int64_t five = 1; five < 2 * n; five *= 5)
    for (int64_t three = five; three < 2 * n; three *= 3) {
      int64_t length = three;
      while (length < n) length *= 2;
      if (length < best) best = length;
    }
  return best;
}

bool FftPlan::fast(int64_t n) {
  if (n < 1 || n > kMaxLength) return false;
  for (int p = 2; p <= kLargestFastPrime; p++)
    while (n % p == 0) n /= p;
  return n == 1;
}

FftPlan::FftPlan(int64_t length) {
  if (length < 1 || length > kMaxLength)
    throw Error("INVALID_ARGUMENT",
                "An FFT takes 1 to " + std::to_string(kMaxLength) + " points; got " + std::to_string(length) + ".");
  n = static_cast<int>(length);
  const std::vector<int> radices = factorise(n);
  stage_count = static_cast<int>(radices.size());
  size_t doubles = 0;
  int rest = n;
  for (int radix : radices) {
    rest /= radix;
    doubles += 2 * (static_cast<size_t>(rest) * (radix - 1) + radix);
  }
  tables_ = AlignedBuffer<double>(doubles);
  const auto roots = all_roots(n);
  double* next = tables_.data();
  const auto append = [&](int64_t exponent) {
    *next++ = roots[exponent % n].real();
    *next++ = roots[exponent % n].imag();
  };
  int current = n;
  for (int i = 0; i < stage_count; i++) {
    FftStage& stage = stages[i];
    stage.radix = radices[i];
    stage.length = current;
    stage.rest = current / stage.radix;
    stage.twiddles = next;
    for (int64_t p = 0; p < stage.rest; p++)
      for (int64_t j = 1; j < stage.radix; j++) append(n / current * p * j);
    stage.roots = next;
    for (int64_t j = 0; j < stage.radix; j++) append(n / stage.radix * j);
    current = stage.rest;
  }
  order_.resize(n);
  for (int k = 0; k < n; k++) {
    int position = 0, frequency = k;
    for (int i = 0; i < stage_count; i++) {
      position += frequency % stages[i].radix * stages[i].rest;
      frequency /= stages[i].radix;
    }
    order_[k] = position;
  }
  order = order_.data();
}

RootTable::RootTable(int64_t n) : n_(n) {
  shift_ = 0;
  while ((int64_t{1} << (2 * shift_)) < n) shift_++;
  mask_ = (int64_t{1} << shift_) - 1;
  for (int64_t i = 0; i <= mask_; i++) {
    const auto w = unit_root(i, n);
    low_.insert(low_.end(), {w.real(), w.imag()});
  }
  for (int64_t i = 0; i <= n >> shift_; i++) {
    const auto w = unit_root(i << shift_, n);
    high_.insert(high_.end(), {w.real(), w.imag()});
  }
}

}  // namespace brrr
