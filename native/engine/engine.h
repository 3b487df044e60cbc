// Lanes, waiting queue, completion and accounting over any backend.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/backend.h"
#include "engine/busy_time.h"
#include "engine/timeline.h"

namespace brrr::engine {

struct LaneStats {
  int64_t runs = 0;
  /// Time in which the lane computed. Where a device tells it, that of a run counts once it is over.
  double busy_ms = 0;
};

struct Stats {
  /// Requests by outcome.
  int64_t runs = 0, failed = 0, stopped = 0;
  /// Runs since the load that were captured graphs, and others.
  int64_t graph_runs = 0, plain_runs = 0;
  int running = 0, waiting = 0;
  /// Since the engine was made or reset_stats(), and time in which at least one lane computed; with LaneStats::busy_ms
  /// they tell the busy share of any stretch between two calls.
  double elapsed_ms = 0, busy_ms = 0;
  std::vector<LaneStats> lanes;
};

/// Always held by shared_ptr. All methods may be called from any thread, but for close() and the destructor: not from
/// Request::on_complete.
class Engine : public std::enable_shared_from_this<Engine> {
 public:
  static std::shared_ptr<Engine> create(std::unique_ptr<Model> model, int lanes);
  /// close(false).
  ~Engine();

  /// Starts the request on a lane or lets it wait for one, first come first served. It completes exactly once, whatever
  /// happens; cancelled with code ABORTED. Throws CLOSED, and then it does not complete.
  void run(const RequestPtr& request);

  /// Takes no more requests. Those that wait or run complete with CLOSED, or are waited for if `drain`; then lanes and
  /// model are released, in this order. Returns when that is done, also to a second caller.
  void close(bool drain);

  /// Null once closed; not to be kept beyond that.
  const Model* model() const { return model_.get(); }
  Stats stats() const;
  /// stats() counts from now on, and the timeline begins anew.
  void reset_stats();
  /// Keeps the last so many runs for timeline(); by default none.
  void keep_timeline(size_t runs);
  Timeline timeline() const;
  /// Empty once closed.
  std::vector<MemoryPart> memory() const;
  /// See Model::graphs. Empty once closed.
  std::vector<GraphState> graphs() const;
  /// See Model::allow_padding; returns Model::batch_sizes(). Throws CLOSED.
  std::vector<int64_t> allow_padding();
  /// See Model::host_buffer. Throws CLOSED.
  std::shared_ptr<void> host_buffer(size_t bytes);

 private:
  struct LaneState {
    std::unique_ptr<Lane> lane;
    std::vector<RequestPtr> running;
    LaneStats stats;
    /// End of what busy_ms counts: a lane computes one request after another.
    int64_t busy_until_ns = 0;
  };
  enum class Phase { kOpen, kClosing, kClosed };

  explicit Engine(std::unique_ptr<Model> model);
  void stop(const RequestPtr& request, Stop reason) noexcept;
  void complete(RequestPtr request);
  /// Hands waiting requests to lanes with a free slot. Lets go of the lock while it starts one: a lane's thread that is
  /// woken and finds the mutex taken would go back to sleep.
  void dispatch(std::unique_lock<std::mutex>& lock);
  /// The mutex is held.
  bool idle() const;

  std::unique_ptr<Model> model_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<LaneState> lanes_;
  std::deque<RequestPtr> waiting_;
  /// Calls of Lane::start under way.
  int starting_ = 0;
  Phase phase_ = Phase::kOpen;
  /// Set by the close() that releases lanes and model; others wait for it.
  bool releasing_ = false;
  Stats stats_;
  int64_t counting_since_ns_ = 0;
  BusyTime busy_;
  Timeline timeline_;
};

}  // namespace brrr::engine
