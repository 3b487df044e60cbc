#include "engine/engine.h"

#include <algorithm>
#include <tuple>

namespace brrr::engine {
namespace {

// Request::lane while it has none.
constexpr int kWaiting = -1;
constexpr int kCompleted = -2;

/// Of the span, what lies after `ns`.
double ms_after(const Span& span, int64_t ns) {
  return static_cast<double>(std::max<int64_t>(0, span.end_ns - std::max(span.start_ns, ns))) / 1e6;
}

Error closed_error() { return Error("CLOSED", "The engine is closed."); }

void fail_stopped(Request& request) {
  if (request.stop == Stop::kAborted) request.error.emplace("ABORTED", "The operation was aborted.");
  if (request.stop == Stop::kClosed) request.error.emplace("CLOSED", "The engine was closed before this run ended.");
}

}  // namespace

std::shared_ptr<Engine> Engine::create(std::unique_ptr<Model> model, int lanes) {
  std::shared_ptr<Engine> engine(new Engine(std::move(model)));
  engine->lanes_.resize(lanes);
  for (int i = 0; i < lanes; i++)
    // The lanes are gone before the engine is.
    engine->lanes_[i].lane =
        engine->model_->open_lane(i, [e = engine.get()](RequestPtr request) { e->complete(std::move(request)); });
  return engine;
}

Engine::Engine(std::unique_ptr<Model> model)
    : model_(std::move(model)), counting_since_ns_(now_ns()), busy_(counting_since_ns_) {}

Engine::~Engine() { close(false); }

void Engine::run(const RequestPtr& request) {
  request->times.queued_ns = now_ns();
  request->lane = kWaiting;
  {
    std::unique_lock<std::mutex> lock(mutex_);
    if (phase_ != Phase::kOpen) throw closed_error();
    waiting_.push_back(request);
    dispatch(lock);
  }
  if (request->job)
    request->job->on_cancel([engine = weak_from_this(), weak = std::weak_ptr<Request>(request)] {
      auto alive = engine.lock();
      auto cancelled = weak.lock();
      if (alive && cancelled) alive->stop(cancelled, Stop::kAborted);
    });
}

void Engine::dispatch(std::unique_lock<std::mutex>& lock) {
  while (!waiting_.empty()) {
    auto free = std::min_element(lanes_.begin(), lanes_.end(), [](const LaneState& a, const LaneState& b) {
      return a.running.size() < b.running.size();
    });
    if (static_cast<int>(free->running.size()) >= free->lane->depth()) return;
    RequestPtr request = std::move(waiting_.front());
    waiting_.pop_front();
    request->lane = static_cast<int>(free - lanes_.begin());
    free->running.push_back(request);
    starting_++;
    lock.unlock();
    free->lane->start(request);
    lock.lock();
    starting_--;
    // A stop that came before the lane knew the request.
    if (request->stop != Stop::kNone && request->lane >= 0) free->lane->cancel(request);
  }
  if (phase_ == Phase::kClosing) changed_.notify_all();
}

void Engine::complete(RequestPtr request) {
  {
    std::unique_lock<std::mutex> lock(mutex_);
    LaneState& lane = lanes_[request->lane];
    lane.running.erase(std::find(lane.running.begin(), lane.running.end(), request));
    lane.stats.runs++;
    timeline_.add(*request);
    if (const Span& computed = request->times.compute) {
      busy_.add(computed);
      lane.stats.busy_ms += ms_after(computed, lane.busy_until_ns);
      lane.busy_until_ns = std::max(lane.busy_until_ns, computed.end_ns);
    }
    request->lane = kCompleted;
    if (request->stop != Stop::kNone)
      stats_.stopped++;
    else if (request->error)
      stats_.failed++;
    else
      stats_.runs++;
    dispatch(lock);
  }
  fail_stopped(*request);
  request->on_complete(*request);
}

bool Engine::idle() const {
  bool idle = waiting_.empty() && starting_ == 0;
  for (const LaneState& lane : lanes_) idle = idle && lane.running.empty();
  return idle;
}

void Engine::stop(const RequestPtr& request, Stop reason) noexcept {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (request->lane == kCompleted) return;
    if (request->stop == Stop::kNone) request->stop = reason;
    if (request->lane != kWaiting) {
      lanes_[request->lane].lane->cancel(request);
      return;
    }
    waiting_.erase(std::find(waiting_.begin(), waiting_.end(), request));
    request->lane = kCompleted;
    stats_.stopped++;
    if (phase_ == Phase::kClosing) changed_.notify_all();
  }
  fail_stopped(*request);
  request->on_complete(*request);
}

