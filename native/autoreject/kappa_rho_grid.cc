#include "autoreject/kappa_rho_grid.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <numeric>

#include "autoreject/autoreject.h"
#include "autoreject/grid_tile.h"
#include "autoreject/repair_sets.h"
#include "autoreject/row_median.h"
#include "autoreject/threshold_losses.h"
#include "common/aligned_buffer.h"
#include "common/parallel.h"

namespace brrr::autoreject {
namespace {

/// Memory for tiles in work; where tiles are large, fewer are in work than there are cores.
constexpr size_t kTileMemory = size_t{256} << 20;

/// The grid as tiles need it, consensus values ascending.
struct Tables {
  std::vector<size_t> ascending;  // consensus values by size
  std::vector<int> fold_start, bucket_start, group_fold, group_start, group_epochs, epoch_group;
  std::vector<const RepairSet*> repairs;
  std::vector<uint8_t> touched;
  std::vector<char> wanted;
  std::vector<double> train_share;
};

/// scikit-learn's KFold without shuffling: the first epochs % folds folds have one epoch more.
std::vector<int> fold_starts(int epochs, int folds) {
  std::vector<int> start(1, 0);
  for (int f = 0; f < folds; f++) start.push_back(start.back() + epochs / folds + (f < epochs % folds ? 1 : 0));
  return start;
}

/// The first consensus value, in ascending order, that keeps an epoch with this many bad channels.
int bucket_of(int bad, const std::vector<double>& consensus, const std::vector<size_t>& ascending, int channels) {
  int bucket = 0;
  while (bucket < static_cast<int>(ascending.size()) &&
         bad >= consensus[ascending[static_cast<size_t>(bucket)]] * channels)
    bucket++;
  return bucket;
}

void make_groups(const Votes& votes, const Grid& grid, Tables& t) {
  const int buckets = static_cast<int>(grid.consensus.size());
  std::vector<int> bucket(votes.count.size());
  for (size_t e = 0; e < bucket.size(); e++)
    bucket[e] = bucket_of(votes.count[e], grid.consensus, t.ascending, votes.channels);
  t.epoch_group.assign(bucket.size(), -1);
  t.bucket_start.push_back(0);
  t.group_start.push_back(0);
  std::vector<int> in_fold(static_cast<size_t>(grid.folds), 0);
  for (int k = 0; k < buckets; k++) {
    for (int f = 0; f < grid.folds; f++) {
      for (int e = t.fold_start[static_cast<size_t>(f)]; e < t.fold_start[static_cast<size_t>(f) + 1]; e++)
        if (bucket[static_cast<size_t>(e)] == k) t.group_epochs.push_back(e);
      const int count = static_cast<int>(t.group_epochs.size()) - t.group_start.back();
      in_fold[static_cast<size_t>(f)] += count;
      if (count == 0) continue;
      for (size_t i = t.group_epochs.size() - static_cast<size_t>(count); i < t.group_epochs.size(); i++)
        t.epoch_group[static_cast<size_t>(t.group_epochs[i])] = static_cast<int>(t.group_fold.size());
      t.group_fold.push_back(f);
      t.group_start.push_back(static_cast<int>(t.group_epochs.size()));
    }
    t.bucket_start.push_back(static_cast<int>(t.group_fold.size()));
    const int kept = static_cast<int>(t.group_epochs.size());
    for (int in_this : in_fold) t.train_share.push_back(kept > in_this ? 1.0 / (kept - in_this) : 0);
  }
}

/// Labels are carried from one n_interpolate to the next, as in the original (see mark_repairs).
void find_repairs(const Peaks& peaks, const Votes& votes, const Grid& grid, RepairSets& sets, Tables& t, Job& job) {
  std::vector<uint8_t> labels = votes.labels;
  std::vector<int> numbers;
  const size_t channels = static_cast<size_t>(votes.channels), epochs = static_cast<size_t>(votes.epochs);
  for (int most : grid.n_interpolate) {
    const size_t first = numbers.size();
    numbers.resize(first + epochs, -1);
    for (int e : t.group_epochs) {
      uint8_t* of_epoch = &labels[static_cast<size_t>(e) * channels];
      mark_repairs(peaks.of_epoch(e), votes.channels, most, of_epoch);
      numbers[first + static_cast<size_t>(e)] = sets.add(of_epoch);
    }
  }
  sets.solve(job);
  for (int number : numbers) t.repairs.push_back(sets.get(number));
  for (uint8_t label : labels) t.touched.push_back(label == kRepaired);
}

bool excluded(double consensus, int channels, int n_interpolate) { return consensus * channels <= n_interpolate; }

/// A consensus that keeps the same epochs as the one before it has its losses too.
void find_wanted(const Votes& votes, const Grid& grid, Tables& t) {
  for (int most : grid.n_interpolate) {
    bool first = true;
    for (size_t k = 0; k < t.ascending.size(); k++) {
      const bool possible = !excluded(grid.consensus[t.ascending[k]], votes.channels, most);
      t.wanted.push_back(possible && (first || t.bucket_start[k + 1] > t.bucket_start[k]));
      if (possible) first = false;
    }
  }
}

/// Sums of squares over all tiles, (n_interpolate, consensus ascending, fold), added in the order of tiles.
std::vector<double> sum_tiles(const GridPlan& plan, Job& job) {
  const size_t sums =
      static_cast<size_t>(plan.candidates) * static_cast<size_t>(plan.buckets) * static_cast<size_t>(plan.folds);
  const int tiles = tile_count(plan.x.samples);
  const size_t scratch = grid_scratch(plan);
  const int at_once =
      std::min<int>(worker_count(), static_cast<int>(std::max<size_t>(1, kTileMemory / (scratch * sizeof(double)))));
  std::vector<double> of_tiles(sums * static_cast<size_t>(tiles));
  std::atomic<int> next{0}, done{0};
  parallel_for(at_once, [&](int, int) {
    AlignedBuffer<double> memory;
    for (int tile; (tile = next.fetch_add(1)) < tiles;) {
      job.check();
      memory.reserve(scratch);
      BRRR_DISPATCH(autoreject::grid_tile)
      (plan, tile * kTile, memory.data(), &of_tiles[static_cast<size_t>(tile) * sums]);
      job.report(kThresholdShare + (1 - kThresholdShare) * ++done / tiles);
    }
  });
  std::vector<double> total(sums, 0.0);
  for (size_t i = 0; i < of_tiles.size(); i++) total[i % sums] += of_tiles[i];
  return total;
}

}  // namespace

size_t grid_scratch(const GridPlan& plan) {
  const size_t row = static_cast<size_t>(plan.x.channels) * kTile, folds = static_cast<size_t>(plan.folds);
  const size_t rows = static_cast<size_t>(plan.x.epochs) + folds +
                      (static_cast<size_t>(plan.candidates) + 1) * static_cast<size_t>(plan.groups) + 2;
  const int longest_fold = plan.fold_start[1];
  return rows * row + 16 * folds + 8 * static_cast<size_t>(plan.buckets) * folds + static_cast<size_t>(longest_fold) +
         static_cast<size_t>(median_scratch(longest_fold));
}

std::vector<double> grid_losses(const Epochs& epochs, const Peaks& peaks, const Votes& votes,
                                const SphericalSplines& splines, const Grid& grid, Job& job) {
  Tables t;
  const size_t kappas = grid.consensus.size(), rhos = grid.n_interpolate.size(),
               folds = static_cast<size_t>(grid.folds);
  t.ascending.resize(kappas);
  std::iota(t.ascending.begin(), t.ascending.end(), size_t{0});
  std::stable_sort(t.ascending.begin(), t.ascending.end(),
                   [&](size_t a, size_t b) { return grid.consensus[a] < grid.consensus[b]; });
  t.fold_start = fold_starts(votes.epochs, grid.folds);
  make_groups(votes, grid, t);
  RepairSets sets(splines);
  find_repairs(peaks, votes, grid, sets, t, job);
  find_wanted(votes, grid, t);

  GridPlan plan{};
  plan.x = samples_of(epochs);
  plan.folds = grid.folds;
  plan.buckets = static_cast<int>(kappas);
  plan.groups = static_cast<int>(t.group_fold.size());
  plan.candidates = static_cast<int>(rhos);
  plan.fold_start = t.fold_start.data();
  plan.bucket_start = t.bucket_start.data();
  plan.group_fold = t.group_fold.data();
  plan.group_start = t.group_start.data();
  plan.group_epochs = t.group_epochs.data();
  plan.epoch_group = t.epoch_group.data();
  plan.repairs = t.repairs.data();
  plan.touched = t.touched.data();
  plan.wanted = t.wanted.data();
  plan.train_share = t.train_share.data();
  const std::vector<double> squares = sum_tiles(plan, job);

  const double infinity = std::numeric_limits<double>::infinity();
  std::vector<double> loss(kappas * rhos * folds, infinity);
  for (size_t r = 0; r < rhos; r++)
    for (size_t f = 0; f < folds; f++) {
      double last = infinity;
      for (size_t k = 0; k < kappas; k++) {
        if (t.wanted[r * kappas + k])
          last = t.train_share[k * folds + f] > 0 ? std::sqrt(squares[(r * kappas + k) * folds + f] /
                                                              (static_cast<double>(votes.channels) * epochs.samples))
                                                  : infinity;
        const size_t given = t.ascending[k];
        if (!excluded(grid.consensus[given], votes.channels, grid.n_interpolate[r]))
          loss[(given * rhos + r) * folds + f] = last;
      }
    }
  return loss;
}

}  // namespace brrr::autoreject
