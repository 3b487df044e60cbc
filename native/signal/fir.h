// Zero-phase FIR filters as MNE-Python designs (firwin, Hamming window) and applies them (mne.filter.filter_data).
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "common/aligned_buffer.h"
#include "common/job.h"
#include "signal/fft.h"
#include "signal/source.h"

namespace brrr {

/// Transition width chosen as MNE does: min(max(f/4, 2), f) below a low edge f, min(max(f/4, 2), rate/2 - f) above a
/// high edge f.
constexpr double kAutoWidth = 0;

/// Taps (odd number, symmetric) of a filter that passes low_hz..high_hz. The -6 dB points lie half a transition width
/// outside. Throws INVALID_ARGUMENT for edges or widths that make no sense, RATE_TOO_LOW if the upper transition ends
/// above half the rate.
std::vector<double> design_bandpass(double rate, double low_hz, double high_hz, double low_width = kAutoWidth,
                                    double high_width = kAutoWidth);
std::vector<double> design_lowpass(double rate, double high_hz, double width = kAutoWidth);
std::vector<double> design_highpass(double rate, double low_hz, double width = kAutoWidth);

/// Filters the whole signal, delay removed, ends continued by odd reflection (signal/reflected.h). taps: odd number,
/// symmetric (else INVALID_ARGUMENT), may be longer than the signal. out: x.size() values. Uses all cores.
void filter_zero_phase(const std::vector<double>& taps, const SampleSource& x, double* out, Job& job);

/// One or several zero-phase filters prepared for signals cut into blocks: the blocks are SIMD lanes, the filters share
/// the forward transform. Run by filter_blocks (signal/fir_lanes.h) in tier code, by filter_stream elsewhere.
class BlockFir {
 public:
  static constexpr int kMaxFilters = 4;

  /// block: samples of output per block; 0 takes the length that filters a long signal fastest.
  explicit BlockFir(const std::vector<double>& taps, int block = 0);
  explicit BlockFir(const std::vector<std::vector<double>>& filters, int block = 0);

  int block = 0;    ///< samples a block
  int half = 0;     ///< samples read before and after a block: (longest filter - 1) / 2
  int filters = 0;  ///< number of filters
  FftPlan plan;     ///< of block + 2 half points or a little more
  /// Real spectrum of each filter times 1/n in the order of fft_in_place.
  const double* spectra[kMaxFilters] = {};
  int stride = 0;        ///< distance in CVecs between the outputs of successive filters (filter_blocks)
  int work_vectors = 0;  ///< CVecs of work memory that filter_blocks needs
  /// The same in doubles, enough for the widest tier.
  size_t work_doubles() const { return static_cast<size_t>(work_vectors) * 16; }

 private:
  AlignedBuffer<double> tables_;
};

/// Receives outputs[f][0..count) = samples [start, start + count) of filter f. Called from several threads, pieces in
/// any order, never twice at once with the same worker (0 <= worker < worker_count()). The same pieces in each tier.
using FilteredSink = std::function<void(int64_t start, int64_t count, const double* const* outputs, int worker)>;

/// Filters the whole signal by each filter and hands over pieces of at most 16 blocks while they are in the cache.
void filter_stream(const BlockFir& fir, const SampleSource& x, const FilteredSink& sink, Job& job);

}  // namespace brrr
