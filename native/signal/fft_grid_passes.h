// The tiers' side of signal/fft_grid.cc.
#pragma once

#include "common/tier.h"
#include "signal/fft.h"

namespace brrr {

/// Where the passes work: `a` rows, `stride` doubles apart.
struct GridView {
  double* data;
  int64_t stride;
  int a;
};

/// Doubles of work memory for a pass over columns of a points, and for one over rows of b points.
constexpr int64_t column_work(int64_t a) { return 32 * a + 64; }
constexpr int64_t row_work(int64_t b) { return 32 * b + 256; }

/// A spectrum being read or written: bins of (re, im).
struct SpectrumView {
  double* bins;
  int64_t count;  ///< bins to write; when reading n/2 + 1
  int64_t n;      ///< length of the transform
  double scale;
};

BRRR_TIERED(
    /// FFT of the 16 columns from `column` on; frequency row k, column j is multiplied by tile_roots[k][j] step[k].
    void grid_forward_columns(const FftPlan& plan, const GridView& grid, int64_t column, const double* tile_roots,
                              const double* step, double* work);
    void grid_inverse_columns(const FftPlan& plan, const GridView& grid, int64_t column, double* work);
    /// FFT of the 8 frequency rows of a band.
    void grid_write_spectrum(const FftPlan& plan, const GridView& grid, int band, const SpectrumView& out,
                             double* work);
    /// Inverse FFT of a band; column j, row k is multiplied by the conjugate of band_roots[j][k] step[j].
    void grid_read_spectrum(const FftPlan& plan, const GridView& grid, int band, const SpectrumView& in,
                            const double* band_roots, const double* step, double* work);
    void grid_change_length(const FftPlan& from, const FftPlan& to, const GridView& grid, int band, double scale,
                            const double* band_roots, const double* step, double* work);)

}  // namespace brrr
