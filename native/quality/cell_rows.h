// The tiers' side of quality/cell_measures.cc. Memory is plain doubles, sized for the widest tier.
#pragma once

#include "common/tier.h"
#include "signal/welch.h"

namespace brrr {

/// Cells that one call of measure_rows takes: 2 kLanes of the widest tier.
constexpr int kCellRows = 16;
/// Ranges of spectral bins that can be summed.
constexpr int kMaxRanges = 64;

/// Bins first..last of a spectrum.
struct BinRange {
  int first, last;
};

struct CellSpectrum {
  const WelchPlan* plan;
  BinRange total, slow;
  /// Around 50 Hz and its harmonics, then around 60 Hz and its own; the first of each is the base's. None if count is
  /// 0.
  BinRange mains[2][kMaxRanges];
  int mains_count[2];
};

/// Where the results of a row go.
struct CellRow {
  double ptp, variance;
  double calm_variance;  ///< of the pieces: the lower median
  int flat_pieces;
  double slow, mains[2];  ///< shares of the total power, 0 where there is none
  int peak_bin[2];
};

/// Doubles of work memory of measure_rows.
inline int64_t cell_work(int samples, int pieces, const WelchPlan& plan) {
  return 16 * (2 * int64_t{samples} + 2 * int64_t{plan.segment} + plan.bins + pieces);
}

BRRR_TIERED(
    /// Measures rows of `samples` values, 1 <= count <= kCellRows.
    void measure_rows(const CellSpectrum& spectrum, const float* const* rows, int count, int samples, int pieces,
                      double flat_uv, double* work, CellRow* out);)

}  // namespace brrr
