// DFTs of a few points, in registers: the building blocks of the FFT. For *.tier.cc files.
// kSign is -1 for the forward transform (exp(-2 pi i ..)), +1 for the inverse.
#pragma once

#include "signal/lanes.h"

namespace brrr {
namespace BRRR_TIER {

/// a * (kSign * i).
template <int kSign>
BRRR_INLINE CVec turn(CVec a) {
  return kSign < 0 ? CVec{a.im, -a.re} : CVec{-a.im, a.re};
}

/// a * (c + i s) forward, with the conjugate factor inverse: tables hold forward factors.
template <int kSign>
BRRR_INLINE CVec twiddle(CVec a, const double* w) {
  return multiply(a, w[0], kSign < 0 ? w[1] : -w[1]);
}

template <int kSign>
BRRR_INLINE void butterfly2(CVec& a, CVec& b) {
  const CVec t = a - b;
  a = a + b;
  b = t;
}

template <int kSign>
BRRR_INLINE void butterfly3(CVec& a, CVec& b, CVec& c) {
  constexpr double kHalfRoot3 = 0.86602540378443864676;
  const CVec sum = b + c, t = turn<kSign>(b - c);
  const CVec middle = {a.re - 0.5 * sum.re, a.im - 0.5 * sum.im}, side = {kHalfRoot3 * t.re, kHalfRoot3 * t.im};
  a = a + sum;
  b = middle + side;
  c = middle - side;
}

template <int kSign>
BRRR_INLINE void butterfly4(CVec& a, CVec& b, CVec& c, CVec& d) {
  const CVec even = a + c, even_difference = a - c, odd = b + d, odd_difference = turn<kSign>(b - d);
  a = even + odd;
  b = even_difference + odd_difference;
  c = even - odd;
  d = even_difference - odd_difference;
}

template <int kSign>
BRRR_INLINE void butterfly5(CVec& a, CVec& b, CVec& c, CVec& d, CVec& e) {
  constexpr double kCos1 = 0.30901699437494742410, kCos2 = -0.80901699437494742410;
  constexpr double kSin1 = 0.95105651629515357212, kSin2 = 0.58778525229247312917;
  const CVec sum1 = b + e, difference1 = b - e, sum2 = c + d, difference2 = c - d;
  const CVec middle1 = {a.re + kCos1 * sum1.re + kCos2 * sum2.re, a.im + kCos1 * sum1.im + kCos2 * sum2.im};
  const CVec middle2 = {a.re + kCos2 * sum1.re + kCos1 * sum2.re, a.im + kCos2 * sum1.im + kCos1 * sum2.im};
  const CVec side1 =
      turn<kSign>({kSin1 * difference1.re + kSin2 * difference2.re, kSin1 * difference1.im + kSin2 * difference2.im});
  const CVec side2 =
      turn<kSign>({kSin2 * difference1.re - kSin1 * difference2.re, kSin2 * difference1.im - kSin1 * difference2.im});
  a = a + sum1 + sum2;
  b = middle1 + side1;
  c = middle2 + side2;
  d = middle2 - side2;
  e = middle1 - side1;
}

template <int kSign>
BRRR_INLINE void butterfly8(CVec* x) {
  constexpr double kHalfRoot2 = 0.70710678118654752440;
  butterfly4<kSign>(x[0], x[2], x[4], x[6]);
  butterfly4<kSign>(x[1], x[3], x[5], x[7]);
  const CVec t = turn<kSign>(x[3]), u = turn<kSign>(x[7]);
  const CVec odd1 = {kHalfRoot2 * (x[3].re + t.re), kHalfRoot2 * (x[3].im + t.im)};
  const CVec odd2 = turn<kSign>(x[5]);
  const CVec odd3 = {kHalfRoot2 * (u.re - x[7].re), kHalfRoot2 * (u.im - x[7].im)};
  const CVec even0 = x[0], even1 = x[2], even2 = x[4], even3 = x[6], odd0 = x[1];
  x[0] = even0 + odd0;
  x[1] = even1 + odd1;
  x[2] = even2 + odd2;
  x[3] = even3 + odd3;
  x[4] = even0 - odd0;
  x[5] = even1 - odd1;
  x[6] = even2 - odd2;
  x[7] = even3 - odd3;
}

/// DFT of kRadix values in place, in natural order: 2, 3, 4, 5 or 8 points.
template <int kRadix, int kSign>
BRRR_INLINE void butterfly(CVec* x) {
  if constexpr (kRadix == 2) butterfly2<kSign>(x[0], x[1]);
  if constexpr (kRadix == 3) butterfly3<kSign>(x[0], x[1], x[2]);
  if constexpr (kRadix == 4) butterfly4<kSign>(x[0], x[1], x[2], x[3]);
  if constexpr (kRadix == 5) butterfly5<kSign>(x[0], x[1], x[2], x[3], x[4]);
  if constexpr (kRadix == 8) butterfly8<kSign>(x);
}

/// DFT of any odd number of points, those of x in_step apart, those of y out_step; roots as in FftStage. x and y do not
/// overlap.
template <int kSign>
BRRR_INLINE void odd_butterfly(int64_t radix, const double* roots, const CVec* x, int64_t in_step, CVec* y,
                               int64_t out_step) {
  const int64_t half = (radix - 1) / 2;
  CVec total = x[0];
  for (int64_t j = 1; j <= half; j++) total = total + x[in_step * j] + x[in_step * (radix - j)];
  y[0] = total;
  for (int64_t k = 1; k <= half; k++) {
    CVec middle = x[0], side = {};
    for (int64_t j = 1; j <= half; j++) {
      const CVec a = x[in_step * j], b = x[in_step * (radix - j)], sum = a + b, difference = a - b;
      const double c = roots[2 * (j * k % radix)], s = -roots[2 * (j * k % radix) + 1];
      middle = {middle.re + c * sum.re, middle.im + c * sum.im};
      side = {side.re + s * difference.re, side.im + s * difference.im};
    }
    side = turn<kSign>(side);
    y[out_step * k] = middle + side;
    y[out_step * (radix - k)] = middle - side;
  }
}

}  // namespace BRRR_TIER
}  // namespace brrr
