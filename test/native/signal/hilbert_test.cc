#include "signal/hilbert.h"

#include "common/error.h"
#include "signal/fft.h"
#include "support.h"

namespace brrr::test {
namespace {

std::vector<double> hilbert(const std::vector<double>& x, int64_t length = 0) {
  std::vector<double> out(x.size());
  Job job;
  hilbert_transform(x.data(), static_cast<int64_t>(x.size()), out.data(), job, length);
  return out;
}

TEST(Hilbert, MatchesSciPy) {
  // scipy.signal.hilbert(x, N).imag
  const std::vector<double> x = {1, -2, 3, 0, 5, 4, -1};
  const std::vector<double> of_8 = {1.6213203435596428, -1.8284271247461898, -1.621320343559642, -0.9999999999999999,
                                    -2.621320343559643, 3.82842712474619,    2.621320343559642};
  const std::vector<double> of_7 = {1.452787619577259,   -1.362136893417832, -1.8722965354504355, -0.48074344955700987,
                                    -3.3161892226225027, 4.719870558904284,  0.8587079225662363};
  const auto even = hilbert(x), odd = hilbert(x, 7);
  for (size_t i = 0; i < x.size(); i++) {
    EXPECT_NEAR(even[i], of_8[i], 1e-14) << i;
    EXPECT_NEAR(odd[i], of_7[i], 1e-14) << i;
  }
}

TEST(Hilbert, TurnsACosineIntoASine) {
  for (int64_t n : {1 << 14, 30000, 16383}) {
    std::vector<double> x(n), expected(n);
    for (int64_t i = 0; i < n; i++) {
      x[i] = static_cast<double>(long_root(i * 77 % n, n).real());
      expected[i] = static_cast<double>(long_root(i * 77 % n, n).imag());
    }
    const auto found = hilbert(x, n);
    for (int64_t i = 0; i < n; i++) ASSERT_NEAR(found[i], expected[i], 1e-14) << n << " points, " << i;
  }
}

TEST(Hilbert, RefusesAnFftShorterThanTheSignal) {
  EXPECT_THROW(hilbert(noise(10), 9), Error);
  EXPECT_THROW(hilbert({}), Error);
}

TEST(NextFastLength, IsTheSmallestProductOfTwosThreesAndFives) {
  const auto smooth = [](int64_t n) {
    for (int64_t p : {2, 3, 5})
      while (n % p == 0) n /= p;
    return n == 1;
  };
  for (int64_t n = 1; n < 3000; n++) {
    int64_t expected = n;
    while (!smooth(expected)) expected++;
    ASSERT_EQ(next_fast_length(n), expected);
  }
  EXPECT_EQ(next_fast_length(2880000), 2880000);
  EXPECT_EQ(next_fast_length(7372801), 7381125);
}

}  // namespace
}  // namespace brrr::test
