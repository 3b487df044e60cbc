#include "signal/hilbert.h"

#include <complex>
#include <cstring>
#include <string>

#include "common/aligned_buffer.h"
#include "common/error.h"
#include "signal/fft.h"
#include "signal/long_fft.h"
#include "signal/source.h"

namespace brrr {
namespace {

// x followed by zeros.
class PaddedSource final : public SampleSource {
 public:
  PaddedSource(const double* x, int64_t n, int64_t size) : x_(x), n_(n), size_(size) {}
  int64_t size() const override { return size_; }
  double rate() const override { return 1; }
  void read(int64_t start, int64_t count, double* out) const override {
    for (int64_t i = 0; i < count; i++) out[i] = start + i < n_ ? x_[start + i] : 0.0;
  }

 private:
  const double* x_;
  int64_t n_, size_;
};

}  // namespace

void hilbert_transform(const double* x, int64_t n, double* out, Job& job, int64_t fft_length) {
  if (n < 1) throw Error("INVALID_ARGUMENT", "A Hilbert transform needs at least one sample.");
  if (fft_length == 0) fft_length = next_fast_length(n);
  if (fft_length < n)
    throw Error("INVALID_ARGUMENT", "The FFT of a Hilbert transform must not be shorter than the signal of " +
                                        std::to_string(n) + " samples; got " + std::to_string(fft_length) + ".");
  const int64_t bins = fft_length / 2 + 1;
  AlignedBuffer<std::complex<double>> spectrum(bins);
  rfft(PaddedSource(x, n, fft_length), spectrum.data(), bins, job);
  spectrum[0] = 0;
  for (int64_t k = 1; k < bins; k++) spectrum[k] = {spectrum[k].imag(), -spectrum[k].real()};
  if (fft_length % 2 == 0) spectrum[bins - 1] = 0;
  AlignedBuffer<double> whole(fft_length);
  irfft(spectrum.data(), fft_length, whole.data(), job);
  std::memcpy(out, whole.data(), static_cast<size_t>(n) * sizeof(double));
}

}  // namespace brrr
