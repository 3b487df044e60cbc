// Streams, events and graphs of the CUDA double. Each stream has a thread, so that work is as late as on a device and
// an order that nobody asked for is nobody's.
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <sstream>
#include <thread>
#include <utility>
#include <vector>

#include "control.h"
#include "device/cuda_api.h"
#include "device_state.h"

using brrr::cuda::Event;
using brrr::cuda::Graph;
using brrr::cuda::GraphExec;
using brrr::cuda::Stream;
using namespace brrr_double;
using Clock = std::chrono::steady_clock;
using Kind = CUstream_st::Kind;

namespace {

struct Operation {
  Kind kind;
  std::function<void()> work;
};

/// A recorded event: the point in a stream that it stands for.
class Mark {
 public:
  void reach() {
    std::lock_guard<std::mutex> lock(mutex_);
    at_ = Clock::now();
    reached_.notify_all();
  }
  void wait() {
    std::unique_lock<std::mutex> lock(mutex_);
    reached_.wait(lock, [this] { return at_.has_value(); });
  }
  std::optional<Clock::time_point> at() {
    std::lock_guard<std::mutex> lock(mutex_);
    return at_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable reached_;
  std::optional<Clock::time_point> at_;
};

/// `fault=700:3`: the kernel after the first 3 breaks the device with error 700.
class DeviceFault {
 public:
  static DeviceFault& get() {
    static auto& fault = *new DeviceFault;
    return fault;
  }
  int error() {
    std::lock_guard<std::mutex> lock(mutex_);
    return error_;
  }
  void before_kernel() {
    int error = 0, kernels_before = 0;
    char colon = 0;
    std::istringstream(setting("fault", "")) >> error >> colon >> kernels_before;
    std::lock_guard<std::mutex> lock(mutex_);
    if (error != 0 && kernels_++ == kernels_before) error_ = error;
  }

 private:
  std::mutex mutex_;
  int error_ = 0, kernels_ = 0;
};

class ThreadedStream final : public CUstream_st {
 public:
  ThreadedStream() : thread_([this] { serve(); }) { count_live(1); }
  ~ThreadedStream() override {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      ending_ = true;
    }
    changed_.notify_all();
    thread_.join();
    count_live(-1);
  }

  void put(Kind kind, std::function<void()> work) override {
    std::lock_guard<std::mutex> lock(mutex_);
    if (capture_)
      capture_->push_back({kind, std::move(work)});
    else
      waiting_.push_back({kind, std::move(work)});
    changed_.notify_all();
  }
  bool capturing() override {
    std::lock_guard<std::mutex> lock(mutex_);
    return capture_.has_value();
  }
  void break_capture() override {
    std::lock_guard<std::mutex> lock(mutex_);
    broken_ = true;
  }

  void begin_capture() {
    std::lock_guard<std::mutex> lock(mutex_);
    capture_.emplace();
    broken_ = false;
  }
  /// Empty where the capture is broken.
  std::optional<std::vector<Operation>> end_capture() {
    std::lock_guard<std::mutex> lock(mutex_);
    auto captured = std::exchange(capture_, std::nullopt);
    if (broken_) captured.reset();
    return captured;
  }
  void drain() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return waiting_.empty() && !busy_; });
  }

 private:
  void serve() {
    std::unique_lock<std::mutex> lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return !waiting_.empty() || ending_; });
      if (waiting_.empty()) return;
      Operation next = std::move(waiting_.front());
      waiting_.pop_front();
      busy_ = true;
      lock.unlock();
      perform(next);
      next.work = nullptr;
      lock.lock();
      busy_ = false;
      changed_.notify_all();
    }
  }

  static void perform(const Operation& operation) {
    if (operation.kind == Kind::kMark) return operation.work();
    if (const int delay = std::stoi(setting("delay_us", "0")); delay > 0)
      std::this_thread::sleep_for(std::chrono::microseconds(delay));
    if (operation.kind == Kind::kKernel) DeviceFault::get().before_kernel();
    if (DeviceFault::get().error() == 0) operation.work();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Operation> waiting_;
  std::optional<std::vector<Operation>> capture_;
  bool busy_ = false, ending_ = false, broken_ = false;
  std::thread thread_;
};

struct Streams {
  std::mutex mutex;
  std::set<ThreadedStream*> all;
};

Streams& streams() {
  static auto& instance = *new Streams;
  return instance;
}

ThreadedStream& of(Stream stream) { return *static_cast<ThreadedStream*>(stream); }

thread_local int last = 0;

}  // namespace

struct CUevent_st {
  CUevent_st() { count_live(1); }
  ~CUevent_st() { count_live(-1); }
  std::mutex mutex;
  std::shared_ptr<Mark> mark;

  std::shared_ptr<Mark> recorded() {
    std::lock_guard<std::mutex> lock(mutex);
    return mark;
  }
};

struct CUgraph_st {
  CUgraph_st() { count_live(1); }
  ~CUgraph_st() { count_live(-1); }
  std::vector<Operation> operations;
};

