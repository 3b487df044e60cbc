// SIMD lanes of one tier. Included by *.tier.cc files only, which CMake compiles once per tier with BRRR_TIER set to
// baseline, avx2 or avx512. One lane is one independent series (an epoch, a block, a column): every lane sees the same
// operations in the same order whatever the width, so all tiers give the same bits. No FMA: contraction is off.
//
// Tier code must not instantiate standard containers or other inline library code: the linker keeps one copy of such a
// function, and it could be the one compiled for a newer processor. Callers hand in plain memory.
#pragma once

#ifndef BRRR_TIER
#error "lanes.h is for *.tier.cc files"
#endif

#if defined(__AVX2__)
#include <immintrin.h>
#endif

#include <cstdint>

namespace brrr {
namespace BRRR_TIER {

#if defined(__AVX512F__)
constexpr int kLanes = 8;
#elif defined(__AVX2__)
constexpr int kLanes = 4;
#else
constexpr int kLanes = 2;
#endif

typedef double Vec __attribute__((vector_size(8 * kLanes)));
typedef int64_t Mask __attribute__((vector_size(8 * kLanes)));  // -1 where true, as comparisons of Vec give
typedef uint64_t Bits __attribute__((vector_size(8 * kLanes)));
typedef double VecU __attribute__((vector_size(8 * kLanes), aligned(8)));  // unaligned view

/// A complex number in each lane.
struct CVec {
  Vec re, im;
};

#define BRRR_INLINE static inline __attribute__((always_inline))

BRRR_INLINE Vec splat(double x) { return Vec{} + x; }
BRRR_INLINE Vec load(const double* p) { return *reinterpret_cast<const VecU*>(p); }
BRRR_INLINE void store(double* p, Vec v) { *reinterpret_cast<VecU*>(p) = v; }
BRRR_INLINE Vec select(Mask m, Vec a, Vec b) { return (Vec)(((Mask)a & m) | ((Mask)b & ~m)); }
/// min and max as the processor does them: the second operand where either is NaN. (GCC makes compare and blend of the
/// plain expression, and warns of its own header without the full mask.)
#if defined(__AVX512F__)
BRRR_INLINE Vec min(Vec a, Vec b) { return (Vec)_mm512_maskz_min_pd(0xff, (__m512d)a, (__m512d)b); }
BRRR_INLINE Vec max(Vec a, Vec b) { return (Vec)_mm512_maskz_max_pd(0xff, (__m512d)a, (__m512d)b); }
#elif defined(__AVX2__)
BRRR_INLINE Vec min(Vec a, Vec b) { return (Vec)_mm256_min_pd((__m256d)a, (__m256d)b); }
BRRR_INLINE Vec max(Vec a, Vec b) { return (Vec)_mm256_max_pd((__m256d)a, (__m256d)b); }
#else
BRRR_INLINE Vec min(Vec a, Vec b) { return a < b ? a : b; }
BRRR_INLINE Vec max(Vec a, Vec b) { return a > b ? a : b; }
#endif
BRRR_INLINE Vec abs(Vec a) { return (Vec)((Bits)a & (Bits{} + 0x7fffffffffffffffull)); }

BRRR_INLINE CVec operator+(CVec a, CVec b) { return {a.re + b.re, a.im + b.im}; }
BRRR_INLINE CVec operator-(CVec a, CVec b) { return {a.re - b.re, a.im - b.im}; }
BRRR_INLINE CVec operator*(CVec a, CVec b) { return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re}; }
/// a * (c + i s).
BRRR_INLINE CVec multiply(CVec a, double c, double s) { return {a.re * c - a.im * s, a.re * s + a.im * c}; }

/// Transposes kLanes vectors of kLanes values in place.
BRRR_INLINE void transpose(Vec* a) {
#if defined(__AVX512F__)
  Vec b[8], c[8];
  for (int i = 0; i < 8; i += 2) {
    b[i] = __builtin_shufflevector(a[i], a[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
    b[i + 1] = __builtin_shufflevector(a[i], a[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
  }
  for (int g = 0; g < 8; g += 4)
    for (int j = 0; j < 2; j++) {
      c[g + j] = __builtin_shufflevector(b[g + j], b[g + j + 2], 0, 1, 8, 9, 4, 5, 12, 13);
      c[g + j + 2] = __builtin_shufflevector(b[g + j], b[g + j + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    }
  for (int j = 0; j < 4; j++) {
    a[j] = __builtin_shufflevector(c[j], c[j + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    a[j + 4] = __builtin_shufflevector(c[j], c[j + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
#elif defined(__AVX2__)
  Vec b[4];
  for (int i = 0; i < 4; i += 2) {
    b[i] = __builtin_shufflevector(a[i], a[i + 1], 0, 4, 2, 6);
    b[i + 1] = __builtin_shufflevector(a[i], a[i + 1], 1, 5, 3, 7);
  }
  for (int j = 0; j < 2; j++) {
    a[j] = __builtin_shufflevector(b[j], b[j + 2], 0, 1, 4, 5);
    a[j + 2] = __builtin_shufflevector(b[j], b[j + 2], 2, 3, 6, 7);
  }
#else
  Vec t = a[0];
  a[0] = (Vec){t[0], a[1][0]};
  a[1] = (Vec){t[1], a[1][1]};
#endif
}

/// The same for the real and for the imaginary parts of kLanes complex vectors.
BRRR_INLINE void transpose(CVec* a) {
  Vec re[kLanes], im[kLanes];
  for (int i = 0; i < kLanes; i++) {
    re[i] = a[i].re;
    im[i] = a[i].im;
  }
  transpose(re);
  transpose(im);
  for (int i = 0; i < kLanes; i++) a[i] = {re[i], im[i]};
}

}  // namespace BRRR_TIER
}  // namespace brrr
