// Pseudo-random numbers that are the same on every machine for a seed: xoshiro256++ seeded by splitmix64 (Blackman and
// Vigna 2019). normal() and exponential() pass through libm.
#pragma once

#include <cstdint>

namespace brrr::synth {

class Random {
 public:
  /// Streams of one seed are independent of each other.
  explicit Random(uint64_t seed, uint64_t stream = 0);

  uint64_t bits();
  /// In [low, high).
  double uniform(double low = 0, double high = 1);
  /// Whole number in [low, high), low < high.
  int integer(int low, int high);
  bool chance(double probability) { return uniform() < probability; }
  /// -1 or 1.
  double sign() { return chance(0.5) ? -1 : 1; }
  double normal(double mean = 0, double deviation = 1);
  double exponential(double mean);
  int poisson(double mean);
  /// Mean 0, variance 1, the sum of four uniform numbers: for parts of a sum of many, where speed counts. Whole-number
  /// arithmetic.
  double rough_normal();

 private:
  uint64_t state_[4];
};

}  // namespace brrr::synth
