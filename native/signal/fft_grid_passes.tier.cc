#include "signal/fft_grid_passes.h"

#include "signal/fft_grid.h"
#include "signal/fft_lanes.h"

namespace brrr {
namespace BRRR_TIER {
namespace {

// Groups of lanes in a tile (pairs of columns j, j + 8) and in a band.
constexpr int kGroups = kBandRows / kLanes;

// Frequency rows first .. first + kLanes - 1 at one column: one CVec. A square of 2 kLanes grid rows and columns holds
// those of its columns, so that a tile's columns and a band's rows keep to their own part of the memory.
BRRR_INLINE CVec* by_row(const GridView& grid, int64_t first, int64_t column) {
  const int64_t within = column % (2 * kLanes);
  return reinterpret_cast<CVec*>(grid.data + (2 * first + within) * grid.stride + (column - within));
}

// Columns .. column + kLanes - 1 of one frequency row, in the same square: one CVec.
BRRR_INLINE CVec* by_column(const GridView& grid, int64_t row, int64_t column) {
  const int64_t within = column % (2 * kLanes), first = row - row % kLanes;
  return reinterpret_cast<CVec*>(grid.data + (2 * first + 2 * (row % kLanes) + within / kLanes) * grid.stride +
                                 (column - within));
}

BRRR_INLINE CVec load_split(const double* re, const double* im) { return {load(re), load(im)}; }

// The spectra of two real columns that went through one complex FFT, times their twiddle factors.
void store_frequencies(const GridView& grid, const int* order, const CVec* z, int64_t column, int group,
                       const double* tile_roots, const double* step) {
  const int a = grid.a, rows = a / 2 + 1;
  for (int first = 0; first < rows; first += kLanes) {
    CVec left[kLanes] = {}, right[kLanes] = {};
    for (int i = 0; i < kLanes && first + i < rows; i++) {
      const int k = first + i;
      const CVec p = z[order[k]], m = z[order[k == 0 ? 0 : a - k]];
      const CVec x = {0.5 * (p.re + m.re), 0.5 * (p.im - m.im)}, y = {0.5 * (p.im + m.im), 0.5 * (m.re - p.re)};
      const double* roots = tile_roots + 2 * kTileColumns * int64_t{k} + group * kLanes;
      const double c = step[2 * k], s = step[2 * k + 1];
      left[i] = x * multiply(load_split(roots, roots + kTileColumns), c, s);
      right[i] = y * multiply(load_split(roots + kBandRows, roots + kBandRows + kTileColumns), c, s);
    }
    transpose(left);
    transpose(right);
    const int64_t j = column + group * kLanes;
    for (int l = 0; l < kLanes; l++) {
      *by_row(grid, first, j + l) = left[l];
      *by_row(grid, first, j + kBandRows + l) = right[l];
    }
  }
}

// Rows first .. first + kLanes - 1 after their inverse FFT of n points: twiddle factors, then lanes become columns. The
// last tile is filled up by zeros.
void store_columns(const GridView& grid, const CVec* z, int64_t n, int64_t first, const double* band_roots,
                   const double* step) {
  const int64_t row = first % kBandRows;
  for (int64_t j = 0; j < (n + kTileColumns - 1) / kTileColumns * kTileColumns; j += kLanes) {
    CVec t[kLanes] = {};
    for (int i = 0; i < kLanes && j + i < n; i++) {
      const double* roots = band_roots + 2 * kBandRows * (j + i) + row;
      const CVec w = multiply(load_split(roots, roots + kBandRows), step[2 * (j + i)], step[2 * (j + i) + 1]);
      t[i] = z[j + i] * CVec{w.re, -w.im};
    }
    transpose(t);
    for (int l = 0; l < kLanes; l++) *by_column(grid, first + l, j) = t[l];
  }
}

}  // namespace

void grid_forward_columns(const FftPlan& plan, const GridView& grid, int64_t column, const double* tile_roots,
                          const double* step, double* work) {
  const int64_t a = grid.a;
  CVec* x = reinterpret_cast<CVec*>(work);
  for (int64_t i = 0; i < a; i++) {
    const double* tile = grid.data + i * grid.stride + column;
    for (int g = 0; g < kGroups; g++) x[g * a + i] = load_split(tile + g * kLanes, tile + kBandRows + g * kLanes);
  }
  for (int g = 0; g < kGroups; g++) {
    fft_in_place(plan, x + g * a);
    store_frequencies(grid, plan.order, x + g * a, column, g, tile_roots, step);
  }
}

void grid_inverse_columns(const FftPlan& plan, const GridView& grid, int64_t column, double* work) {
  const int64_t a = grid.a;
  CVec* x = reinterpret_cast<CVec*>(work);
  CVec* scratch = x + kGroups * a;
  for (int64_t k = 0; k <= a / 2; k++)
    for (int g = 0; g < kGroups; g++) {
      const CVec p = *by_column(grid, k, column + g * kLanes);
      const CVec q = *by_column(grid, k, column + kBandRows + g * kLanes);
      const bool real = k == 0 || 2 * k == a;
      x[g * a + k] = real ? CVec{p.re, q.re} : CVec{p.re - q.im, p.im + q.re};
      if (!real) x[g * a + a - k] = {p.re + q.im, q.re - p.im};
    }
  for (int g = 0; g < kGroups; g++) {
    const CVec* y = fft_inverse(plan, x + g * a, scratch);
    for (int64_t i = 0; i < a; i++) {
      double* tile = grid.data + i * grid.stride + column + g * kLanes;
      store(tile, y[i].re);
      store(tile + kBandRows, y[i].im);
    }
  }
}

void grid_write_spectrum(const FftPlan& plan, const GridView& grid, int band, const SpectrumView& out, double* work) {
  const int64_t a = grid.a, n = out.n;
  CVec* x = reinterpret_cast<CVec*>(work);
  for (int64_t first = int64_t{band} * kBandRows; first <= a / 2 && first < (band + 1) * kBandRows; first += kLanes) {
    for (int64_t j = 0; j < plan.n; j++) x[j] = *by_row(grid, first, j);
    fft_in_place(plan, x);
    for (int64_t q = 0; q < plan.n; q++) {
      const CVec z = x[plan.order[q]];
      for (int l = 0; l < kLanes && first + l <= a / 2; l++) {
        const int64_t k = first + l, frequency = k + a * q;
        const bool negative = frequency > n / 2;
        if (negative && (k == 0 || 2 * k == a)) continue;
        const int64_t bin = negative ? n - frequency : frequency;
        if (bin >= out.count) continue;
        out.bins[2 * bin] = z.re[l];
        out.bins[2 * bin + 1] = negative ? -z.im[l] : z.im[l];
      }
    }
  }
}

void grid_read_spectrum(const FftPlan& plan, const GridView& grid, int band, const SpectrumView& in,
                        const double* band_roots, const double* step, double* work) {
  const int64_t a = grid.a, n = in.n;
  CVec* x = reinterpret_cast<CVec*>(work);
  for (int64_t first = int64_t{band} * kBandRows; first <= a / 2 && first < (band + 1) * kBandRows; first += kLanes) {
    for (int64_t q = 0; q < plan.n; q++) {
      CVec z = {};
      for (int l = 0; l < kLanes && first + l <= a / 2; l++) {
        const int64_t frequency = first + l + a * q;
        const bool negative = frequency > n / 2, real = frequency == 0 || 2 * frequency == n;
        const double* bin = in.bins + 2 * (negative ? n - frequency : frequency);
        z.re[l] = bin[0] * in.scale;
        z.im[l] = real ? 0 : negative ? -bin[1] * in.scale : bin[1] * in.scale;
      }
      x[q] = z;
    }
    const CVec* y = fft_inverse(plan, x, x + plan.n);
    store_columns(grid, y, plan.n, first, band_roots, step);
  }
}

void grid_change_length(const FftPlan& from, const FftPlan& to, const GridView& grid, int band, double scale,
                        const double* band_roots, const double* step, double* work) {
  const int64_t a = grid.a, old_n = from.n, new_n = to.n, half = (old_n < new_n ? old_n : new_n) / 2;
  CVec* x = reinterpret_cast<CVec*>(work);
  CVec* y = x + (old_n > new_n ? old_n : new_n);
  for (int64_t first = int64_t{band} * kBandRows; first <= a / 2 && first < (band + 1) * kBandRows; first += kLanes) {
    for (int64_t j = 0; j < old_n; j++) x[j] = *by_row(grid, first, j);
    fft_in_place(from, x);
    const auto entry = [&](int64_t q) {
      const CVec z = x[from.order[q]];
      return CVec{z.re * scale, z.im * scale};
    };
    for (int64_t q = 0; q < half; q++) y[q] = entry(q);
    for (int64_t q = half; q < new_n - half; q++) y[q] = CVec{};
    for (int64_t q = new_n - half; q < new_n; q++) y[q] = entry(q - new_n + old_n);
    if (first == 0) {
      // Row 0 holds the bin at half the shorter length. Cut: +half and -half fall together. Extended: each gets half.
      if (new_n < old_n) {
        const CVec z = entry(half);
        y[half].re[0] += z.re[0];
        y[half].im[0] += z.im[0];
      } else {
        CVec& z = y[new_n - half];
        z.re[0] *= 0.5;
        z.im[0] *= 0.5;
        y[half].re[0] = z.re[0];
        y[half].im[0] = -z.im[0];
      }
    }
    store_columns(grid, fft_inverse(to, y, x), new_n, first, band_roots, step);
  }
}

}  // namespace BRRR_TIER
}  // namespace brrr
