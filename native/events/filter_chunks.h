// Channels walked through in pieces: read, filtered and looked at while they are in the cache.
#pragma once

#include <functional>
#include <vector>

#include "common/job.h"
#include "events/intervals.h"
#include "events/signal_view.h"
#include "signal/fir.h"

namespace brrr::events {

/// Filters prepared for chunks, of which a worker holds 16 blocks: shorter FFTs than those that are fastest alone, and
/// as fast with what is done to the samples between them.
BlockFir make_chunk_filters(const std::vector<std::vector<double>>& filters);

/// One piece of the channels. It is responsible for samples [begin, end); the views reach `context` samples further on
/// both sides, as far as the channel goes.
struct Chunk {
  int64_t begin, end;
  /// As in the recording, one view per channel.
  std::vector<SignalView> raw;
  /// filtered[channel * filters + filter].
  std::vector<SignalView> filtered;
  /// Room for as many samples as a view has and kChunkSlack more.
  double* scratch;
};

/// How a channel of n samples is cut: depends on the length and the filter alone, so results do too.
class ChunkPlan {
 public:
  /// Chunks begin at multiples of `alignment`. Throws INVALID_ARGUMENT if no chunk fits between the contexts.
  ChunkPlan(const BlockFir& fir, int64_t n, int64_t context, int64_t alignment = 1);
  int count() const { return count_; }
  Interval chunk(int index) const;
  int64_t context() const { return context_; }

 private:
  int64_t n_, context_, length_;
  int count_;
};

/// A view's samples can be read this far past its end; what lies there has no meaning.
constexpr int64_t kChunkSlack = 32;

/// Calls body(chunk, index) for each chunk, on all cores in any order. The channels have one rate and length. The views
/// die with the call.
void for_each_chunk(const ChunkPlan& plan, const BlockFir& fir, const std::vector<const SampleSource*>& channels,
                    const std::function<void(const Chunk&, int index)>& body, Job& job);

}  // namespace brrr::events
