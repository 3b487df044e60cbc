#include "events/filter_stretches.h"

#include <algorithm>

#include "common/aligned_buffer.h"
#include "common/parallel.h"
#include "events/filter_windows.h"
#include "signal/reflected.h"

namespace brrr::events {
namespace {

/// Samples of some disjoint stretches, counted through: the `place` of a sample is the number of those before it.
class Places {
 public:
  explicit Places(Intervals covered) : covered_(std::move(covered)) {
    int64_t place = 0;
    for (const Interval& i : covered_) {
      first_.push_back(place);
      place += i.size();
    }
  }
  const Intervals& covered() const { return covered_; }
  int64_t of(int64_t sample) const {
    const size_t i = first_ending_after(covered_, sample);
    return first_[i] + sample - covered_[i].begin;
  }

 private:
  Intervals covered_;
  std::vector<int64_t> first_;
};

/// Part of a covered stretch that one block holds.
struct Piece {
  int64_t begin, count, place;
};

/// A block of filtered samples and the pieces cut out of it.
struct Block {
  int64_t begin;
  std::vector<Piece> pieces;
};

std::vector<Block> cut_into_blocks(const Intervals& covered, int64_t length) {
  std::vector<Block> blocks;
  int64_t place = 0;
  for (const Interval& s : covered)
    for (int64_t begin = s.begin; begin < s.end;) {
      if (blocks.empty() || begin >= blocks.back().begin + length) blocks.push_back({begin, {}});
      const int64_t end = std::min(s.end, blocks.back().begin + length);
      blocks.back().pieces.push_back({begin, end - begin, place});
      place += end - begin;
      begin = end;
    }
  return blocks;
}

/// A sliding part of the filtered samples: those at places [begin(), end()).
class RollingSignals {
 public:
  /// longest: places that are kept at most from one advance() to the next.
  RollingSignals(const BlockFir& fir, const SampleSource& channel, const Intervals& covered, int64_t longest)
      : fir_(fir),
        channel_(channel),
        blocks_(cut_into_blocks(covered, fir.block)),
        workspaces_(static_cast<size_t>(worker_count())) {
    const int64_t room = std::min(total_size(covered), longest + int64_t{blocks_at_once()} * fir.block);
    for (int f = 0; f < fir.filters; f++) values_.emplace_back(static_cast<size_t>(room));
  }

  int64_t end() const { return end_; }
  const double* at(int filter, int64_t place) const {
    return values_[static_cast<size_t>(filter)].data() + place - begin_;
  }

  /// Drops what lies before `place` and filters the next blocks, a batch for each worker.
  void advance(int64_t place, Job& job) {
    const size_t last = std::min(blocks_.size(), next_block_ + static_cast<size_t>(blocks_at_once()));
    for (AlignedBuffer<double>& values : values_)
      if (begin_ < place && place < end_)
        std::copy(values.data() + (place - begin_), values.data() + (end_ - begin_), values.data());
    begin_ = place;
    end_ = blocks_[last - 1].pieces.back().place + blocks_[last - 1].pieces.back().count;

    const Block* first = blocks_.data() + next_block_;
    const int count = static_cast<int>(last - next_block_);
    parallel_for((count + kFilterWindows - 1) / kFilterWindows, [&](int batch, int worker) {
      job.check();
      const int done = batch * kFilterWindows;
      filter(first + done, std::min(kFilterWindows, count - done), workspaces_[static_cast<size_t>(worker)]);
    });
    next_block_ = last;
  }

 private:
  struct Workspace {
    AlignedBuffer<double> rows, outputs, work;
  };

  int blocks_at_once() const { return kFilterWindows * static_cast<int>(workspaces_.size()); }

  void filter(const Block* blocks, int count, Workspace& w) {
    const int64_t row_length = fir_.block + 2 * int64_t{fir_.half};
    w.rows.reserve(static_cast<size_t>(kFilterWindows * row_length));
    w.outputs.reserve(static_cast<size_t>(kFilterWindows * fir_.filters * int64_t{fir_.block}));
    w.work.reserve(fir_.work_doubles());
    const double* rows[kFilterWindows];
    double* outputs[kFilterWindows * BlockFir::kMaxFilters];
    for (int r = 0; r < count; r++) {
      double* row = w.rows.data() + r * row_length;
      read_reflected(channel_, blocks[r].begin - fir_.half, row_length, row);
      rows[r] = row;
      for (int f = 0; f < fir_.filters; f++)
        outputs[f * kFilterWindows + r] = w.outputs.data() + (f * kFilterWindows + r) * int64_t{fir_.block};
    }
    BRRR_DISPATCH(filter_windows)(fir_, count, rows, outputs, w.work.data());
    for (int r = 0; r < count; r++)
      for (const Piece& p : blocks[r].pieces)
        for (int f = 0; f < fir_.filters; f++)
          std::copy_n(outputs[f * kFilterWindows + r] + (p.begin - blocks[r].begin), p.count,
                      values_[static_cast<size_t>(f)].data() + (p.place - begin_));
  }

  const BlockFir& fir_;
  const SampleSource& channel_;
  const std::vector<Block> blocks_;
  std::vector<Workspace> workspaces_;
  size_t next_block_ = 0;
  int64_t begin_ = 0, end_ = 0;
  std::vector<AlignedBuffer<double>> values_;  ///< one per filter
};

}  // namespace

void for_each_stretch(const BlockFir& fir, const SampleSource& channel, const std::vector<Interval>& stretches,
                      int64_t margin, const std::function<void(const std::vector<SignalView>&, int)>& body, Job& job) {
  const int64_t n = channel.size();
  const Places places(widen(stretches, margin, n));
  const auto reach = [&](size_t i) {
    return Interval{std::max<int64_t>(0, stretches[i].begin - margin), std::min(n, stretches[i].end + margin)};
  };
  int64_t longest = 0;
  for (size_t i = 0; i < stretches.size(); i++) longest = std::max(longest, reach(i).size());
  RollingSignals signals(fir, channel, places.covered(), longest);
  for (size_t first = 0, last = 0; first < stretches.size(); first = last) {
    signals.advance(places.of(reach(first).begin), job);
    while (last < stretches.size() && places.of(reach(last).end - 1) < signals.end()) last++;
    parallel_for(static_cast<int>(last - first), [&](int item, int) {
      job.check();
      const size_t i = first + static_cast<size_t>(item);
      const Interval view = reach(i);
      std::vector<SignalView> filtered;
      for (int f = 0; f < fir.filters; f++)
        filtered.push_back({signals.at(f, places.of(view.begin)), view.begin, view.end});
      body(filtered, static_cast<int>(i));
    });
  }
}

}  // namespace brrr::events
