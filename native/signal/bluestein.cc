#include "signal/bluestein.h"

#include <algorithm>

#include "common/aligned_buffer.h"
#include "signal/fft.h"
#include "signal/long_fft.h"
#include "signal/source.h"

namespace brrr {
namespace {

using Complex = std::complex<double>;
enum class Part { kReal, kImaginary };

double part_of(const Complex& value, Part part) { return part == Part::kReal ? value.real() : value.imag(); }

// Without std::complex's care for infinities, which is slow.
Complex product(const Complex& a, const Complex& b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

// exp(-pi i m^2 / n) for m = first, first + 1, ..
class Chirp {
 public:
  Chirp(const RootTable& roots, int64_t first)
      : roots_(roots), exponent_(first * first % roots.n()), difference_((2 * first + 1) % roots.n()) {}
  Complex next() {
    const Complex value = roots_(exponent_);
    exponent_ += difference_;
    if (exponent_ >= roots_.n()) exponent_ -= roots_.n();
    difference_ += 2;
    if (difference_ >= roots_.n()) difference_ -= roots_.n();
    return value;
  }

 private:
  const RootTable& roots_;
  int64_t exponent_, difference_;
};

// One part of term[j] exp(-pi i j^2 / n), then zeros.
class ChirpedTerms final : public SampleSource {
 public:
  ChirpedTerms(const RootTable& roots, const BluesteinTerms& terms, int64_t count, int64_t size, Part part)
      : roots_(roots), terms_(terms), count_(count), size_(size), part_(part) {}
  int64_t size() const override { return size_; }
  double rate() const override { return 1; }
  void read(int64_t start, int64_t count, double* out) const override {
    const int64_t stop = std::min(start + count, count_);
    Chirp chirp(roots_, start);
    int64_t at = start;
    for (; at < stop; at += kBluesteinPiece) {
      Complex piece[kBluesteinPiece];
      const int64_t length = std::min(kBluesteinPiece, stop - at);
      terms_(at, length, piece);
      for (int64_t i = 0; i < length; i++) out[at - start + i] = part_of(product(piece[i], chirp.next()), part_);
    }
    for (at = std::max(start, count_); at < start + count; at++) out[at - start] = 0;
  }

 private:
  const RootTable& roots_;
  const BluesteinTerms& terms_;
  int64_t count_, size_;
  Part part_;
};

// One part of the kernel exp(pi i m^2 / n), -before < m < after, at m modulo size.
class ChirpKernel final : public SampleSource {
 public:
  ChirpKernel(const RootTable& roots, int64_t before, int64_t after, int64_t size, Part part)
      : roots_(roots), before_(before), after_(after), size_(size), part_(part) {}
  int64_t size() const override { return size_; }
  double rate() const override { return 1; }
  void read(int64_t start, int64_t count, double* out) const override {
    std::fill_n(out, count, 0.0);
    const int64_t stop = start + count;
    Chirp forwards(roots_, start);
    for (int64_t at = start; at < std::min(stop, after_); at++) out[at - start] = value(forwards);
    // The kernel is even: position size - m holds that of m.
    const int64_t first = std::max(size_ - stop + 1, int64_t{1});
    Chirp backwards(roots_, first);
    for (int64_t m = first; m < before_ && size_ - m >= start; m++) out[size_ - m - start] = value(backwards);
  }

 private:
  double value(Chirp& chirp) const { return part_of(std::conj(chirp.next()), part_); }

  const RootTable& roots_;
  int64_t before_, after_, size_;
  Part part_;
};

}  // namespace

void bluestein(int64_t n, int64_t count, const BluesteinTerms& terms, int64_t results, const BluesteinSum& add,
               Job& job) {
  const int64_t length = next_fast_length(count + results - 1), bins = length / 2 + 1;
  const RootTable roots(2 * n);
  LongFft fft(length);
  AlignedBuffer<Complex> real(bins), imaginary(bins);
  fft.forward(ChirpedTerms(roots, terms, count, length, Part::kReal), real.data(), bins, job);
  fft.forward(ChirpedTerms(roots, terms, count, length, Part::kImaginary), imaginary.data(), bins, job);
  {
    AlignedBuffer<Complex> kernel_real(bins), kernel_imaginary(bins);
    fft.forward(ChirpKernel(roots, count, results, length, Part::kReal), kernel_real.data(), bins, job);
    fft.forward(ChirpKernel(roots, count, results, length, Part::kImaginary), kernel_imaginary.data(), bins, job);
    for (int64_t k = 0; k < bins; k++) {
      const Complex re = product(real[k], kernel_real[k]) - product(imaginary[k], kernel_imaginary[k]);
      imaginary[k] = product(real[k], kernel_imaginary[k]) + product(imaginary[k], kernel_real[k]);
      real[k] = re;
    }
  }
  for (Part part : {Part::kReal, Part::kImaginary}) {
    const auto rotated = [part](double value, const Complex& w) {
      return part == Part::kReal ? value * w : Complex(-value * w.imag(), value * w.real());
    };
    fft.inverse((part == Part::kReal ? real : imaginary).data(),
                [&](int64_t start, int64_t samples, const double* convolved) {
                  const int64_t stop = std::min(start + samples, results);
                  Chirp chirp(roots, start);
                  for (int64_t at = start; at < stop; at += kBluesteinPiece) {
                    Complex piece[kBluesteinPiece];
                    const int64_t piece_length = std::min(kBluesteinPiece, stop - at);
                    for (int64_t i = 0; i < piece_length; i++)
                      piece[i] = rotated(convolved[at - start + i], chirp.next());
                    add(at, piece_length, piece);
                  }
                },
                job);
  }
}

}  // namespace brrr
