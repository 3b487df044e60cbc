#include "autoreject/grid_tile.h"

#include "autoreject/row_median.h"
#include "autoreject/tile.h"

namespace brrr::BRRR_TIER::autoreject {
namespace {

/// Where a tile's intermediate results lie in scratch memory. A row is channels * kTile values.
struct Memory {
  int64_t row;
  double *epochs, *medians, *untouched, *groups, *wide, *repaired, *fold_sums, *later_sums, *squares, *median_work;

  Memory(const GridPlan& plan, double* scratch) : row(int64_t{plan.x.channels} * kTile) {
    epochs = scratch;
    medians = epochs + plan.x.epochs * row;
    untouched = medians + plan.folds * row;
    groups = untouched + plan.groups * row;
    wide = groups + int64_t{plan.candidates} * plan.groups * row;
    repaired = wide + row;
    fold_sums = repaired + row;
    later_sums = fold_sums + 8 * plan.folds;
    squares = later_sums + 8 * plan.folds;
    median_work = squares + int64_t{8} * plan.buckets * plan.folds;
  }
};

/// One tile of all epochs, (epoch, channel, kTile): floats as they are where the samples are floats, which halves the
/// memory and the medians' work, else volts.
template <class Sample>
struct EpochTile {
  Sample* values;
  int64_t row;
  /// Makes volts of the values.
  double scale;

