// A long real signal of n = a * b samples as a grid of `a` rows of b samples, and the passes of its FFT over that grid,
// in place. Sample b i + j lies in row i, column j; frequency k + a q is entry q of the spectrum of "frequency row" k.
//
//   forward:  read, forward_columns (FFT along each column, twiddle factors), then FFTs along the frequency rows;
//   inverse:  inverse FFTs along the frequency rows, inverse_columns.
// Columns are real, so frequency rows 0..a/2 suffice. What lies between the passes stays inside this file's classes.
#pragma once

#include <complex>
#include <cstdint>
#include <vector>

#include "common/aligned_buffer.h"
#include "common/job.h"
#include "signal/fft.h"
#include "signal/source.h"

namespace brrr {

/// Columns are processed in tiles of 16, frequency rows in bands of 8, whatever the SIMD width.
constexpr int kTileColumns = 16;
constexpr int kBandRows = 8;

/// FFTs along the frequency rows of a grid of row length b, and the twiddle factors of n = a * b.
struct GridAxis {
  GridAxis(int a, int64_t b);
  FftPlan rows;
  RootTable roots;
  /// exp(-2 pi i k j / n) for row k, tile column j: a/2 + 1 rows of 16 re, 16 im.
  AlignedBuffer<double> tile_roots;
  /// exp(-2 pi i k j / n) for column j, band row k: b rows of 8 re, 8 im.
  AlignedBuffer<double> band_roots;
};

class FftGrid {
 public:
  /// Greatest a <= sqrt(n) that makes a grid of n = a * b (and of other = a * b', unless other is 0), or 0.
  static int choose_rows(int64_t n, int64_t other = 0);

  /// Room for grids of `a` rows of at most `columns` samples.
  FftGrid(int a, int64_t columns);

  /// Fills the grid with all a * b samples of x.
  void read(const SampleSource& x, int64_t b, Job& job);
  void forward_columns(const GridAxis& axis, Job& job);
  /// After forward_columns: bins [0, bins) of the spectrum.
  void write_spectrum(const GridAxis& axis, std::complex<double>* out, int64_t bins, Job& job);
  /// Inverse FFTs along the rows of a spectrum of n/2 + 1 bins, times `scale`.
  void read_spectrum(const GridAxis& axis, const std::complex<double>* spectrum, double scale, Job& job);
  /// After forward_columns by `from`: cuts or extends the spectrum to the length of `to`, times `scale`, and does the
  /// inverse FFTs along the rows. Both row lengths are even. The bin at half the shorter length is shared between the
  /// positive and the negative frequency.
  void change_length(const GridAxis& from, const GridAxis& to, double scale, Job& job);
  /// Leaves the samples in the grid.
  void inverse_columns(const GridAxis& axis, Job& job);

  int rows() const { return a_; }
  const double* row(int i) const { return data_.data() + stride_ * i; }

 private:
  struct Worker {
    AlignedBuffer<double> work, step;
  };
  int frequency_bands() const { return (a_ / 2 + kBandRows) / kBandRows; }
  Worker& worker(int index, int64_t columns);

  int a_;
  int64_t stride_;
  FftPlan columns_;
  AlignedBuffer<double> data_;
  std::vector<Worker> workers_;
};

}  // namespace brrr
