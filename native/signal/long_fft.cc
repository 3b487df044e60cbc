#include "signal/long_fft.h"

#include <algorithm>
#include <cstring>

#include "common/error.h"
#include "common/parallel.h"
#include "signal/bluestein.h"

namespace brrr {
namespace {

using Complex = std::complex<double>;

void check_length(int64_t n) {
  if (n < 1) throw Error("INVALID_ARGUMENT", "A Fourier transform needs at least one sample.");
}

}  // namespace

LongFft::LongFft(int64_t n)
    : n_(n), grid_(FftGrid::choose_rows(n), n / FftGrid::choose_rows(n)), axis_(grid_.rows(), n / grid_.rows()) {}

void LongFft::forward(const SampleSource& x, Complex* out, int64_t bins, Job& job) {
  grid_.read(x, axis_.rows.n, job);
  grid_.forward_columns(axis_, job);
  grid_.write_spectrum(axis_, out, bins, job);
}

void LongFft::inverse(const Complex* spectrum, const Sink& sink, Job& job) {
  grid_.read_spectrum(axis_, spectrum, 1.0 / static_cast<double>(n_), job);
  grid_.inverse_columns(axis_, job);
  parallel_for(grid_.rows(), [&](int row, int) { sink(int64_t{row} * axis_.rows.n, axis_.rows.n, grid_.row(row)); });
}

void rfft(const SampleSource& x, Complex* out, int64_t bins, Job& job) {
  const int64_t n = x.size();
  check_length(n);
  if (LongFft::supports(n)) return LongFft(n).forward(x, out, bins, job);
  std::fill_n(out, bins, 0.0);
  bluestein(
      n, n,
      [&](int64_t start, int64_t count, Complex* terms) {
        double samples[kBluesteinPiece];
        x.read(start, count, samples);
        std::copy(samples, samples + count, terms);
      },
      bins,
      [&](int64_t start, int64_t count, const Complex* values) {
        for (int64_t i = 0; i < count; i++) out[start + i] += values[i];
      },
      job);
}

void rfft(const double* x, int64_t n, Complex* out) {
  Job job;
  rfft(ArraySource(x, n, 1), out, n / 2 + 1, job);
}

void irfft(const Complex* spectrum, int64_t n, double* out, Job& job) {
  check_length(n);
  if (LongFft::supports(n)) {
    LongFft(n).inverse(
        spectrum,
        [out](int64_t start, int64_t count, const double* samples) {
          std::memcpy(out + start, samples, static_cast<size_t>(count) * sizeof(double));
        },
        job);
    return;
  }
  // The real part of the forward transform of the conjugate half spectrum, with all bins but 0 and n/2 twice.
  std::fill_n(out, n, 0.0);
  const double scale = 1.0 / static_cast<double>(n);
  bluestein(
      n, n / 2 + 1,
      [&](int64_t start, int64_t count, Complex* terms) {
        for (int64_t i = 0; i < count; i++) {
          const int64_t k = start + i;
          const bool real = k == 0 || 2 * k == n;
          terms[i] = real ? spectrum[k].real() * scale : 2 * scale * std::conj(spectrum[k]);
        }
      },
      n,
      [&](int64_t start, int64_t count, const Complex* values) {
        for (int64_t i = 0; i < count; i++) out[start + i] += values[i].real();
      },
      job);
}

void irfft(const Complex* spectrum, int64_t n, double* out) {
  Job job;
  irfft(spectrum, n, out, job);
}

}  // namespace brrr
