#include "signal/fir.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include "common/error.h"
#include "common/parallel.h"
#include "signal/fir_rows.h"

namespace brrr {
namespace {

constexpr int kMaxTaps = 1 << 22;

void check_taps(const std::vector<double>& taps) {
  bool symmetric = taps.size() % 2 == 1 && taps.size() <= kMaxTaps;
  for (size_t i = 0; symmetric && i < taps.size() / 2; i++) symmetric = taps[i] == taps[taps.size() - 1 - i];
  if (!symmetric)
    throw Error("INVALID_ARGUMENT", "A zero-phase filter needs an odd number of symmetric taps; got " +
                                        std::to_string(taps.size()) + " taps.");
}

int longest_half(const std::vector<std::vector<double>>& filters) {
  if (filters.empty() || filters.size() > BlockFir::kMaxFilters)
    throw Error("INVALID_ARGUMENT", "1 to " + std::to_string(BlockFir::kMaxFilters) +
                                        " filters can share a block; got " + std::to_string(filters.size()) + ".");
  size_t longest = 0;
  for (const auto& taps : filters) {
    check_taps(taps);
    longest = std::max(longest, taps.size());
  }
  return static_cast<int>((longest - 1) / 2);
}

// Length of the FFT for which a sample costs least. Measured: transforms that outgrow the caches cost as much more as
// some further passes.
int64_t best_fft_length(int half) {
  double best_cost = INFINITY;
  int64_t best = 0;
  for (int64_t power = 64; power <= int64_t{1} << 25; power *= 2)
    for (int64_t n : {power, power / 4 * 5}) {
      const int64_t block = n - 2 * int64_t{half};
      if (block <= n / 8) continue;
      const int outgrown = n > 32768 ? 10 : n > 16384 ? 5 : n > 5120 ? 3 : 0;
      const double cost = n * (std::log2(static_cast<double>(n)) + outgrown) / block;
      if (cost < best_cost) {
        best_cost = cost;
        best = n;
      }
    }
  return best;
}

int64_t fft_length(int half, int block) {
  if (block < 0) throw Error("INVALID_ARGUMENT", "A filter block needs at least one sample.");
  return block == 0 ? best_fft_length(half) : next_fast_length(block + 2 * int64_t{half});
}

}  // namespace

BlockFir::BlockFir(const std::vector<double>& taps, int block_size)
    : BlockFir(std::vector<std::vector<double>>{taps}, block_size) {}

BlockFir::BlockFir(const std::vector<std::vector<double>>& list, int block_size)
    : half(longest_half(list)), filters(static_cast<int>(list.size())), plan(fft_length(half, block_size)) {
  block = block_size ? block_size : plan.n - 2 * half;
  stride = plan.n + 8;
  work_vectors = filters * stride + block + half + 1;
  tables_ = AlignedBuffer<double>(static_cast<size_t>(plan.n) * filters);
  AlignedBuffer<double> work(static_cast<size_t>(plan.n) * 16);
  for (int f = 0; f < filters; f++) {
    double* spectrum = tables_.data() + static_cast<size_t>(plan.n) * f;
    BRRR_DISPATCH(filter_spectrum)
    (plan, list[f].data(), static_cast<int>(list[f].size() - 1) / 2, work.data(), spectrum);
    spectra[f] = spectrum;
  }
}

void filter_stream(const BlockFir& fir, const SampleSource& x, const FilteredSink& sink, Job& job) {
  const int64_t n = x.size(), piece = int64_t{kStreamBlocks} * fir.block;
  const int64_t blocks = (n + fir.block - 1) / fir.block;
  const int lanes = BRRR_DISPATCH(filter_rows_lanes)();
  struct Worker {
    AlignedBuffer<double> work, rows;
  };
  std::vector<Worker> workers(worker_count());
  parallel_for(static_cast<int>((n + piece - 1) / piece), [&](int item, int worker) {
    job.check();
    Worker& w = workers[worker];
    w.work.reserve(fir.work_doubles());
    w.rows.reserve(static_cast<size_t>(piece) * fir.filters);
    const int64_t first = int64_t{item} * kStreamBlocks;
    const double* outputs[BlockFir::kMaxFilters];
    for (int i = 0; i < kStreamBlocks && first + i < blocks; i += 2 * lanes) {
      double* rows[BlockFir::kMaxFilters];
      for (int f = 0; f < fir.filters; f++) rows[f] = w.rows.data() + piece * f + int64_t{i} * fir.block;
      BRRR_DISPATCH(filter_rows)(fir, x, first + i, blocks, w.work.data(), rows);
    }
    for (int f = 0; f < fir.filters; f++) outputs[f] = w.rows.data() + piece * f;
    sink(item * piece, std::min(piece, n - item * piece), outputs, worker);
  });
}

void filter_zero_phase(const std::vector<double>& taps, const SampleSource& x, double* out, Job& job) {
  check_taps(taps);
  // A signal shorter than the best block: one block of its own length.
  const int half = static_cast<int>((taps.size() - 1) / 2);
  const int64_t block = best_fft_length(half) - 2 * int64_t{half};
  const BlockFir fir(taps, static_cast<int>(std::min(std::max<int64_t>(x.size(), 1), block)));
  filter_stream(
      fir, x,
      [out](int64_t start, int64_t count, const double* const* outputs, int) {
        std::memcpy(out + start, outputs[0], static_cast<size_t>(count) * sizeof(double));
      },
      job);
}

}  // namespace brrr