  Sample* of(int epoch) const { return values + epoch * row; }
};

BRRR_INLINE void copy_tile(const Samples& x, int epoch, int channel, int first, double* out) {
  load_tile(x, epoch, channel, first, Past::kZeros, out);
}
BRRR_INLINE void copy_tile(const Samples& x, int epoch, int channel, int first, float* out) {
  __builtin_memcpy(out, x.float32 + x.epoch_start[epoch] + x.channel_start[channel] + first, kTile * sizeof(float));
}

template <class Sample>
BRRR_INLINE void add_to(double* sum, const Sample* x, double scale) {
  for (int i = 0; i < kTile; i += kLanes) store(sum + i, load(sum + i) + load_samples(x + i) * scale);
}

BRRR_INLINE bool any(const uint8_t* flags, int count) {
  for (int i = 0; i < count; i++)
    if (flags[i]) return true;
  return false;
}

/// Also adds up the cells that are never repaired.
template <class Sample>
void load_epochs(const GridPlan& plan, int first, const EpochTile<Sample>& tile, const Memory& memory) {
  const uint8_t* touched = plan.touched;
  for (int64_t i = 0; i < plan.groups * memory.row; i += kLanes) store(memory.untouched + i, Vec{});
  for (int e = 0; e < plan.x.epochs; e++) {
    const int group = plan.epoch_group[e];
    double* sum = memory.untouched + group * memory.row;
    for (int c = 0; c < plan.x.channels; c++) {
      Sample* out = tile.of(e) + c * kTile;
      copy_tile(plan.x, e, c, first, out);
      prefetch_tile(plan.x, e + 1, c, first);
      if (!*touched++ && group >= 0) add_to(sum + c * kTile, out, tile.scale);
    }
  }
}

BRRR_INLINE void medians_of(const double* const* rows, int count, int width, double, double* scratch, double* out) {
  row_medians(rows, count, width, scratch, out);
}
BRRR_INLINE void medians_of(const float* const* rows, int count, int width, double scale, double* scratch,
                            double* out) {
  float_row_medians(rows, count, width, scale, scratch, out);
}

template <class Sample>
void find_medians(const GridPlan& plan, const EpochTile<Sample>& tile, const Memory& memory) {
  const Sample** rows = reinterpret_cast<const Sample**>(memory.median_work);
  for (int f = 0; f < plan.folds; f++) {
    const int start = plan.fold_start[f], count = plan.fold_start[f + 1] - start;
    for (int i = 0; i < count; i++) rows[i] = tile.of(start + i);
    medians_of(rows, count, static_cast<int>(memory.row), tile.scale, memory.median_work + count,
               memory.medians + f * memory.row);
  }
}

/// Sums of all groups for each candidate: what is never repaired, and the other cells, repaired where it does so.
template <class Sample>
void sum_groups(const GridPlan& plan, const EpochTile<Sample>& tile, const Memory& memory) {
  const int channels = plan.x.channels;
  const int64_t row = memory.row, of_candidate = plan.groups * row;
  double *wide = memory.wide, *repaired = memory.repaired;
  for (int k = 0; k < plan.candidates; k++)
    for (int64_t i = 0; i < of_candidate; i += kLanes)
      store(memory.groups + k * of_candidate + i, load(memory.untouched + i));
  for (int e = 0; e < plan.x.epochs; e++) {
    const uint8_t* touched = plan.touched + int64_t{e} * channels;
    if (plan.epoch_group[e] < 0 || !any(touched, channels)) continue;
    const Sample* epoch = tile.of(e);
    const double scale = tile.scale;
    for (int64_t i = 0; i < row; i += kLanes) store(wide + i, load_samples(epoch + i) * scale);
    for (int k = 0; k < plan.candidates; k++) {
      const RepairSet* repair = plan.repairs[int64_t{k} * plan.x.epochs + e];
      if (repair) weighted_tiles(repair->weights, repair->count, channels, wide, repaired, kTile);
      double* sum = memory.groups + k * of_candidate + plan.epoch_group[e] * row;
      int next = 0;
      for (int c = 0; c < channels; c++) {
        if (!touched[c]) continue;
        const bool is_repaired = repair && next < repair->count && repair->channels[next] == c;
        add_to(sum + c * kTile, is_repaired ? repaired + next * kTile : wide + c * kTile, 1.0);
        next += is_repaired;
      }
    }
  }
}

/// Adds the squared distances at one vector of the rows to squares, (consensus, fold), 8 partial sums each. The
/// training sum of a fold is that of the folds before and after it: nothing is ever subtracted.
void add_distances(const GridPlan& plan, const Memory& memory, int candidate, int64_t at, double* squares) {
  const double* groups = memory.groups + candidate * plan.groups * memory.row;
  const char* wanted = plan.wanted + candidate * plan.buckets;
  double *fold_sums = memory.fold_sums, *later_sums = memory.later_sums;
  const int folds = plan.folds;
  for (int f = 0; f < folds; f++) store(fold_sums + f * kLanes, Vec{});
  store(later_sums + (folds - 1) * kLanes, Vec{});
  for (int k = 0; k < plan.buckets; k++) {
    for (int g = plan.bucket_start[k]; g < plan.bucket_start[k + 1]; g++) {
      double* sum = fold_sums + plan.group_fold[g] * kLanes;
      store(sum, load(sum) + load(groups + g * memory.row + at));
    }
    if (!wanted[k]) continue;
    Vec later = {};
    for (int f = folds - 2; f >= 0; f--) {
      later += load(fold_sums + (f + 1) * kLanes);
      store(later_sums + f * kLanes, later);
    }
    Vec earlier = {};
    for (int f = 0; f < folds; f++) {
      const Vec mean = (earlier + load(later_sums + f * kLanes)) * plan.train_share[k * folds + f];
      const Vec distance = load(memory.medians + f * memory.row + at) - mean;
      double* square = squares + 8 * (k * folds + f);
      store(square, load(square) + distance * distance);
      earlier += load(fold_sums + f * kLanes);
    }
  }
}

template <class Sample>
void losses_of_tile(const GridPlan& plan, int first, const EpochTile<Sample>& tile, const Memory& memory,
                    double* loss) {
  load_epochs(plan, first, tile, memory);
  find_medians(plan, tile, memory);
  sum_groups(plan, tile, memory);
  const int sums = plan.buckets * plan.folds;
  for (int candidate = 0; candidate < plan.candidates; candidate++, loss += sums) {
    for (int i = 0; i < 8 * sums; i += kLanes) store(memory.squares + i, Vec{});
    for (int64_t at = 0; at < memory.row; at += kLanes)
      add_distances(plan, memory, candidate, at, memory.squares + at % 8);
    for (int i = 0; i < sums; i++) {
      const double* p = memory.squares + 8 * i;
      loss[i] = ((p[0] + p[4]) + (p[2] + p[6])) + ((p[1] + p[5]) + (p[3] + p[7]));
    }
  }
}

}  // namespace

void grid_tile(const GridPlan& plan, int first, double* scratch, double* loss) {
  const Memory memory(plan, scratch);
  if (plan.x.float32 && first + kTile <= plan.x.samples)
    losses_of_tile<float>(plan, first, {reinterpret_cast<float*>(memory.epochs), memory.row, plan.x.scale}, memory,
                          loss);
  else
    losses_of_tile<double>(plan, first, {memory.epochs, memory.row, 1}, memory, loss);
}

}  // namespace brrr::BRRR_TIER::autoreject
