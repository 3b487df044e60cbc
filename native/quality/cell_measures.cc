#include "quality/cell_measures.h"

#include <algorithm>
#include <cmath>

#include "common/parallel.h"
#include "quality/cell_rows.h"
#include "quality/raw_cells.h"

namespace brrr::quality {
namespace {

constexpr double kLowestHz = 1, kSlowHz = 12;
constexpr double kMainsHz[2] = {50, 60};
/// To either side of the mains frequency and its harmonics.
constexpr double kMainsWidthHz = 1;

/// The longest stretch of an epoch whose FFT is fast: all of it, save for lengths with a large prime factor.
int fast_segment(int samples) {
  int segment = std::min(samples, FftPlan::kMaxLength);
  while (!FftPlan::fast(segment)) segment--;
  return segment;
}

/// Bins within [low, high] Hz; empty (last < first) if there are none.
BinRange bins_between(double low_hz, double high_hz, double bin_hz, int bins) {
  const double slack = 1e-9;  // 50 Hz is a bin of its own however rate / segment was rounded
  return {std::max(0, static_cast<int>(std::ceil(low_hz / bin_hz - slack))),
          std::min(bins - 1, static_cast<int>(std::floor(high_hz / bin_hz + slack)))};
}

CellSpectrum spectrum_of(const WelchPlan& plan, double rate_hz) {
  const double bin_hz = rate_hz / plan.segment;
  CellSpectrum spectrum = {};
  spectrum.plan = &plan;
  spectrum.total = bins_between(kLowestHz, rate_hz / 2, bin_hz, plan.bins);
  spectrum.slow = bins_between(kLowestHz, kSlowHz, bin_hz, plan.bins);
  for (int base = 0; base < 2; base++) {
    if (kMainsHz[base] + kMainsWidthHz > rate_hz / 2) continue;
    for (double hz = kMainsHz[base]; hz - kMainsWidthHz <= rate_hz / 2; hz += kMainsHz[base]) {
      const BinRange range = bins_between(hz - kMainsWidthHz, hz + kMainsWidthHz, bin_hz, plan.bins);
      if (range.first <= range.last && spectrum.mains_count[base] < kMaxRanges)
        spectrum.mains[base][spectrum.mains_count[base]++] = range;
    }
  }
  return spectrum;
}

class Tables {
 public:
  Tables(const EpochStore& store, const CellSpectrum& spectrum) : store_(store), spectrum_(spectrum) {
    const size_t cells = static_cast<size_t>(store.channels()) * store.epochs();
    measures.ptp_uv.resize(cells);
    measures.variance_uv2.resize(cells);
    measures.calm_variance_uv2.resize(cells);
    for (auto* column : {&measures.flat_share, &measures.clipped_share, &measures.mains50_share,
                         &measures.mains60_share, &measures.mains50_hz, &measures.mains60_hz, &measures.slow_share})
      column->resize(cells);
  }

  void put(int channel, int epoch, const CellRow& row, int pieces) {
    const size_t i = static_cast<size_t>(channel) * store_.epochs() + epoch;
    const RawCell& raw = store_.raw(channel, epoch);
    measures.ptp_uv[i] = row.ptp;
    measures.variance_uv2[i] = row.variance;
    measures.calm_variance_uv2[i] = row.calm_variance;
    measures.flat_share[i] = std::max(raw.flat_share, static_cast<float>(row.flat_pieces) / static_cast<float>(pieces));
    measures.clipped_share[i] = raw.clipped_share;
    measures.slow_share[i] = static_cast<float>(row.slow);
    put_mains(0, row, measures.mains50_share[i], measures.mains50_hz[i]);
    put_mains(1, row, measures.mains60_share[i], measures.mains60_hz[i]);
  }

  CellMeasures measures;

 private:
  void put_mains(int base, const CellRow& row, float& share, float& hz) const {
    const bool seen = spectrum_.mains_count[base] > 0;
    share = seen ? static_cast<float>(row.mains[base]) : NAN;
    hz = seen ? static_cast<float>(row.peak_bin[base] * store_.rate_hz() / spectrum_.plan->segment) : NAN;
  }

  const EpochStore& store_;
  const CellSpectrum& spectrum_;
};

}  // namespace

CellMeasures measure_cells(const EpochStore& store, double flat_uv, Job& job) {
  const WelchPlan plan(WindowShape::kHann, fast_segment(store.samples()), store.rate_hz());
  const CellSpectrum spectrum = spectrum_of(plan, store.rate_hz());
  const int pieces = pieces_of(store.samples(), store.rate_hz());
  const int groups = (store.epochs() + kCellRows - 1) / kCellRows;
  Tables tables(store, spectrum);
  std::vector<AlignedBuffer<double>> work(static_cast<size_t>(worker_count()));
  parallel_for(store.channels() * groups, [&](int item, int worker) {
    job.check();
    AlignedBuffer<double>& memory = work[static_cast<size_t>(worker)];
    memory.reserve(static_cast<size_t>(cell_work(store.samples(), pieces, plan)));
    const int channel = item / groups, first = item % groups * kCellRows;
    const int count = std::min(kCellRows, store.epochs() - first);
    const float* rows[kCellRows];
    CellRow results[kCellRows];
    for (int i = 0; i < count; i++) rows[i] = store.cell(channel, first + i);
    BRRR_DISPATCH(measure_rows)
    (spectrum, rows, count, store.samples(), pieces, flat_uv, memory.data(), results);
    for (int i = 0; i < count; i++) tables.put(channel, first + i, results[i], pieces);
  });
  return std::move(tables.measures);
}

}  // namespace brrr::quality
