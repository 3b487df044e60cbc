#include "synth/noise.h"

#include <cmath>

#include "signal/long_fft.h"

namespace brrr::synth {

BinDeviations bin_deviations(const Spectrum& spectrum, int block, double rate) {
  BinDeviations shape(block / 2 + 1, 0.0);
  for (int k = 1; k < block / 2; ++k) shape[k] = std::sqrt(spectrum(k * rate / block) * rate * block / 4);
  return shape;
}

SpectralNoise::SpectralNoise(int hop, Random random)
    : hop_(hop), random_(random), window_(2 * hop), block_(2 * hop), tail_(hop), spectrum_(hop + 1) {
  for (int i = 0; i < 2 * hop; ++i) window_[i] = std::sin(3.14159265358979323846 * (i + 0.5) / (2 * hop));
}

void SpectralNoise::make_block(const BinDeviations& shape, double gain) {
  for (int k = 0; k <= hop_; ++k) {
    const double re = random_.rough_normal(), im = random_.rough_normal();
    spectrum_[k] = {gain * shape[k] * re, gain * shape[k] * im};
  }
  irfft(spectrum_.data(), 2 * hop_, block_.data());
  for (int i = 0; i < 2 * hop_; ++i) block_[i] *= window_[i];
}

void SpectralNoise::next(const BinDeviations& shape, double gain, double* out) {
  if (!started_) {
    make_block(shape, gain);
    tail_.assign(block_.begin() + hop_, block_.end());
    started_ = true;
  }
  make_block(shape, gain);
  for (int i = 0; i < hop_; ++i) out[i] = tail_[i] + block_[i];
  tail_.assign(block_.begin() + hop_, block_.end());
}

}  // namespace brrr::synth
