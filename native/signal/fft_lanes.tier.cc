#include "signal/fft_lanes.h"

#include "signal/butterflies.h"

namespace brrr {
namespace BRRR_TIER {
namespace {

// Sub-transforms up to this size are done level by level, larger ones half-level by half-level: they leave the first
// cache otherwise.
constexpr int kCacheBytes = 64 << 10;
constexpr int kCachePoints = kCacheBytes / static_cast<int>(sizeof(CVec));

// Stockham's pass: x[q + s (p + m i)] -> y[q + s (radix p + j)], s interleaved transforms of radix * m points.
template <int kRadix, int kSign, bool kLast>
void stockham_pass(const FftStage& stage, int64_t s, const CVec* __restrict x, CVec* __restrict y) {
  const int64_t m = stage.rest;
  const double* w = stage.twiddles;
  for (int64_t p = 0; p < m; p++, w += 2 * (kRadix - 1)) {
    const CVec* in = x + s * p;
    CVec* out = y + s * kRadix * p;
    for (int64_t q = 0; q < s; q++) {
      CVec a[kRadix];
      for (int i = 0; i < kRadix; i++) a[i] = in[q + s * m * i];
      butterfly<kRadix, kSign>(a);
      out[q] = a[0];
      for (int j = 1; j < kRadix; j++) out[q + s * j] = kLast ? a[j] : twiddle<kSign>(a[j], w + 2 * (j - 1));
    }
  }
}

template <int kSign>
void stockham_odd_pass(const FftStage& stage, int64_t s, const CVec* x, CVec* y) {
  const int64_t m = stage.rest, radix = stage.radix;
  const double* w = stage.twiddles;
  for (int64_t p = 0; p < m; p++, w += 2 * (radix - 1))
    for (int64_t q = 0; q < s; q++) {
      CVec* out = y + q + s * radix * p;
      odd_butterfly<kSign>(radix, stage.roots, x + q + s * p, s * m, out, s);
      for (int64_t j = 1; j < radix; j++) out[s * j] = twiddle<kSign>(out[s * j], w + 2 * (j - 1));
    }
}

template <int kRadix, int kSign>
void stockham_step(const FftStage& stage, int64_t s, const CVec* x, CVec* y) {
  if (stage.rest == 1)
    stockham_pass<kRadix, kSign, true>(stage, s, x, y);
  else
    stockham_pass<kRadix, kSign, false>(stage, s, x, y);
}

template <int kSign>
CVec* stockham(const FftPlan& plan, CVec* x, CVec* y) {
  int64_t s = 1;
  for (int i = 0; i < plan.stage_count; i++) {
    const FftStage& stage = plan.stages[i];
    switch (stage.radix) {
      case 2:
        stockham_step<2, kSign>(stage, s, x, y);
        break;
      case 3:
        stockham_step<3, kSign>(stage, s, x, y);
        break;
      case 4:
        stockham_step<4, kSign>(stage, s, x, y);
        break;
      case 5:
        stockham_step<5, kSign>(stage, s, x, y);
        break;
      case 8:
        stockham_step<8, kSign>(stage, s, x, y);
        break;
      default:
        stockham_odd_pass<kSign>(stage, s, x, y);
    }
    s *= stage.radix;
    CVec* t = x;
    x = y;
    y = t;
  }
  return x;
}

// One level of the in-place transform for `blocks` neighbouring sub-transforms. Forward: butterflies, then twiddles
// (decimation in frequency); inverse: the mirror image.
template <int kRadix, int kSign, bool kLast>
void in_place_pass(const FftStage& stage, int64_t blocks, CVec* x) {
  const int64_t m = stage.rest;
  for (int64_t b = 0; b < blocks; b++, x += kRadix * m) {
    const double* w = stage.twiddles;
    for (int64_t p = 0; p < m; p++, w += 2 * (kRadix - 1)) {
      CVec a[kRadix];
      for (int i = 0; i < kRadix; i++) a[i] = x[p + m * i];
      if (!kLast && kSign > 0)
        for (int i = 1; i < kRadix; i++) a[i] = twiddle<kSign>(a[i], w + 2 * (i - 1));
      butterfly<kRadix, kSign>(a);
      if (!kLast && kSign < 0)
        for (int i = 1; i < kRadix; i++) a[i] = twiddle<kSign>(a[i], w + 2 * (i - 1));
      for (int i = 0; i < kRadix; i++) x[p + m * i] = a[i];
    }
  }
}

void in_place_odd_pass(const FftStage& stage, int64_t blocks, CVec* x) {
  const int64_t m = stage.rest, radix = stage.radix;
  CVec a[FftPlan::kLargestFastPrime];
  for (int64_t block = 0; block < blocks; block++, x += radix * m) {
    const double* w = stage.twiddles;
    for (int64_t p = 0; p < m; p++, w += 2 * (radix - 1)) {
      for (int64_t i = 0; i < radix; i++) a[i] = x[p + m * i];
      odd_butterfly<-1>(radix, stage.roots, a, 1, x + p, m);
      for (int64_t i = 1; i < radix; i++) x[p + m * i] = twiddle<-1>(x[p + m * i], w + 2 * (i - 1));
    }
  }
}

template <int kRadix, int kSign>
void in_place_step(const FftStage& stage, int64_t blocks, CVec* x) {
  if (stage.rest == 1)
    in_place_pass<kRadix, kSign, true>(stage, blocks, x);
  else
    in_place_pass<kRadix, kSign, false>(stage, blocks, x);
}

template <int kSign>
void in_place_level(const FftStage& stage, int64_t blocks, CVec* x) {
  switch (stage.radix) {
    case 2:
      return in_place_step<2, kSign>(stage, blocks, x);
    case 3:
      return in_place_step<3, kSign>(stage, blocks, x);
    case 4:
      return in_place_step<4, kSign>(stage, blocks, x);
    case 5:
      return in_place_step<5, kSign>(stage, blocks, x);
    case 8:
      return in_place_step<8, kSign>(stage, blocks, x);
    default:
      // Only the forward transform takes other factors (fft_lanes.h).
      if (kSign < 0) in_place_odd_pass(stage, blocks, x);
  }
}

void forward_levels(const FftStage* stage, const FftStage* end, CVec* x) {
  if (stage == end) return;
  if (stage->length > kCachePoints) {
    in_place_level<-1>(*stage, 1, x);
    for (int i = 0; i < stage->radix; i++) forward_levels(stage + 1, end, x + int64_t{stage->rest} * i);
    return;
  }
  const int64_t length = stage->length;
  for (; stage < end; stage++) in_place_level<-1>(*stage, length / stage->length, x);
}

void inverse_levels(const FftStage* stage, const FftStage* end, CVec* x) {
  if (stage == end) return;
  if (stage->length > kCachePoints) {
    for (int i = 0; i < stage->radix; i++) inverse_levels(stage + 1, end, x + int64_t{stage->rest} * i);
    in_place_level<1>(*stage, 1, x);
    return;
  }
  const int64_t length = stage->length;
  for (const FftStage* level = end; level-- > stage;) in_place_level<1>(*level, length / level->length, x);
}

struct Convolution {
  const FftStage* end;
  int count;
  const double* const* spectra;
  CVec* const* outputs;
};

void convolve_levels(const Convolution& c, const FftStage* stage, CVec* x, int64_t length, int64_t offset) {
  if (length > kCachePoints) {
    in_place_level<-1>(*stage, 1, x + offset);
    for (int i = 0; i < stage->radix; i++)
      convolve_levels(c, stage + 1, x, stage->rest, offset + int64_t{stage->rest} * i);
    for (int f = 0; f < c.count; f++) in_place_level<1>(*stage, 1, c.outputs[f] + offset);
    return;
  }
  forward_levels(stage, c.end, x + offset);
  for (int f = 0; f < c.count; f++) {
    const double* h = c.spectra[f] + offset;
    const CVec* in = x + offset;
    CVec* out = c.outputs[f] + offset;
    for (int64_t k = 0; k < length; k++) out[k] = {in[k].re * h[k], in[k].im * h[k]};
    inverse_levels(stage, c.end, out);
  }
}

}  // namespace

CVec* fft_forward(const FftPlan& plan, CVec* x, CVec* scratch) { return stockham<-1>(plan, x, scratch); }

CVec* fft_inverse(const FftPlan& plan, CVec* x, CVec* scratch) { return stockham<1>(plan, x, scratch); }

void fft_in_place(const FftPlan& plan, CVec* x) { forward_levels(plan.stages, plan.stages + plan.stage_count, x); }

void fft_convolve(const FftPlan& plan, CVec* x, int count, const double* const* spectra, CVec* const* outputs) {
  const Convolution c = {plan.stages + plan.stage_count, count, spectra, outputs};
  convolve_levels(c, plan.stages, x, plan.n, 0);
}

}  // namespace BRRR_TIER
}  // namespace brrr
