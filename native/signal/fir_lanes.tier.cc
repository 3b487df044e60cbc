#include "signal/fir_lanes.h"

#include "signal/fft_lanes.h"
#include "signal/fir_rows.h"
#include "signal/lane_rows.h"
#include "signal/reflected.h"

namespace brrr {
namespace BRRR_TIER {

CVec* filter_blocks(const BlockFir& fir, const SampleSource& x, int64_t origin, int64_t first_block,
                    int64_t block_count, CVec* work) {
  CVec* outputs[BlockFir::kMaxFilters];
  for (int f = 0; f < fir.filters; f++) outputs[f] = work + int64_t{f} * fir.stride;
  CVec* in = outputs[fir.filters - 1];
  double* samples = reinterpret_cast<double*>(work + int64_t{fir.filters} * fir.stride);
  const int64_t left = block_count - first_block, blocks = left < 2 * kLanes ? left : 2 * kLanes;
  read_reflected(x, origin + first_block * fir.block - fir.half, blocks * fir.block + 2 * fir.half, samples);
  const double* rows[2 * kLanes];
  for (int64_t i = 0; i < 2 * kLanes; i++) rows[i] = samples + (i < blocks ? i : blocks - 1) * fir.block;
  const int64_t filled = fir.block + 2 * int64_t{fir.half};
  load_rows(rows, filled, in);
  for (int64_t t = filled; t < fir.plan.n; t++) in[t] = CVec{};
  fft_convolve(fir.plan, in, fir.filters, fir.spectra, outputs);
  return work + fir.half;
}

void filter_rows(const BlockFir& fir, const SampleSource& x, int64_t first_block, int64_t block_count, double* work,
                 double* const* out) {
  const CVec* filtered = filter_blocks(fir, x, 0, first_block, block_count, reinterpret_cast<CVec*>(work));
  for (int f = 0; f < fir.filters; f++) {
    double* rows[2 * kLanes];
    for (int i = 0; i < 2 * kLanes; i++) rows[i] = out[f] + int64_t{i} * fir.block;
    store_rows(filtered + int64_t{f} * fir.stride, fir.block, rows);
  }
}

void filter_spectrum(const FftPlan& plan, const double* taps, int half, double* work, double* spectrum) {
  CVec* x = reinterpret_cast<CVec*>(work);
  for (int64_t t = 0; t < plan.n; t++) x[t] = CVec{};
  for (int64_t t = -half; t <= half; t++) x[t < 0 ? t + plan.n : t].re = splat(taps[t + half] / plan.n);
  fft_in_place(plan, x);
  for (int64_t k = 0; k < plan.n; k++) spectrum[k] = x[k].re[0];
}

int filter_rows_lanes() { return kLanes; }

}  // namespace BRRR_TIER
}  // namespace brrr
