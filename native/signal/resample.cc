#include "signal/resample.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstring>
#include <string>

#include "common/aligned_buffer.h"
#include "common/error.h"
#include "signal/fft_grid.h"
#include "signal/long_fft.h"
#include "signal/reflected.h"

namespace brrr {
namespace {

// std::nearbyint rounds halves to even, as Python's round does.
int64_t round_even(double value) { return static_cast<int64_t>(std::nearbyint(value)); }

struct Lengths {
  int64_t size, padded, left, new_padded, new_left, new_size;
};

Lengths resampling_lengths(int64_t size, double ratio) {
  Lengths l;
  l.size = size;
  const int64_t least = size + 2 * std::min<int64_t>(size / 8, 100);
  for (l.padded = 1; l.padded < least;) l.padded *= 2;
  l.left = (l.padded - size) / 2;
  l.new_padded = std::max<int64_t>(round_even(ratio * static_cast<double>(l.padded)), 1);
  l.new_left = round_even(ratio * static_cast<double>(l.left));
  l.new_size = std::max<int64_t>(round_even(ratio * static_cast<double>(size)), 1);
  return l;
}

}  // namespace

// The result of one signal: pieces of `piece` samples, `stride` apart, of which the first `skip` samples are padding.
class ResampledSource final : public SampleSource {
 public:
  int64_t size() const override { return size_; }
  double rate() const override { return rate_; }
  void read(int64_t start, int64_t count, double* out) const override {
    for (int64_t at = start + skip_; count > 0;) {
      const int64_t within = at % piece_, length = std::min(count, piece_ - within);
      std::memcpy(out, samples_ + at / piece_ * stride_ + within, static_cast<size_t>(length) * sizeof(double));
      out += length;
      at += length;
      count -= length;
    }
  }

  const double* samples_ = nullptr;
  int64_t piece_ = 1, stride_ = 1, skip_ = 0, size_ = 0;
  double rate_ = 1;
};

struct Resampler::State {
  State(double from, double to) : rate(from), new_rate(to), ratio(to / from) {}

  /// Cuts the spectrum inside the rows of one grid: needs a row count that divides both lengths into even rows.
  bool prepare_grid(const Lengths& l) {
    if (grid && grid_padded == l.padded) return true;
    grid.reset();
    const int a = FftGrid::choose_rows(l.padded / 2, l.new_padded % 2 ? 0 : l.new_padded / 2);
    if (l.new_padded % 2 || a < 16) return false;
    old_axis = std::make_unique<GridAxis>(a, l.padded / a);
    new_axis = std::make_unique<GridAxis>(a, l.new_padded / a);
    grid = std::make_unique<FftGrid>(a, std::max(l.padded, l.new_padded) / a);
    grid_padded = l.padded;
    return true;
  }

  void resample_on_grid(const SampleSource& x, const Lengths& l, Job& job) {
    grid->read(ReflectedSource(x, l.left, l.padded - l.size - l.left), l.padded / grid->rows(), job);
    grid->forward_columns(*old_axis, job);
    grid->change_length(*old_axis, *new_axis, 1.0 / static_cast<double>(l.padded), job);
    grid->inverse_columns(*new_axis, job);
    result.samples_ = grid->row(0);
    result.piece_ = l.new_padded / grid->rows();
    result.stride_ = grid->row(1) - grid->row(0);
  }

  void resample_by_spectrum(const SampleSource& x, const Lengths& l, Job& job) {
    const int64_t used = std::min(l.padded, l.new_padded), bins = l.new_padded / 2 + 1;
    AlignedBuffer<std::complex<double>> spectrum(bins);
    std::fill_n(spectrum.data(), bins, 0.0);
    rfft(ReflectedSource(x, l.left, l.padded - l.size - l.left), spectrum.data(), used / 2 + 1, job);
    if (used % 2 == 0) spectrum[used / 2] *= l.new_padded < l.padded ? 2 : 0.5;
    const double scale = static_cast<double>(l.new_padded) / static_cast<double>(l.padded);
    for (int64_t k = 0; k < bins; k++) spectrum[k] *= scale;
    samples.reserve(l.new_padded);
    irfft(spectrum.data(), l.new_padded, samples.data(), job);
    result.samples_ = samples.data();
    result.piece_ = result.stride_ = l.new_padded;
  }

  double rate, new_rate, ratio;
  int64_t grid_padded = 0;
  std::unique_ptr<GridAxis> old_axis, new_axis;
  std::unique_ptr<FftGrid> grid;
  AlignedBuffer<double> samples;
  ResampledSource result;
};

Resampler::Resampler(double rate, double new_rate) {
  if (!(rate > 0) || !(new_rate > 0) || !std::isfinite(rate) || !std::isfinite(new_rate))
    throw Error("INVALID_ARGUMENT", "Sampling rates must be positive; got " + std::to_string(rate) + " and " +
                                        std::to_string(new_rate) + " Hz.");
  state_ = std::make_unique<State>(rate, new_rate);
}

Resampler::~Resampler() = default;

int64_t Resampler::output_size(int64_t size) const { return resampling_lengths(size, state_->ratio).new_size; }

const SampleSource& Resampler::resample(const SampleSource& x, Job& job) {
  State& s = *state_;
  if (x.size() < 1) throw Error("TOO_SHORT", "A signal without samples cannot be resampled.");
  const Lengths l = resampling_lengths(x.size(), s.ratio);
  s.result.rate_ = s.new_rate;
  s.result.size_ = l.new_size;
  s.result.skip_ = l.new_left;
  if (s.rate == s.new_rate) {
    s.samples.reserve(l.size);
    x.read(0, l.size, s.samples.data());
    s.result.samples_ = s.samples.data();
    s.result.piece_ = s.result.stride_ = l.size;
    s.result.skip_ = 0;
  } else if (s.prepare_grid(l)) {
    s.resample_on_grid(x, l, job);
  } else {
    s.resample_by_spectrum(x, l, job);
  }
  return s.result;
}

std::vector<double> resample_fft(const SampleSource& x, double new_rate, Job& job) {
  Resampler resampler(x.rate(), new_rate);
  const SampleSource& y = resampler.resample(x, job);
  std::vector<double> out(y.size());
  y.read(0, y.size(), out.data());
  return out;
}

}  // namespace brrr
