#include "signal/fft_grid.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "common/parallel.h"
#include "signal/fft_grid_passes.h"

namespace brrr {
namespace {

int64_t round_up(int64_t value, int64_t unit) { return (value + unit - 1) / unit * unit; }

// out[i] = exp(-2 pi i (increment i) / n).
void fill_step(const RootTable& roots, int64_t increment, int64_t count, double* out) {
  increment %= roots.n();
  int64_t exponent = 0;
  for (int64_t i = 0; i < count; i++) {
    const auto w = roots(exponent);
    out[2 * i] = w.real();
    out[2 * i + 1] = w.imag();
    exponent += increment;
    if (exponent >= roots.n()) exponent -= roots.n();
  }
}

AlignedBuffer<double> split_roots(const RootTable& roots, int64_t rows, int width) {
  AlignedBuffer<double> table(static_cast<size_t>(rows) * 2 * width);
  for (int64_t i = 0; i < rows; i++)
    for (int j = 0; j < width; j++) {
      const auto w = roots(i * j % roots.n());
      table[2 * width * i + j] = w.real();
      table[2 * width * i + width + j] = w.imag();
    }
  return table;
}

}  // namespace

GridAxis::GridAxis(int a, int64_t b)
    : rows(b),
      roots(a * b),
      tile_roots(split_roots(roots, a / 2 + 1, kTileColumns)),
      band_roots(split_roots(roots, b, kBandRows)) {}

int FftGrid::choose_rows(int64_t n, int64_t other) {
  for (int64_t a = static_cast<int64_t>(std::sqrt(static_cast<double>(n))); a > 0; a--) {
    if (n % a || other % a) continue;
    if (FftPlan::fast(a) && FftPlan::fast(n / a) && (other == 0 || FftPlan::fast(other / a)))
      return static_cast<int>(a);
  }
  return 0;
}

// The stride avoids powers of two, whose columns would fall into few cache sets. The rows of the last band may lie
// beyond row a.
FftGrid::FftGrid(int a, int64_t columns)
    : a_(a),
      stride_(round_up(columns, 2 * kTileColumns) + kTileColumns),
      columns_(a),
      data_(static_cast<size_t>(stride_) * (round_up(a / 2 + 1, kBandRows) * 2)) {}

FftGrid::Worker& FftGrid::worker(int index, int64_t columns) {
  Worker& w = workers_[index];
  w.work.reserve(std::max(column_work(a_), row_work(columns)));
  w.step.reserve(2 * std::max<int64_t>(a_ / 2 + 1, columns));
  return w;
}

void FftGrid::read(const SampleSource& x, int64_t b, Job& job) {
  parallel_for(a_, [&](int i, int) {
    job.check();
    double* row = data_.data() + stride_ * i;
    x.read(b * i, b, row);
    std::fill(row + b, row + round_up(b, kTileColumns), 0.0);
  });
}

void FftGrid::forward_columns(const GridAxis& axis, Job& job) {
  const GridView grid = {data_.data(), stride_, a_};
  workers_.resize(std::max<size_t>(workers_.size(), worker_count()));
  parallel_for((axis.rows.n + kTileColumns - 1) / kTileColumns, [&](int tile, int index) {
    job.check();
    Worker& w = worker(index, axis.rows.n);
    const int64_t column = int64_t{tile} * kTileColumns;
    fill_step(axis.roots, column, a_ / 2 + 1, w.step.data());
    BRRR_DISPATCH(grid_forward_columns)(columns_, grid, column, axis.tile_roots.data(), w.step.data(), w.work.data());
  });
}

void FftGrid::write_spectrum(const GridAxis& axis, std::complex<double>* out, int64_t bins, Job& job) {
  const GridView grid = {data_.data(), stride_, a_};
  const SpectrumView spectrum = {reinterpret_cast<double*>(out), bins, axis.roots.n(), 1};
  parallel_for(frequency_bands(), [&](int band, int index) {
    job.check();
    BRRR_DISPATCH(grid_write_spectrum)(axis.rows, grid, band, spectrum, worker(index, axis.rows.n).work.data());
  });
}

void FftGrid::read_spectrum(const GridAxis& axis, const std::complex<double>* in, double scale, Job& job) {
  const GridView grid = {data_.data(), stride_, a_};
  const SpectrumView spectrum = {const_cast<double*>(reinterpret_cast<const double*>(in)), axis.roots.n() / 2 + 1,
                                 axis.roots.n(), scale};
  workers_.resize(std::max<size_t>(workers_.size(), worker_count()));
  parallel_for(frequency_bands(), [&](int band, int index) {
    job.check();
    Worker& w = worker(index, axis.rows.n);
    fill_step(axis.roots, int64_t{band} * kBandRows, axis.rows.n, w.step.data());
    BRRR_DISPATCH(grid_read_spectrum)
    (axis.rows, grid, band, spectrum, axis.band_roots.data(), w.step.data(), w.work.data());
  });
}

void FftGrid::change_length(const GridAxis& from, const GridAxis& to, double scale, Job& job) {
  const GridView grid = {data_.data(), stride_, a_};
  parallel_for(frequency_bands(), [&](int band, int index) {
    job.check();
    Worker& w = worker(index, std::max(from.rows.n, to.rows.n));
    fill_step(to.roots, int64_t{band} * kBandRows, to.rows.n, w.step.data());
    BRRR_DISPATCH(grid_change_length)
    (from.rows, to.rows, grid, band, scale, to.band_roots.data(), w.step.data(), w.work.data());
  });
}

void FftGrid::inverse_columns(const GridAxis& axis, Job& job) {
  const GridView grid = {data_.data(), stride_, a_};
  parallel_for((axis.rows.n + kTileColumns - 1) / kTileColumns, [&](int tile, int index) {
    job.check();
    BRRR_DISPATCH(grid_inverse_columns)
    (columns_, grid, int64_t{tile} * kTileColumns, worker(index, axis.rows.n).work.data());
  });
}

}  // namespace brrr
