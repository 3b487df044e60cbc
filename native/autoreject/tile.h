// Tiles on SIMD lanes: loading, small dense products, sums. For *.tier.cc files. Lanes are successive samples.
#pragma once

#include "autoreject/samples.h"
#include "signal/lanes.h"

namespace brrr::BRRR_TIER::autoreject {

using namespace ::brrr::autoreject;

constexpr int kTileVecs = kTile / kLanes;

#if defined(__AVX512F__)
BRRR_INLINE Vec load_samples(const float* p) { return (Vec)_mm512_maskz_cvtps_pd(0xff, _mm256_loadu_ps(p)); }
#elif defined(__AVX2__)
BRRR_INLINE Vec load_samples(const float* p) { return (Vec)_mm256_cvtps_pd(_mm_loadu_ps(p)); }
#else
BRRR_INLINE Vec load_samples(const float* p) { return (Vec){p[0], p[1]}; }
#endif
BRRR_INLINE Vec load_samples(const double* p) { return load(p); }

template <class Sample>
BRRR_INLINE void load_whole_tile(const Sample* from, double scale, double* out) {
  for (int v = 0; v < kTile; v += kLanes) store(out + v, load_samples(from + v) * scale);
}

/// What a tile holds past the end of its epoch.
enum class Past { kZeros, kLastSample };

/// The tile of an epoch and channel from sample `first` on, in volts.
BRRR_INLINE void load_tile(const Samples& x, int epoch, int channel, int first, Past past, double* out) {
  const int64_t row = x.epoch_start[epoch] + x.channel_start[channel];
  if (first + kTile <= x.samples) {
    if (x.float32)
      load_whole_tile(x.float32 + row + first, x.scale, out);
    else
      load_whole_tile(x.float64 + row + first, x.scale, out);
    return;
  }
  const double beyond = past == Past::kZeros ? 0 : x.at(row + x.samples - 1);
  for (int t = 0; t < kTile; t++) out[t] = first + t < x.samples ? x.at(row + first + t) : beyond;
}

/// Asks for a tile that is soon to be loaded: rows are too many and too far apart for the processor to foresee it.
BRRR_INLINE void prefetch_tile(const Samples& x, int epoch, int channel, int first) {
  if (epoch >= x.epochs) return;
  const int64_t start = x.epoch_start[epoch] + x.channel_start[channel] + first;
  const char* from =
      x.float32 ? reinterpret_cast<const char*>(x.float32 + start) : reinterpret_cast<const char*>(x.float64 + start);
  const int bytes = kTile * static_cast<int>(x.float32 ? sizeof(float) : sizeof(double));
  for (int line = 0; line < bytes; line += 64) __builtin_prefetch(from + line);
  __builtin_prefetch(from + bytes - 1);
}

/// Some rows of weighted_tiles; kRows x kVecs sums stay in registers.
template <int kRows, int kVecs>
BRRR_INLINE void weighted_rows(const double* weights, int channels, const double* x, double* out, int64_t out_stride) {
  for (int t = 0; t < kTile; t += kVecs * kLanes) {
    Vec sum[kRows][kVecs] = {};
    for (int k = 0; k < channels; k++)
      for (int i = 0; i < kRows; i++)
        for (int v = 0; v < kVecs; v++) sum[i][v] += weights[i * channels + k] * load(x + k * kTile + t + v * kLanes);
    for (int i = 0; i < kRows; i++)
      for (int v = 0; v < kVecs; v++) store(out + i * out_stride + t + v * kLanes, sum[i][v]);
  }
}

/// A small dense product: tile i of out is the sum over k < channels, in ascending order, of weights[i][k] * tile k of
/// x, (channel, kTile). Tiles of out are out_stride doubles apart.
BRRR_INLINE void weighted_tiles(const double* weights, int rows, int channels, const double* x, double* out,
                                int64_t out_stride) {
  int i = 0;
  for (; i + 4 <= rows; i += 4)
    weighted_rows<4, kLanes == 8 ? 4 : 2>(weights + i * channels, channels, x, out + i * out_stride, out_stride);
  for (; i + 2 <= rows; i += 2)
    weighted_rows<2, 4>(weights + i * channels, channels, x, out + i * out_stride, out_stride);
  for (; i < rows; i++)
    weighted_rows<1, kLanes == 8 ? 4 : 8>(weights + i * channels, channels, x, out + i * out_stride, out_stride);
}

/// Eight partial sums: lane l of vector v is number v * kLanes + l.
constexpr int kPartialVecs = 8 / kLanes;
struct Partials {
  Vec part[kPartialVecs];
};

/// The sum of the eight partial sums of each of eight rows, by halves: (0+4, 1+5, 2+6, 3+7), and so on.
BRRR_INLINE void fold_rows(const Partials* rows, double* out) {
#if defined(__AVX512F__)
  Vec four[4], two[2];
  for (int i = 0; i < 4; i++) {
    const Vec a = rows[i].part[0], b = rows[i + 4].part[0];
    four[i] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11) +
              __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
  }
  for (int i = 0; i < 2; i++) {
    const Vec a = four[i], b = four[i + 2];
    two[i] = __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13) +
             __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
  }
  store(out, __builtin_shufflevector(two[0], two[1], 0, 8, 2, 10, 4, 12, 6, 14) +
                 __builtin_shufflevector(two[0], two[1], 1, 9, 3, 11, 5, 13, 7, 15));
#elif defined(__AVX2__)
  for (int r = 0; r < 8; r += 4) {
    Vec four[4], two[2];
    for (int i = 0; i < 4; i++) four[i] = rows[r + i].part[0] + rows[r + i].part[1];
    for (int i = 0; i < 2; i++)
      two[i] = __builtin_shufflevector(four[i], four[i + 2], 0, 1, 4, 5) +
               __builtin_shufflevector(four[i], four[i + 2], 2, 3, 6, 7);
    store(out + r,
          __builtin_shufflevector(two[0], two[1], 0, 4, 2, 6) + __builtin_shufflevector(two[0], two[1], 1, 5, 3, 7));
  }
#else
  for (int r = 0; r < 8; r++) {
    const Vec* p = rows[r].part;
    const Vec two = (p[0] + p[2]) + (p[1] + p[3]);
    out[r] = two[0] + two[1];
  }
#endif
}

}  // namespace brrr::BRRR_TIER::autoreject