struct CUgraphExec_st : CUgraph_st {};

namespace brrr_double {

int failed(int error) {
  if (error != kNotReady) last = error;
  return error;
}

int last_error(bool clear) {
  const int error = last;
  if (clear) last = DeviceFault::get().error();
  return error;
}

int enter_device(const char* function) {
  if (int planned = enter(function)) return failed(planned);
  if (driver() < 12000) return failed(kInsufficientDriver);
  if (devices() == 0) return failed(kNoDevice);
  if (int fault = DeviceFault::get().error()) return failed(fault);
  return 0;
}

int enter_uncaptured(const char* function) {
  if (int status = enter_device(function)) return status;
  if (!captured_here()) return 0;
  captured_here()->break_capture();
  return failed(kCaptureUnsupported);
}

CUstream_st*& captured_here() {
  static thread_local CUstream_st* stream = nullptr;
  return stream;
}

void drain_device() {
  std::lock_guard<std::mutex> lock(streams().mutex);
  for (ThreadedStream* stream : streams().all) stream->drain();
}

}  // namespace brrr_double

extern "C" {

int cudaStreamCreateWithFlags(Stream* stream, unsigned flags) {
  ENTER_UNCAPTURED();
  if (flags != brrr::cuda::kStreamNonBlocking) return failed(kInvalidValue);
  auto* made = new ThreadedStream;
  std::lock_guard<std::mutex> lock(streams().mutex);
  streams().all.insert(made);
  *stream = made;
  return 0;
}
int cudaStreamDestroy(Stream stream) {
  const int status = enter_device(__func__);
  {
    std::lock_guard<std::mutex> lock(streams().mutex);
    streams().all.erase(&of(stream));
  }
  delete stream;
  return status;
}
int cudaStreamSynchronize(Stream stream) {
  ENTER_UNCAPTURED();
  of(stream).drain();
  return failed(DeviceFault::get().error());
}
int cudaStreamWaitEvent(Stream stream, Event event, unsigned) {
  ENTER_UNCAPTURED();
  if (auto mark = event->recorded()) of(stream).put(Kind::kMark, [mark] { mark->wait(); });
  return 0;
}

int cudaEventCreateWithFlags(Event* event, unsigned) {
  ENTER();
  *event = new CUevent_st;
  return 0;
}
int cudaEventDestroy(Event event) {
  const int status = enter_device(__func__);
  delete event;
  return status;
}
int cudaEventRecord(Event event, Stream stream) {
  ENTER_UNCAPTURED();
  auto mark = std::make_shared<Mark>();
  {
    std::lock_guard<std::mutex> lock(event->mutex);
    event->mark = mark;
  }
  of(stream).put(Kind::kMark, [mark] { mark->reach(); });
  return 0;
}
int cudaEventQuery(Event event) {
  ENTER_UNCAPTURED();
  const auto mark = event->recorded();
  return mark && !mark->at() ? kNotReady : 0;
}
int cudaEventSynchronize(Event event) {
  ENTER_UNCAPTURED();
  if (auto mark = event->recorded()) mark->wait();
  return failed(DeviceFault::get().error());
}
int cudaEventElapsedTime(float* milliseconds, Event start, Event end) {
  ENTER();
  const auto from = start->recorded(), to = end->recorded();
  if (!from || !to) return failed(kInvalidValue);
  if (!from->at() || !to->at()) return kNotReady;
  *milliseconds = std::chrono::duration<float, std::milli>(*to->at() - *from->at()).count();
  return 0;
}

int cudaStreamBeginCapture(Stream stream, int mode) {
  ENTER_UNCAPTURED();
  if (mode != brrr::cuda::kCaptureModeThreadLocal) return failed(kInvalidValue);
  of(stream).begin_capture();
  captured_here() = stream;
  return 0;
}
int cudaStreamEndCapture(Stream stream, Graph* graph) {
  const int status = enter_device(__func__);
  captured_here() = nullptr;
  auto captured = of(stream).end_capture();
  *graph = nullptr;
  if (status) return status;
  if (!captured) return failed(kCaptureInvalidated);
  *graph = new CUgraph_st;
  (*graph)->operations = std::move(*captured);
  return 0;
}
int cudaGraphInstantiateWithFlags(GraphExec* exec, Graph graph, unsigned long long) {
  ENTER();
  *exec = new CUgraphExec_st;
  (*exec)->operations = graph->operations;
  return 0;
}
int cudaGraphUpload(GraphExec, Stream) {
  ENTER_UNCAPTURED();
  return 0;
}
int cudaGraphLaunch(GraphExec exec, Stream stream) {
  ENTER_UNCAPTURED();
  for (const Operation& operation : exec->operations) of(stream).put(operation.kind, operation.work);
  return 0;
}
int cudaGraphExecDestroy(GraphExec exec) {
  const int status = enter_device(__func__);
  drain_device();
  delete exec;
  return status;
}
int cudaGraphDestroy(Graph graph) {
  const int status = enter_device(__func__);
  delete graph;
  return status;
}

}  // extern "C"
