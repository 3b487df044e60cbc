// Resampling as MNE-Python's Raw.resample does it by default: one FFT over the whole signal, padded by reflection to a
// power of two, the spectrum cut or extended (npad "auto", window "boxcar", pad "reflect_limited").
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "common/job.h"
#include "signal/source.h"

namespace brrr {

/// Resamples signals from one rate to another. Keeps tables and memory (about 8 bytes a sample of the padded input)
/// from one signal to the next, so use one object for all channels of a recording. Not for several threads at once;
/// each call uses all cores.
class Resampler {
 public:
  /// Throws INVALID_ARGUMENT unless both rates are positive and finite.
  Resampler(double rate, double new_rate);
  ~Resampler();
  Resampler(const Resampler&) = delete;
  Resampler& operator=(const Resampler&) = delete;

  /// Number of samples that `size` samples become: max(round(size * new_rate / rate), 1), halves to even.
  int64_t output_size(int64_t size) const;
  /// The resampled signal (x.size() >= 1, else TOO_SHORT). The result belongs to this object and lasts until the next
  /// call. Equal rates give a copy.
  const SampleSource& resample(const SampleSource& x, Job& job);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// One signal at once.
std::vector<double> resample_fft(const SampleSource& x, double new_rate, Job& job);

}  // namespace brrr
