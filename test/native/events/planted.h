// Synthetic signals with events at known places, the same on every machine.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

namespace brrr::events::planted {

constexpr double kPi = 3.14159265358979323846;

/// Uniform noise in [-1, 1).
class Noise {
 public:
  explicit Noise(uint64_t seed) : state_(seed * 2 + 1) {}
  double next() {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<double>(state_ >> 11) * 0x1p-52 - 1;
  }

 private:
  uint64_t state_;
};

inline std::vector<double> noise(int64_t n, double amplitude, uint64_t seed) {
  Noise source(seed);
  std::vector<double> x(static_cast<size_t>(n));
  for (double& v : x) v = amplitude * source.next();
  return x;
}

/// Adds amplitude * sin(2 pi hz t) under a half-sine envelope, over [start_s, start_s + duration_s).
inline void add_burst(std::vector<double>& x, double rate, double start_s, double duration_s, double hz,
                      double amplitude) {
  const int64_t first = std::llround(start_s * rate), count = std::llround(duration_s * rate);
  for (int64_t i = 0; i < count; i++) {
    const double t = i / rate;
    x[static_cast<size_t>(first + i)] += amplitude * std::sin(kPi * t / duration_s) * std::sin(2 * kPi * hz * t);
  }
}

/// Adds one period of a sine that goes down first: a slow wave with its negative peak at start_s + duration_s / 4.
inline void add_slow_wave(std::vector<double>& x, double rate, double start_s, double duration_s, double amplitude) {
  const int64_t first = std::llround(start_s * rate), count = std::llround(duration_s * rate);
  for (int64_t i = 0; i < count; i++)
    x[static_cast<size_t>(first + i)] -= amplitude * std::sin(2 * kPi * i / rate / duration_s);
}

/// Adds a raised-cosine deflection, `sign` in LOC and the opposite in ROC, centred at peak_s.
inline void add_eye_movement(std::vector<double>& loc, std::vector<double>& roc, double rate, double peak_s,
                             double duration_s, double amplitude, double sign) {
  const int64_t first = std::llround((peak_s - duration_s / 2) * rate), count = std::llround(duration_s * rate);
  for (int64_t i = 0; i < count; i++) {
    const double bump = sign * amplitude * 0.5 * (1 - std::cos(2 * kPi * i / count));
    loc[static_cast<size_t>(first + i)] += bump;
    roc[static_cast<size_t>(first + i)] -= bump;
  }
}

}  // namespace brrr::events::planted
