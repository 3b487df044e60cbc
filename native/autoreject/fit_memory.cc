#include "autoreject/fit_memory.h"

#include <algorithm>
#include <string>

#include "autoreject/samples.h"
#include "common/error.h"
#include "common/parallel.h"

namespace brrr::autoreject {
namespace {

constexpr uint64_t kTileRow = kTile * sizeof(double);
constexpr uint64_t kSplits = 10;
/// What the grid allows itself for tiles in work where one takes less.
constexpr uint64_t kGridTiles = uint64_t{256} << 20;
/// Threads and allocators.
constexpr uint64_t kOverhead = uint64_t{4} << 20;
/// Spline systems, peak-to-peak values and stacks of small vectors, per pair of channels and per cell.
constexpr uint64_t kPerPair = 64, kPerCell = 48;

std::string megabytes(uint64_t bytes) { return std::to_string((bytes + 999'999) / 1'000'000) + " MB"; }

/// Tables of losses and orders of every channel, and one tile of measured and predicted rows.
uint64_t threshold_bytes(const Epochs& epochs) {
  const uint64_t channels = static_cast<uint64_t>(epochs.channels()), rows = 2 * static_cast<uint64_t>(epochs.epochs());
  const uint64_t tables = channels * (rows + 8) * kSplits * (sizeof(double) + sizeof(int));
  return tables + channels * rows * kTileRow;
}

/// Whole tiles, one per worker, and the sums of each.
uint64_t grid_bytes(const Epochs& epochs, const FitOptions& options) {
  const uint64_t channels = static_cast<uint64_t>(epochs.channels()), folds = static_cast<uint64_t>(options.folds);
  const uint64_t e = static_cast<uint64_t>(epochs.epochs()), groups = std::min(e, folds * options.consensus.size());
  const uint64_t tile = (e + folds + (options.n_interpolate.size() + 1) * groups + 2) * channels * kTileRow;
  const uint64_t in_work = std::max(tile, std::min(kGridTiles, tile * static_cast<uint64_t>(worker_count())));
  const uint64_t sums = options.consensus.size() * options.n_interpolate.size() * folds;
  return in_work + sums * static_cast<uint64_t>(tile_count(epochs.samples)) * sizeof(double);
}

}  // namespace

uint64_t fit_bytes(const Epochs& epochs, const FitOptions& options) {
  const uint64_t channels = static_cast<uint64_t>(epochs.channels());
  const uint64_t small = channels * channels * kPerPair + channels * static_cast<uint64_t>(epochs.epochs()) * kPerCell;
  return kOverhead + small +
         std::max(threshold_bytes(epochs), options.consensus.empty() ? 0 : grid_bytes(epochs, options));
}

void check_budget(const char* what, uint64_t need, uint64_t max_bytes) {
  if (max_bytes == 0 || need <= max_bytes) return;
  throw Error("MEMORY_BUDGET", std::string(what) + " needs up to " + megabytes(need) +
                                   " beside its epochs, but maxBytes allows " + megabytes(max_bytes) +
                                   ". Take fewer epochs or channels, or raise maxBytes.");
}

}  // namespace brrr::autoreject