void Engine::close(bool drain) {
  std::vector<RequestPtr> unwanted;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (phase_ == Phase::kOpen) phase_ = Phase::kClosing;
    if (!drain) {
      unwanted.assign(waiting_.begin(), waiting_.end());
      for (LaneState& lane : lanes_) unwanted.insert(unwanted.end(), lane.running.begin(), lane.running.end());
    }
  }
  for (const RequestPtr& request : unwanted) stop(request, Stop::kClosed);

  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return idle(); });
  if (releasing_) {
    changed_.wait(lock, [this] { return phase_ == Phase::kClosed; });
    return;
  }
  releasing_ = true;
  std::vector<std::unique_ptr<Lane>> lanes;
  for (LaneState& lane : lanes_) lanes.push_back(std::move(lane.lane));
  std::unique_ptr<Model> model = std::move(model_);
  lock.unlock();
  lanes.clear();
  model.reset();
  lock.lock();
  phase_ = Phase::kClosed;
  changed_.notify_all();
}

Stats Engine::stats() const {
  std::lock_guard<std::mutex> lock(mutex_);
  Stats stats = stats_;
  BusyTime busy = busy_;
  const int64_t now = now_ns();
  stats.waiting = static_cast<int>(waiting_.size());
  if (model_) std::tie(stats.graph_runs, stats.plain_runs) = model_->graph_and_plain_runs();
  for (const LaneState& lane : lanes_) {
    LaneStats& of_lane = stats.lanes.emplace_back(lane.stats);
    stats.running += static_cast<int>(lane.running.size());
    for (const RequestPtr& request : lane.running)
      if (const Span so_far{request->computing_since_ns, now}) {
        busy.add(so_far);
        of_lane.busy_ms += ms_after(so_far, lane.busy_until_ns);
      }
  }
  stats.elapsed_ms = static_cast<double>(now - counting_since_ns_) / 1e6;
  stats.busy_ms = static_cast<double>(busy.covered_ns()) / 1e6;
  return stats;
}

void Engine::reset_stats() {
  std::lock_guard<std::mutex> lock(mutex_);
  stats_ = Stats();
  counting_since_ns_ = now_ns();
  busy_ = BusyTime(counting_since_ns_);
  timeline_.clear();
  for (LaneState& lane : lanes_) {
    lane.stats = LaneStats();
    lane.busy_until_ns = counting_since_ns_;
  }
}

void Engine::keep_timeline(size_t runs) {
  std::lock_guard<std::mutex> lock(mutex_);
  timeline_ = Timeline(runs);
}

Timeline Engine::timeline() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return timeline_;
}

std::vector<MemoryPart> Engine::memory() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return model_ ? model_->memory() : std::vector<MemoryPart>();
}

std::vector<GraphState> Engine::graphs() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return model_ ? model_->graphs() : std::vector<GraphState>();
}

std::vector<int64_t> Engine::allow_padding() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (!model_) throw closed_error();
  model_->allow_padding();
  return model_->batch_sizes();
}

std::shared_ptr<void> Engine::host_buffer(size_t bytes) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (!model_) throw closed_error();
  return model_->host_buffer(bytes);
}

}  // namespace brrr::engine
