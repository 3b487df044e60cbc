// mne.filter.create_filter with its defaults (fir_design "firwin", fir_window "hamming", phase "zero").
#include <algorithm>
#include <cmath>
#include <string>

#include "common/error.h"
#include "signal/fir.h"

namespace brrr {
namespace {

constexpr double kPi = 3.14159265358979323846;
// Length of a Hamming-windowed filter times its transition width.
constexpr double kHammingFactor = 3.3;

std::string hz(double value) {
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text + " Hz";
}

// taps += sign * windowed-sinc low-pass with its -6 dB point at `cutoff` and unit gain at 0 Hz, centred.
void add_lowpass(std::vector<double>& taps, double rate, double cutoff, double width, double sign) {
  int64_t length = std::llrint(kHammingFactor * rate / width);
  length = std::min<int64_t>(length + (length % 2 == 0), static_cast<int64_t>(taps.size()));
  const int64_t half = (length - 1) / 2;
  std::vector<double> side(half + 1);
  double sum = 0;
  for (int64_t i = 0; i <= half; i++) {
    const double x = kPi * 2 * cutoff / rate * i;
    const double window = half == 0 ? 1 : 0.54 + 0.46 * std::cos(kPi * i / half);
    side[i] = (i == 0 ? 1 : std::sin(x) / x) * window;
    sum += i == 0 ? side[i] : 2 * side[i];
  }
  const int64_t centre = (static_cast<int64_t>(taps.size()) - 1) / 2;
  for (int64_t i = 0; i <= half; i++) {
    taps[centre + i] += sign * side[i] / sum;
    if (i > 0) taps[centre - i] += sign * side[i] / sum;
  }
}

struct Edge {
  bool present;
  double hz, width;
};

Edge low_edge(double low_hz, double width) {
  if (!(low_hz > 0) || !std::isfinite(low_hz) || !(width >= 0))
    throw Error("INVALID_ARGUMENT", "A low filter edge must be above 0 Hz, and its transition width positive; got " +
                                        hz(low_hz) + " and " + hz(width) + ".");
  if (width == kAutoWidth) width = std::min(std::max(0.25 * low_hz, 2.0), low_hz);
  if (width > low_hz)
    throw Error("INVALID_ARGUMENT", "The transition width below a filter edge of " + hz(low_hz) +
                                        " must not exceed it; got " + hz(width) + ".");
  return {true, low_hz, width};
}

Edge high_edge(double rate, double high_hz, double width) {
  if (!(high_hz > 0) || !std::isfinite(high_hz) || !(width >= 0))
    throw Error("INVALID_ARGUMENT", "A high filter edge must be above 0 Hz, and its transition width positive; got " +
                                        hz(high_hz) + " and " + hz(width) + ".");
  if (!(high_hz < rate / 2) || high_hz + width > rate / 2)
    throw Error("RATE_TOO_LOW", "A filter up to " + hz(high_hz) + " needs a sampling rate above " +
                                    hz(2 * (high_hz + width)) + "; this signal has " + hz(rate) + ".");
  if (width == kAutoWidth) width = std::min(std::max(0.25 * high_hz, 2.0), rate / 2 - high_hz);
  return {true, high_hz, width};
}

std::vector<double> design(double rate, const Edge& low, const Edge& high) {
  const double width = std::min(low.present ? low.width : rate, high.present ? high.width : rate);
  int64_t length = static_cast<int64_t>(std::ceil(kHammingFactor / width * rate));
  length += length % 2 == 0;
  std::vector<double> taps(length, 0.0);
  if (high.present)
    add_lowpass(taps, rate, high.hz + high.width / 2, high.width, 1);
  else
    taps[(length - 1) / 2] = 1;
  if (low.present) add_lowpass(taps, rate, low.hz - low.width / 2, low.width, -1);
  return taps;
}

void check_rate(double rate) {
  if (!(rate > 0) || !std::isfinite(rate))
    throw Error("INVALID_ARGUMENT", "A sampling rate must be positive; got " + hz(rate) + ".");
}

}  // namespace

std::vector<double> design_bandpass(double rate, double low_hz, double high_hz, double low_width, double high_width) {
  check_rate(rate);
  if (!(low_hz < high_hz))
    throw Error("INVALID_ARGUMENT",
                "The edges of a band-pass must ascend; got " + hz(low_hz) + " and " + hz(high_hz) + ".");
  return design(rate, low_edge(low_hz, low_width), high_edge(rate, high_hz, high_width));
}

std::vector<double> design_lowpass(double rate, double high_hz, double width) {
  check_rate(rate);
  return design(rate, {false, 0, 0}, high_edge(rate, high_hz, width));
}

std::vector<double> design_highpass(double rate, double low_hz, double width) {
  check_rate(rate);
  if (!(low_hz < rate / 2))
    throw Error("RATE_TOO_LOW", "A high-pass at " + hz(low_hz) + " needs a sampling rate above " + hz(2 * low_hz) +
                                    "; this signal has " + hz(rate) + ".");
  return design(rate, low_edge(low_hz, width), {false, 0, 0});
}

}  // namespace brrr
