#include "events/sparse_signal.h"

#include <algorithm>
#include <cstring>

#include "common/parallel.h"
#include "events/filter_windows.h"
#include "signal/reflected.h"

namespace brrr::events {
namespace {

/// Part of a stretch that one block covers.
struct Piece {
  int64_t begin, count, offset;
};

/// A block of filtered samples and the pieces cut out of it.
struct Block {
  int64_t begin;
  std::vector<Piece> pieces;
};

struct Workspace {
  AlignedBuffer<double> rows, outputs, work;
};

}  // namespace

SparseSignals::SparseSignals(const BlockFir& fir, const SampleSource& channel, Intervals stretches, Job& job)
    : stretches_(std::move(stretches)) {
  std::vector<Block> blocks;
  for (const Interval& s : stretches_) {
    offset_.push_back(stride_);
    for (int64_t begin = s.begin; begin < s.end;) {
      if (blocks.empty() || begin >= blocks.back().begin + fir.block) blocks.push_back({begin, {}});
      const int64_t end = std::min(s.end, blocks.back().begin + fir.block);
      blocks.back().pieces.push_back({begin, end - begin, stride_ + begin - s.begin});
      begin = end;
    }
    stride_ += s.size();
  }
  values_ = AlignedBuffer<double>(static_cast<size_t>(stride_ * fir.filters));

  const int64_t row_length = fir.block + 2 * int64_t{fir.half};
  std::vector<Workspace> workspaces(static_cast<size_t>(worker_count()));
  const int batches = static_cast<int>((blocks.size() + kFilterWindows - 1) / kFilterWindows);
  parallel_for(batches, [&](int batch, int worker) {
    job.check();
    Workspace& w = workspaces[static_cast<size_t>(worker)];
    w.rows.reserve(static_cast<size_t>(kFilterWindows * row_length));
    w.outputs.reserve(static_cast<size_t>(kFilterWindows * fir.filters * int64_t{fir.block}));
    w.work.reserve(fir.work_doubles());
    const Block* first = blocks.data() + size_t{kFilterWindows} * static_cast<size_t>(batch);
    const int count = static_cast<int>(std::min<int64_t>(kFilterWindows, blocks.data() + blocks.size() - first));
    const double* rows[kFilterWindows];
    double* outputs[kFilterWindows * BlockFir::kMaxFilters];
    for (int r = 0; r < count; r++) {
      double* row = w.rows.data() + r * row_length;
      read_reflected(channel, first[r].begin - fir.half, row_length, row);
      rows[r] = row;
      for (int f = 0; f < fir.filters; f++)
        outputs[f * kFilterWindows + r] = w.outputs.data() + (f * kFilterWindows + r) * int64_t{fir.block};
    }
    BRRR_DISPATCH(filter_windows)(fir, count, rows, outputs, w.work.data());
    for (int r = 0; r < count; r++)
      for (const Piece& p : first[r].pieces)
        for (int f = 0; f < fir.filters; f++)
          std::memcpy(values_.data() + f * stride_ + p.offset,
                      outputs[f * kFilterWindows + r] + (p.begin - first[r].begin),
                      static_cast<size_t>(p.count) * sizeof(double));
  });
}

SignalView SparseSignals::at(int filter, int64_t sample) const {
  const size_t i = first_ending_after(stretches_, sample);
  return {values_.data() + filter * stride_ + offset_[i], stretches_[i].begin, stretches_[i].end};
}

}  // namespace brrr::events
