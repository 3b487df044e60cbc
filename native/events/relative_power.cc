#include "events/relative_power.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <tuple>
#include <utility>

#include "common/aligned_buffer.h"
#include "events/band_share.h"
#include "signal/long_fft.h"

namespace brrr::events {
namespace {

constexpr double kSegment_s = 2, kHop_s = 0.2;
constexpr double kTwoPi = 6.28318530717958647692;

/// Bins of the band, in numpy's arithmetic: on a band's edge its rounding decides.
std::pair<int, int> bins(int segment, double rate, Band band) {
  const double step = 1.0 / (segment * (1.0 / rate));
  int first = segment / 2 + 1, last = -1;
  for (int k = 0; k <= segment / 2; k++)
    if (k * step >= band.low && k * step <= band.high) {
      first = std::min(first, k);
      last = k;
    }
  return {first, last};
}

/// Samples [begin, begin + count) of a signal of n samples, zero beyond its ends.
void copy_padded(const SignalView& signal, int64_t begin, int64_t count, int64_t n, double* out) {
  const int64_t from = std::clamp<int64_t>(begin, 0, n), to = std::clamp<int64_t>(begin + count, 0, n);
  std::fill(out, out + count, 0.0);
  std::copy(signal.from(from), signal.from(to), out + (from - begin));
}

}  // namespace

RelativePower::RelativePower(double rate, Band narrow, Band broad)
    : segment_(static_cast<int>(kSegment_s * rate)),
      hop_(segment_ - static_cast<int>(segment_ - kHop_s * rate)),
      has_plan_(FftPlan::fast(segment_)),
      plan_(has_plan_ ? segment_ : 1) {
  std::tie(broad_first_, broad_last_) = bins(segment_, rate, broad);
  std::tie(narrow_first_, narrow_last_) = bins(segment_, rate, narrow);
  for (int i = 0; i < segment_; i++) window_.push_back(0.5 - 0.5 * std::cos(kTwoPi * i / segment_));
}

Curve RelativePower::over(const SignalView& signal, int64_t begin, int64_t end, int64_t n) const {
  const int64_t first = begin / hop_, last = std::min(frames(n) - 1, end / hop_ + 1);
  Curve curve;
  std::vector<double> samples(static_cast<size_t>(segment_ * kBatch));
  for (int64_t batch = first; batch <= last; batch += kBatch) {
    const int count = static_cast<int>(std::min<int64_t>(kBatch, last + 1 - batch));
    double* segments[kBatch];
    double power[kBatch];
    for (int i = 0; i < count; i++) {
      segments[i] = samples.data() + i * segment_;
      copy_padded(signal, (batch + i) * hop_ - segment_ / 2, segment_, n, segments[i]);
    }
    measure(count, segments, power);
    for (int i = 0; i < count; i++) {
      curve.place.push_back(static_cast<double>((batch + i) * hop_));
      curve.value.push_back(power[i]);
    }
  }
  return curve;
}

void RelativePower::measure(int count, double* const* segments, double* power) const {
  for (int i = 0; i < count; i++)
    for (int t = 0; t < segment_; t++) segments[i][t] *= window_[static_cast<size_t>(t)];
  if (has_plan_) {
    thread_local AlignedBuffer<double> work;
    work.reserve(static_cast<size_t>(32 * segment_));
    BRRR_DISPATCH(band_shares)
    (plan_, {narrow_first_, narrow_last_}, {broad_first_, broad_last_}, count, segments, work.data(), power);
    return;
  }
  std::vector<std::complex<double>> spectrum(static_cast<size_t>(segment_ / 2 + 1));
  for (int i = 0; i < count; i++) {
    rfft(segments[i], segment_, spectrum.data());
    double narrow = 0, broad = 0;
    for (int k = broad_first_; k <= broad_last_; k++) {
      const double p = std::norm(spectrum[static_cast<size_t>(k)]);
      broad += p;
      if (k >= narrow_first_ && k <= narrow_last_) narrow += p;
    }
    power[i] = narrow / broad;
  }
}

}  // namespace brrr::events
