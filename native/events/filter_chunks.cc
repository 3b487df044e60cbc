#include "events/filter_chunks.h"

#include <algorithm>

#include "common/aligned_buffer.h"
#include "common/parallel.h"
#include "events/filter_windows.h"
#include "signal/reflected.h"

namespace brrr::events {

BlockFir make_chunk_filters(const std::vector<std::vector<double>>& filters) {
  size_t taps = 0;
  for (const std::vector<double>& f : filters) taps = std::max(taps, f.size());
  size_t fft = 4096;
  while (fft < 3 * taps) fft *= 2;
  return BlockFir(filters, static_cast<int>(fft - (taps - 1)));
}

ChunkPlan::ChunkPlan(const BlockFir& fir, int64_t n, int64_t context, int64_t alignment) : n_(n), context_(context) {
  length_ = (int64_t{kFilterWindows} * fir.block - 2 * context) / alignment * alignment;
  if (length_ <= 0) throw Error("INVALID_ARGUMENT", "Events of that duration are too long to be searched for.");
  count_ = static_cast<int>((n + length_ - 1) / length_);
}

Interval ChunkPlan::chunk(int index) const { return {index * length_, std::min(n_, (index + 1) * length_)}; }

namespace {

/// What one worker needs for a chunk, made on first use.
class Workspace {
 public:
  void prepare(const BlockFir& fir, size_t channels) {
    const size_t samples = static_cast<size_t>(kFilterWindows) * static_cast<size_t>(fir.block) + kChunkSlack;
    filtered_stride_ = samples;
    raw_stride_ = samples + 2 * static_cast<size_t>(fir.half);
    raw_.reserve(channels * raw_stride_);
    filtered_.reserve(channels * static_cast<size_t>(fir.filters) * filtered_stride_);
    work_.reserve(fir.work_doubles());
    scratch_.reserve(samples);
  }

  void fill(const ChunkPlan& plan, const BlockFir& fir, const std::vector<const SampleSource*>& channels, int index,
            Chunk& chunk) {
    const Interval own = plan.chunk(index);
    const int64_t n = channels[0]->size();
    const int64_t begin = std::max<int64_t>(0, own.begin - plan.context()), end = std::min(n, own.end + plan.context());
    chunk = {own.begin, own.end, {}, {}, scratch_.data()};
    for (size_t c = 0; c < channels.size(); c++) {
      double* raw = raw_.data() + c * raw_stride_;
      filter(fir, *channels[c], begin, end, raw, c);
      chunk.raw.push_back({raw + fir.half, begin, end});
      for (int f = 0; f < fir.filters; f++) chunk.filtered.push_back({output(fir, c, f), begin, end});
    }
  }

 private:
  double* output(const BlockFir& fir, size_t channel, int filter) {
    return filtered_.data() +
           (channel * static_cast<size_t>(fir.filters) + static_cast<size_t>(filter)) * filtered_stride_;
  }

  void filter(const BlockFir& fir, const SampleSource& channel, int64_t begin, int64_t end, double* raw, size_t c) {
    const int count = static_cast<int>((end - begin + fir.block - 1) / fir.block);
    read_reflected(channel, begin - fir.half, count * int64_t{fir.block} + 2 * fir.half, raw);
    const double* rows[kFilterWindows];
    double* outputs[kFilterWindows * BlockFir::kMaxFilters];
    for (int r = 0; r < count; r++) {
      rows[r] = raw + r * int64_t{fir.block};
      for (int f = 0; f < fir.filters; f++)
        outputs[f * kFilterWindows + r] = output(fir, c, f) + r * int64_t{fir.block};
    }
    BRRR_DISPATCH(filter_windows)(fir, count, rows, outputs, work_.data());
  }

  size_t raw_stride_ = 0, filtered_stride_ = 0;
  AlignedBuffer<double> raw_, filtered_, work_, scratch_;
};

}  // namespace

void for_each_chunk(const ChunkPlan& plan, const BlockFir& fir, const std::vector<const SampleSource*>& channels,
                    const std::function<void(const Chunk&, int)>& body, Job& job) {
  std::vector<Workspace> workspaces(static_cast<size_t>(worker_count()));
  parallel_for(plan.count(), [&](int index, int worker) {
    job.check();
    Workspace& workspace = workspaces[static_cast<size_t>(worker)];
    workspace.prepare(fir, channels.size());
    Chunk chunk;
    workspace.fill(plan, fir, channels, index, chunk);
    body(chunk, index);
  });
}

}  // namespace brrr::events
