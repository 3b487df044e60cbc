#include "synth/spectra.h"

#include <algorithm>
#include <cmath>

namespace brrr::synth {

double peak(double hz, double centre_hz, double width_hz, double power) {
  const double u = (hz - centre_hz) / width_hz;
  return power * std::exp(-0.5 * u * u);
}

double slope(double hz, double power_at_1_hz, double exponent) {
  return power_at_1_hz * std::pow(std::max(hz, 0.3), -exponent);
}

namespace {

double stage_spectrum(Stage stage, double hz) {
  switch (stage) {
    case kWake:
      return slope(hz, 14, 1.15) + peak(hz, 10.2, 1.1, 5.5) + peak(hz, 20, 5, 0.25);
    case kN1:
      return slope(hz, 22, 1.35) + peak(hz, 6, 1.6, 2.2) + peak(hz, 9.3, 1.2, 0.7) + peak(hz, 18, 5, 0.08);
    case kN2:
      return slope(hz, 62, 1.75) + peak(hz, 1.2, 0.7, 30) + peak(hz, 13.3, 1, 0.35);
    case kN3:
      return slope(hz, 200, 2.05) + peak(hz, 1, 0.6, 60) + peak(hz, 2.2, 1, 50);
    case kRem:
      return slope(hz, 20, 1.35) + peak(hz, 5.5, 2, 1.2) + peak(hz, 18, 5, 0.07);
  }
  return 0;
}

}  // namespace

double sleep_eeg_spectrum(Stage stage, double hz) {
  const double high_pass = hz / (hz + 0.12);
  const double low_pass = hz > 40 ? std::exp(-(hz - 40) / 15) : 1;
  return stage_spectrum(stage, hz) * high_pass * high_pass * low_pass;
}

double eye_spectrum(double hz) { return slope(hz, 4.2, 0.9) * (hz > 35 ? std::exp(-(hz - 35) / 12) : 1); }

double muscle_spectrum(double hz, double rate) {
  const double high = std::min(95.0, 0.48 * rate), low = std::min(10.0, high / 2);
  return (hz > low && hz < high ? 1 : 0.02) / (high - low);
}

}  // namespace brrr::synth
