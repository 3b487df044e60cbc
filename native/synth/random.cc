#include "synth/random.h"

#include <cmath>

namespace brrr::synth {

namespace {

constexpr double kPi = 3.14159265358979323846;

uint64_t splitmix(uint64_t& state) {
  uint64_t z = state += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

uint64_t rotate_left(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

}  // namespace

Random::Random(uint64_t seed, uint64_t stream) {
  uint64_t mix = seed;
  mix = splitmix(mix) ^ (stream * 0xd1342543de82ef95);
  for (uint64_t& word : state_) word = splitmix(mix);
}

uint64_t Random::bits() {
  const uint64_t result = rotate_left(state_[0] + state_[3], 23) + state_[0];
  const uint64_t t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = rotate_left(state_[3], 45);
  return result;
}

double Random::uniform(double low, double high) {
  return low + (high - low) * (static_cast<double>(bits() >> 11) * 0x1p-53);
}

int Random::integer(int low, int high) { return static_cast<int>(std::floor(uniform(low, high))); }

double Random::normal(double mean, double deviation) {
  const double radius = std::sqrt(-2 * std::log(1 - uniform()));
  return mean + deviation * radius * std::cos(2 * kPi * uniform());
}

double Random::exponential(double mean) { return -mean * std::log(1 - uniform()); }

int Random::poisson(double mean) {
  const double limit = std::exp(-mean);
  int count = 0;
  for (double product = uniform(); product > limit; product *= uniform()) ++count;
  return count;
}

double Random::rough_normal() {
  const uint64_t word = bits();
  const int64_t sum =
      static_cast<int64_t>((word & 0xffff) + ((word >> 16) & 0xffff) + ((word >> 32) & 0xffff) + (word >> 48)) -
      2 * 0xffff;
  constexpr double kScale = 1.7320508075688772 / 65536;
  return static_cast<double>(sum) * kScale;
}

}  // namespace brrr::synth
