// The seam between the engine and what computes: a backend loads a Model, the Model opens Lanes, a Lane runs Requests.
// The engine (engine.h) owns all of them and is the only caller.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/error.h"
#include "common/job.h"
#include "common/steady_clock.h"
#include "engine/tensor.h"

namespace brrr::engine {

/// An output of a request: memory of the caller (tensor.data set beforehand, of exactly the result's shape), or
/// tensor.data null, and the backend sets tensor and the owner of its memory.
struct Output {
  Tensor tensor;
  std::shared_ptr<void> owner;
};

/// Why a request stopped before it was done.
enum class Stop : uint8_t { kNone, kAborted, kClosed };

/// A stretch of the steady clock, in nanoseconds; empty where something did not happen or cannot be told.
struct Span {
  int64_t start_ns = 0, end_ns = 0;
  explicit operator bool() const { return start_ns != 0; }
};

/// When what became of a request. The engine sets `queued_ns`, the lane the rest.
struct Times {
  int64_t queued_ns = 0;
  /// The lane has taken it up, and is done with it.
  int64_t started_ns = 0, finished_ns = 0;
  /// The call that put the computation on a device.
  Span launch;
  /// What the device did, by its own events. A CPU only computes.
  Span to_device, compute, from_device;
};

/// What a computation was to its backend: a function that returns, a captured graph, kernels one by one.
enum class Launch : uint8_t { kCall, kGraph, kPlain };

/// One run of a model. Whoever makes it fills inputs and outputs in the model's order and keeps their memory until the
/// request has completed.
struct Request {
  std::vector<Tensor> inputs;
  std::vector<Output> outputs;
  /// Cancelling it stops the request, wherever it is.
  std::shared_ptr<Job> job;
  /// Called once, from a thread of the engine's or the caller of run(), cancel() or close(); must not block or throw.
  std::function<void(Request&)> on_complete;

  /// Set when it has completed without a result.
  std::optional<Error> error;

  Times times;
  /// Set by a lane that computes on a thread of its own: since when it does; a device tells only afterwards.
  std::atomic<int64_t> computing_since_ns{0};
  Launch launch = Launch::kCall;
  /// Of the lane's places for runs in flight.
  int slot = 0;
  /// The batch size to which it was padded; 0: it was not.
  int64_t padded_batch = 0;

  /// The engine's own.
  Stop stop = Stop::kNone;
  int lane = -1;
};

using RequestPtr = std::shared_ptr<Request>;

/// Bytes that an allocator has handed out and not had back.
struct MemoryPart {
  std::string name;
  /// "host", "pinned" or "device".
  std::string kind;
  size_t bytes = 0;
  size_t peak_bytes = 0;
};

/// A batch size for which a backend was asked to capture a graph.
struct GraphState {
  int64_t batch = 0;
  /// Why it runs without; empty where it was captured.
  std::string reason;
};

/// Something that runs requests one after another, on a thread or stream of its own.
class Lane {
 public:
  /// Waits for what is in flight. The engine has cancelled it before, or let it finish.
  virtual ~Lane() = default;
  /// Requests that may be started and not completed at one time.
  virtual int depth() const = 0;
  /// Takes the request and returns at once. The lane's Completion follows exactly once, from a thread of the backend's
  /// or, of a run shorter than handing it over takes, within this call; results, `error` and `times` are set by then.
  /// Requests complete in any order.
  virtual void start(RequestPtr request) = 0;
  /// Hurries a started request along: it completes soon, with or without a result. Ignores one that has completed.
  virtual void cancel(const RequestPtr& request) noexcept = 0;
};

using Completion = std::function<void(RequestPtr)>;

/// A loaded model on one device. All methods may be called from any thread.
class Model {
 public:
  virtual ~Model() = default;
  virtual const std::vector<TensorInfo>& inputs() const = 0;
  virtual const std::vector<TensorInfo>& outputs() const = 0;
  /// "onnxruntime", "tensorrt"; its version; "cpu", "cuda:0".
  virtual std::string backend() const = 0;
  virtual std::string version() const = 0;
  virtual std::string device() const = 0;
  /// Batch sizes that run as they are; others are padded to the next. Empty: any size.
  virtual std::vector<int64_t> batch_sizes() const { return {}; }
  /// From now on batches may be padded: the first dimension of every input and output counts items that do not depend
  /// on each other. Without it, a backend runs every batch as it is.
  virtual void allow_padding() {}
  /// What became of the graphs that were asked for; complete once the lanes are open.
  virtual std::vector<GraphState> graphs() const { return {}; }
  /// Runs of captured graphs, and other runs.
  virtual std::pair<int64_t, int64_t> graph_and_plain_runs() const { return {0, 0}; }
  /// The lane's memory is part of memory() under "lane <index>". Lanes are gone before the model.
  virtual std::unique_ptr<Lane> open_lane(int index, Completion done) = 0;
  /// Parts whose sum is exactly what the backend's allocators have handed out for this model.
  virtual std::vector<MemoryPart> memory() const = 0;
  /// Host memory from which this device copies fastest, for inputs and outputs; null where any memory is as good.
  virtual std::shared_ptr<void> host_buffer(size_t /*bytes*/) { return nullptr; }
};

}  // namespace brrr::engine
