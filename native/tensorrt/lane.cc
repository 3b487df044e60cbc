#include "tensorrt/lane.h"

#include <array>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <new>
#include <thread>
#include <utility>

#include "device/handles.h"
#include "tensorrt/run.h"

namespace brrr::tensorrt {
namespace {

using engine::RequestPtr;

constexpr int kSlots = 2;

}  // namespace

class PlanLane::Work {
 public:
  Work(PlanState& state, int index, std::shared_ptr<engine::Meter> device, std::shared_ptr<engine::Meter> pinned,
       engine::Completion done)
      : resources_(state, index, std::move(device), std::move(pinned)), done_(std::move(done)) {
    for (int i = 0; i < kSlots; i++) {
      slots_[i] = std::make_unique<Slot>(resources_, i);
      slots_[i]->capture();
      free_.push_back(slots_[i].get());
    }
    cuda::check(state.cuda, state.cuda.stream_synchronize(resources_.compute.get()), "prepare a lane");
    submitting_ = std::thread([this] { submit(); });
    finishing_ = std::thread([this] { finish_all(); });
  }

  ~Work() {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      ending_ = true;
    }
    changed_.notify_all();
    submitting_.join();
    finishing_.join();
  }

  void start(RequestPtr request) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      queued_.push_back({std::move(request)});
    }
    changed_.notify_one();
  }

  void cancel(const RequestPtr& request) noexcept {
    std::lock_guard<std::mutex> lock(mutex_);
    for (Queued& queued : queued_)
      if (queued.request == request) queued.cancelled = true;
  }

  std::vector<std::string> capture_failures() const {
    std::vector<std::string> reasons;
    for (size_t i = 0; i < slots_[0]->captured.size(); i++) {
      reasons.push_back(slots_[0]->captured[i].reason);
      if (reasons.back().empty()) reasons.back() = slots_[1]->captured[i].reason;
    }
    return reasons;
  }

 private:
  struct Queued {
    RequestPtr request;
    bool cancelled = false;
  };

  /// The submitting thread. No more requests are started than there are slots, so that a queued one finds one free.
  void submit() {
    resources_.state.cuda.set_device(resources_.state.device);
    std::unique_lock<std::mutex> lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return (!queued_.empty() && !free_.empty()) || (ending_ && queued_.empty()); });
      if (queued_.empty()) break;
      Queued next = std::move(queued_.front());
      queued_.pop_front();
      Run run;
      run.request = std::move(next.request);
      run.slot = free_.back();
      free_.pop_back();
      lock.unlock();
      if (next.cancelled) run.request->error.emplace("ABORTED", "The operation was aborted.");
      const bool begun = !next.cancelled && try_begin(run);
      if (!begun) complete(run);
      lock.lock();
      if (begun) in_flight_.push_back(std::move(run));
      if (begun) submitted_.notify_one();
    }
    submitting_ended_ = true;
    submitted_.notify_one();
  }

  bool try_begin(Run& run) noexcept {
    run.request->times.started_ns = now_ns();
    bool prepared = false;
    try {
      prepare(resources_, run);
      prepared = true;
      begin(resources_, run);
      return true;
    } catch (const Error& e) {
      run.request->error = e;
    } catch (const std::bad_alloc&) {
      run.request->error.emplace("OUT_OF_MEMORY", "Not enough memory for the results of this run.");
    }
    if (prepared) drain(resources_, *run.request->error);
    return false;
  }

  /// The finishing thread.
  void finish_all() {
    resources_.state.cuda.set_device(resources_.state.device);
    std::unique_lock<std::mutex> lock(mutex_);
    for (;;) {
      submitted_.wait(lock, [this] { return !in_flight_.empty() || submitting_ended_; });
      if (in_flight_.empty()) return;
      Run run = std::move(in_flight_.front());
      in_flight_.pop_front();
      lock.unlock();
      try {
        finish(resources_, run);
      } catch (const Error& e) {
        run.request->error = e;
      }
      complete(run);
      lock.lock();
    }
  }

  void complete(Run& run) {
    run.request->times.finished_ns = now_ns();
    if (run.request->error)
      for (engine::Output& output : run.request->outputs)
        if (std::exchange(output.owner, nullptr)) output.tensor = {};
    {
      std::lock_guard<std::mutex> lock(mutex_);
      free_.push_back(run.slot);
    }
    changed_.notify_one();
    done_(std::move(run.request));
  }

  LaneResources resources_;
  std::array<std::unique_ptr<Slot>, kSlots> slots_;
  const engine::Completion done_;

  std::mutex mutex_;
  std::condition_variable changed_, submitted_;
  std::vector<Slot*> free_;
  std::deque<Queued> queued_;
  std::deque<Run> in_flight_;
  bool ending_ = false, submitting_ended_ = false;
  std::thread submitting_, finishing_;
};

PlanLane::PlanLane(PlanState& state, int index, std::shared_ptr<engine::Meter> device,
                   std::shared_ptr<engine::Meter> pinned, engine::Completion done)
    : state_(state) {
  cuda::OnDevice on_device(state.cuda, state.device);
  work_ = std::make_unique<Work>(state, index, std::move(device), std::move(pinned), std::move(done));
}

PlanLane::~PlanLane() {
  InLibrary inside([] {});
  cuda::OnDevice on_device(state_.cuda, state_.device);
  work_.reset();
}

int PlanLane::depth() const { return kSlots; }

void PlanLane::start(RequestPtr request) { work_->start(std::move(request)); }

void PlanLane::cancel(const RequestPtr& request) noexcept { work_->cancel(request); }

std::vector<std::string> PlanLane::capture_failures() const { return work_->capture_failures(); }

}  // namespace brrr::tensorrt
