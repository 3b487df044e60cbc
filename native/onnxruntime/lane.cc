#include "onnxruntime/lane.h"

#include <semaphore.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <new>
#include <thread>

#include "common/process_exit.h"
#include "onnxruntime/allocator.h"
#include "onnxruntime/brief_runs.h"
#include "onnxruntime/types.h"

namespace brrr::onnxruntime {
namespace {

using engine::Output;
using engine::Request;
using engine::RequestPtr;
using engine::Tensor;

/// Counts wake-ups. A condition variable would cost one more system call a run: its mutex always comes back contended.
class Semaphore {
 public:
  Semaphore() { sem_init(&semaphore_, 0, 0); }
  ~Semaphore() { sem_destroy(&semaphore_); }
  void post() { sem_post(&semaphore_); }
  void wait() {
    while (sem_wait(&semaphore_) != 0 && errno == EINTR) {
    }
  }

 private:
  sem_t semaphore_;
};

class CpuLane final : public engine::Lane {
 public:
  CpuLane(Session& session, std::shared_ptr<engine::Meter> meter, engine::Completion done)
      : session_(session), api_(session.library.api), meter_(std::move(meter)), done_(std::move(done)) {
    check(session_.library, api_.CreateRunOptions(&options_));
    thread_ = std::thread([this] { serve(); });
  }

  ~CpuLane() override {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      ending_ = true;
    }
    wake_.post();
    thread_.join();
    api_.ReleaseRunOptions(options_);
  }

  int depth() const override { return 1; }

  void start(RequestPtr request) override {
    const bool here = session_.steady && !completing && brief_.expects(*request);
    {
      std::lock_guard<std::mutex> lock(mutex_);
      request_ = std::move(request);
      cancelled_ = false;
    }
    if (here)
      serve_one();
    else
      wake_.post();
  }

  void cancel(const RequestPtr& request) noexcept override {
    std::lock_guard<std::mutex> lock(mutex_);
    if (request != request_) return;
    cancelled_ = true;
    if (running_) terminate();
  }

 private:
  void serve() {
    for (;;) {
      wake_.wait();
      {
        std::lock_guard<std::mutex> lock(mutex_);
        if (ending_) return;
      }
      serve_one();
    }
  }

  void serve_one() {
    std::unique_lock<std::mutex> lock(mutex_);
    RequestPtr request = request_;
    if (!cancelled_) {
      running_ = true;
      lock.unlock();
      run(*request);
      lock.lock();
      running_ = false;
      if (cancelled_) failure_of(session_.library, api_.RunOptionsUnsetTerminate(options_));
    }
    request_.reset();
    brief_.saw(*request);
    lock.unlock();
    completing = true;
    done_(std::move(request));
    completing = false;
  }

  /// Makes the library's Run return after the node of the graph that it computes.
  void terminate() noexcept { failure_of(session_.library, api_.RunOptionsSetTerminate(options_)); }

  void run(Request& request) noexcept {
    const int64_t started = now_ns();
    request.times.started_ns = started;
    request.computing_since_ns = started;
    InLibrary inside([this] { terminate(); });
    try {
      bind(request);
      execute(request);
      collect(request);
    } catch (const Error& e) {
      request.error = e;
    } catch (const std::bad_alloc&) {
      request.error.emplace("OUT_OF_MEMORY", "Not enough memory for the results of this run.");
    }
    release(inputs_);
    release(outputs_);
    request.times.finished_ns = now_ns();
    request.times.compute = {started, request.times.finished_ns};
  }

  OrtValue* value_over(const Tensor& tensor) {
    static char nothing;
    OrtValue* value = nullptr;
    OrtStatus* status =
        api_.CreateTensorWithDataAsOrtValue(session_.library.cpu, tensor.bytes ? tensor.data : &nothing, tensor.bytes,
                                            tensor.dims.data(), tensor.dims.size(), element_type(tensor.type), &value);
    if (Failure failure = failure_of(session_.library, status)) throw Error("SHAPE_MISMATCH", failure.message);
    return value;
  }

  void bind(const Request& request) {
    for (const Tensor& input : request.inputs) inputs_.push_back(value_over(input));
    for (const Output& output : request.outputs)
      outputs_.push_back(output.tensor.data ? value_over(output.tensor) : nullptr);
  }

  void execute(const Request&) {
    MeterScope scope(meter_);
    OrtStatus* status = api_.Run(session_.session, options_, session_.input_names.data(), inputs_.data(),
                                 inputs_.size(), session_.output_names.data(), outputs_.size(), outputs_.data());
    Failure failure = failure_of(session_.library, status);
    if (!failure) return;
    if (scope.refused() > 0) throw engine::over_budget(meter_->budget(), scope.refused(), "This run");
    if (failure.message.find("bad_alloc") != std::string::npos)
      throw Error("OUT_OF_MEMORY", "Not enough memory for this run.");
    throw Error(failure.code == kInvalidArgument ? "SHAPE_MISMATCH" : "RUN_FAILED",
                "ONNX Runtime could not run the model: " + failure.message);
  }

  /// Copies results that the library allocated into memory that does not depend on it.
  void collect(Request& request) {
    for (size_t i = 0; i < outputs_.size(); i++) {
      Output& output = request.outputs[i];
      if (output.tensor.data) continue;
      Tensor& tensor = output.tensor;
      OrtTensorTypeAndShapeInfo* raw = nullptr;
      check(session_.library, api_.GetTensorTypeAndShape(outputs_[i], &raw));
      Handle<OrtTensorTypeAndShapeInfo> shape(raw, api_.ReleaseTensorTypeAndShapeInfo);
      size_t rank = 0;
      check(session_.library, api_.GetDimensionsCount(shape.get(), &rank));
      tensor.type = session_.outputs[i].type;
      tensor.dims.resize(rank);
      check(session_.library, api_.GetDimensions(shape.get(), tensor.dims.data(), rank));
      tensor.bytes = static_cast<size_t>(engine::element_count(tensor.dims)) * engine::element_size(tensor.type);
      output.owner = std::shared_ptr<void>(::operator new(tensor.bytes), [](void* p) { ::operator delete(p); });
      tensor.data = output.owner.get();
      void* data = nullptr;
      check(session_.library, api_.GetTensorMutableData(outputs_[i], &data));
      if (tensor.bytes) std::memcpy(tensor.data, data, tensor.bytes);
    }
  }

  void release(std::vector<OrtValue*>& values) {
    for (OrtValue* value : values)
      if (value) api_.ReleaseValue(value);
    values.clear();
  }

  Session& session_;
  const Api& api_;
  const std::shared_ptr<engine::Meter> meter_;
  const engine::Completion done_;
  OrtRunOptions* options_ = nullptr;

  /// On this thread, while it tells that a request is done: the next one must not be computed within that.
  static thread_local bool completing;

  std::mutex mutex_;
  /// One post for each request and for the end.
  Semaphore wake_;
  RequestPtr request_;
  bool running_ = false, cancelled_ = false, ending_ = false;

  // Of the one request at a time.
  BriefRuns brief_;
  std::vector<OrtValue*> inputs_, outputs_;
  std::thread thread_;
};

thread_local bool CpuLane::completing = false;

}  // namespace

std::unique_ptr<engine::Lane> make_lane(Session& session, std::shared_ptr<engine::Meter> meter,
                                        engine::Completion done) {
  return std::make_unique<CpuLane>(session, std::move(meter), std::move(done));
}

}  // namespace brrr::onnxruntime
