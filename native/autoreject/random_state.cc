#include "autoreject/random_state.h"

#include <numeric>

namespace brrr::autoreject {

RandomState::RandomState(uint32_t seed) : at_(kWords) {
  state_[0] = seed;
  for (uint32_t i = 1; i < kWords; i++) state_[i] = 1812433253u * (state_[i - 1] ^ (state_[i - 1] >> 30)) + i;
}

void RandomState::refill() {
  const size_t n = kWords, middle = 397;
  for (size_t i = 0; i < n; i++) {
    uint32_t y = (state_[i] & 0x80000000u) | (state_[(i + 1) % n] & 0x7fffffffu);
    state_[i] = state_[(i + middle) % n] ^ (y >> 1) ^ ((y & 1) ? 0x9908b0dfu : 0u);
  }
  at_ = 0;
}

uint32_t RandomState::next() {
  if (at_ == kWords) refill();
  uint32_t y = state_[at_++];
  y ^= y >> 11;
  y ^= (y << 7) & 0x9d2c5680u;
  y ^= (y << 15) & 0xefc60000u;
  return y ^ (y >> 18);
}

double RandomState::uniform() {
  uint32_t high = next() >> 5, low = next() >> 6;
  return (high * 67108864.0 + low) / 9007199254740992.0;
}

uint32_t RandomState::interval(uint32_t max) {
  if (max == 0) return 0;
  uint32_t mask = max;
  for (int shift = 1; shift < 32; shift *= 2) mask |= mask >> shift;
  uint32_t value;
  do value = next() & mask;
  while (value > max);
  return value;
}

std::vector<int> RandomState::permutation(int n) {
  std::vector<int> values(static_cast<size_t>(n));
  std::iota(values.begin(), values.end(), 0);
  shuffle(values);
  return values;
}

std::vector<int> RandomState::choice(int n, int size) {
  std::vector<int> values = permutation(n);
  values.resize(static_cast<size_t>(size));
  return values;
}

}  // namespace brrr::autoreject
