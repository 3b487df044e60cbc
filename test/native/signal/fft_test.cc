// Complex FFTs on SIMD lanes, seen through grids of one row or of one column (signal/fft_grid.h): these run the
// transforms in place and the inverse ones. The forward ones in natural order are tested with Welch's spectra, the
// convolution with the filters.
#include "signal/fft.h"

#include "common/error.h"
#include "signal/fft_grid.h"
#include "support.h"

namespace brrr::test {
namespace {

TEST(UnitRoot, IsWithinAnUlp) {
  for (int64_t n : {1, 2, 3, 4, 5, 8, 12, 31, 500, 4096, 3355443})
    for (int64_t m = -n; m < 2 * n; m += 1 + n / 40) {
      const Complex w = unit_root(m, n);
      const LongComplex expected = std::conj(long_root((m + n) % n, n));
      ASSERT_NEAR(w.real(), static_cast<double>(expected.real()), 1.2e-16) << m << " of " << n;
      ASSERT_NEAR(w.imag(), static_cast<double>(expected.imag()), 1.2e-16) << m << " of " << n;
    }
  EXPECT_EQ(unit_root(1, 4), Complex(0, -1));
  EXPECT_EQ(unit_root(1, 2), Complex(-1, 0));
}

TEST(RootTable, MultipliesTwoEntries) {
  for (int64_t n : {1, 2, 1000, 3355443, 1 << 23}) {
    const RootTable roots(n);
    for (int64_t m = 0; m < n; m += 1 + n / 1000)
      ASSERT_LT(std::abs(roots(m) - unit_root(m, n)), 4e-16) << m << " of " << n;
  }
}

TEST(FftPlan, IsFastForFactorsUpTo31) {
  EXPECT_TRUE(FftPlan::fast(1));
  EXPECT_TRUE(FftPlan::fast(31 * 29 * 8));
  EXPECT_FALSE(FftPlan::fast(37));
  EXPECT_FALSE(FftPlan::fast(0));
  EXPECT_THROW(FftPlan(0), Error);
  EXPECT_THROW(FftPlan(int64_t{1} << 27), Error);
}

// Forward and back along a grid of a rows and b columns.
void check_grid(int a, int64_t b) {
  const int64_t n = a * b;
  const auto x = noise(n, static_cast<unsigned>(n));
  Job job;
  const GridAxis axis(a, b);
  FftGrid grid(a, b);
  grid.read(ArraySource(x.data(), n, 1), b, job);
  grid.forward_columns(axis, job);
  std::vector<Complex> spectrum(n / 2 + 1);
  grid.write_spectrum(axis, spectrum.data(), n / 2 + 1, job);
  for (int64_t k = 0; k <= n / 2; k++)
    ASSERT_LT(std::abs(dft_bin(x, k, -1) - LongComplex(spectrum[k])), 3e-15 * std::sqrt(n) * std::log2(n + 1.0))
        << a << " x " << b << ", bin " << k;
  grid.read_spectrum(axis, spectrum.data(), 1.0 / n, job);
  grid.inverse_columns(axis, job);
  for (int i = 0; i < a; i++)
    for (int64_t j = 0; j < b; j++) ASSERT_NEAR(grid.row(i)[j], x[b * i + j], 2e-14) << a << " x " << b;
}

TEST(FftGrid, TransformsRowsAndColumnsOfEachLengthTo200) {
  for (int n = 1; n <= 200; n++) {
    if (!FftPlan::fast(n)) continue;
    check_grid(1, n);
    check_grid(n, 1);
  }
}

TEST(FftGrid, TransformsOblongGrids) {
  for (auto [a, b] : {std::pair{16, 48}, {48, 16}, {9, 125}, {33, 17}, {2, 1024}, {1024, 2}, {62, 29}})
    check_grid(a, b);
}

}  // namespace
}  // namespace brrr::test
