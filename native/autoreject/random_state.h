// numpy's legacy RandomState, draw for draw: what makes decisions with an integer seed equal to Python's.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace brrr::autoreject {

/// MT19937 (Matsumoto and Nishimura 1998) seeded by init_genrand, with the draws of numpy.random.RandomState(seed).
class RandomState {
 public:
  explicit RandomState(uint32_t seed);

  uint32_t next();
  /// random_sample: [0, 1) with 53 bits, from two outputs.
  double uniform();
  /// Uniform integer in [0, max] by masked rejection; max = 0 draws nothing.
  uint32_t interval(uint32_t max);

  /// Fisher-Yates from the last element down.
  template <class T>
  void shuffle(std::vector<T>& values) {
    for (size_t i = values.size(); i-- > 1;) std::swap(values[i], values[interval(static_cast<uint32_t>(i))]);
  }
  std::vector<int> permutation(int n);
  /// choice(n, size, replace=False): `size` different indices below n, in drawing order.
  std::vector<int> choice(int n, int size);

 private:
  void refill();

  static constexpr size_t kWords = 624;
  std::array<uint32_t, kWords> state_;
  size_t at_;
};

}  // namespace brrr::autoreject
