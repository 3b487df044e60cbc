// Gaussian noise with a given spectrum that may change with time, made hop by hop in bounded memory.
#pragma once

#include <complex>
#include <functional>
#include <vector>

#include "synth/random.h"

namespace brrr::synth {

/// Two-sided shape of a block: standard deviation of the real and of the imaginary part of each rfft bin.
using BinDeviations = std::vector<double>;

/// One-sided power spectral density in uV^2/Hz at a frequency in Hz.
using Spectrum = std::function<double(double hz)>;

/// Deviations that give blocks of `block` samples this spectrum. Nothing at 0 Hz and at Nyquist.
BinDeviations bin_deviations(const Spectrum& spectrum, int block, double rate);

/// Noise from half-overlapping blocks of 2 hops, shaped in the frequency domain, weighted with a sine window (squares
/// add up to 1): the spectrum is met at the resolution of a block, and changes from hop to hop are cross-faded.
class SpectralNoise {
 public:
  SpectralNoise(int hop, Random random);

  /// Writes the next `hop` samples. The block that starts with them is shaped by `shape` (hop + 1 bins) times `gain`.
  void next(const BinDeviations& shape, double gain, double* out);

 private:
  void make_block(const BinDeviations& shape, double gain);

  int hop_;
  bool started_ = false;
  Random random_;
  std::vector<double> window_, block_, tail_;
  std::vector<std::complex<double>> spectrum_;
};

}  // namespace brrr::synth
