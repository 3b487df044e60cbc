#include "tensorrt/plan_model.h"

#include <utility>

#include "common/process_exit.h"
#include "device/devices.h"
#include "device/handles.h"
#include "tensorrt/lane.h"
#include "tensorrt/message_log.h"
#include "tensorrt/plan_error.h"
#include "tensorrt/shim.h"

namespace brrr::tensorrt {
namespace {

using engine::MemoryPart;
using engine::Meter;
using engine::TensorInfo;

class PlanModel final : public engine::Model {
 public:
  PlanModel(std::unique_ptr<PlanState> state, std::shared_ptr<Meter> buffers)
      : state_(std::move(state)), buffers_(std::move(buffers)) {
    for (const PlanInput& input : state_->plan->inputs()) inputs_.push_back(input.info);
  }

  ~PlanModel() override {
    InLibrary inside([] {});
    cuda::OnDevice on_device(state_->cuda, state_->device);
    state_->pool->close();
    state_.reset();
  }

  const std::vector<TensorInfo>& inputs() const override { return inputs_; }
  const std::vector<TensorInfo>& outputs() const override { return state_->plan->outputs(); }
  std::string backend() const override { return "tensorrt"; }
  std::string version() const override { return state_->library.version.text(); }
  std::string device() const override { return "cuda:" + std::to_string(state_->device); }

  /// The captured ones, where batches may be padded to them.
  std::vector<int64_t> batch_sizes() const override {
    std::vector<int64_t> sizes;
    if (!state_->pad) return sizes;
    std::lock_guard<std::mutex> lock(mutex_);
    for (const engine::GraphState& graph : graphs_)
      if (graph.reason.empty()) sizes.push_back(graph.batch);
    return sizes;
  }

  void allow_padding() override { state_->pad = true; }

  std::vector<engine::GraphState> graphs() const override {
    std::lock_guard<std::mutex> lock(mutex_);
    return graphs_;
  }

  std::pair<int64_t, int64_t> graph_and_plain_runs() const override { return {state_->graph_runs, state_->plain_runs}; }

  std::unique_ptr<engine::Lane> open_lane(int index, engine::Completion done) override {
    InLibrary inside([this] { state_->loading->cancel(); });
    auto device = std::make_shared<Meter>(state_->budget);
    auto pinned = std::make_shared<Meter>(std::make_shared<engine::Budget>(0));
    {
      std::lock_guard<std::mutex> lock(mutex_);
      lanes_.push_back({device, pinned});
    }
    auto lane = std::make_unique<PlanLane>(*state_, index, std::move(device), std::move(pinned), std::move(done));
    const std::vector<std::string> failures = lane->capture_failures();
    std::lock_guard<std::mutex> lock(mutex_);
    if (graphs_.empty())
      for (const RunShape& shape : state_->captures) graphs_.push_back({shape.batch, ""});
    for (size_t i = 0; i < failures.size(); i++)
      if (graphs_[i].reason.empty()) graphs_[i].reason = failures[i];
    return lane;
  }

  std::vector<MemoryPart> memory() const override {
    std::vector<MemoryPart> parts{part("model", "device", *state_->meter), part("buffers", "pinned", *buffers_)};
    std::lock_guard<std::mutex> lock(mutex_);
    for (size_t i = 0; i < lanes_.size(); i++) {
      const std::string name = "lane " + std::to_string(i);
      parts.push_back(part(name, "device", *lanes_[i].device));
      parts.push_back(part(name, "pinned", *lanes_[i].pinned));
    }
    return parts;
  }

  std::shared_ptr<void> host_buffer(size_t bytes) override { return state_->pool->take(bytes); }

 private:
  struct LaneMeters {
    std::shared_ptr<Meter> device, pinned;
  };

  static MemoryPart part(std::string name, const char* kind, const Meter& meter) {
    return {std::move(name), kind, meter.live(), meter.peak()};
  }

  std::unique_ptr<PlanState> state_;
  const std::shared_ptr<Meter> buffers_;
  std::vector<TensorInfo> inputs_;
  mutable std::mutex mutex_;
  std::vector<LaneMeters> lanes_;
  std::vector<engine::GraphState> graphs_;
};

std::unique_ptr<Plan> deserialise(PlanState& state, const PlanRequest& request) {
  GpuAllocator::Scope scope(state.meter);
  const uint64_t mark = MessageLog::get().mark();
  const PlanBytes bytes{request.bytes, request.size, request.host_code};
  auto plan = shim_for(state.library).load_plan(state.library, *state.allocator, bytes);
  if (plan) return plan;
  scope.throw_if_refused(state.cuda, "The plan");
  throw plan_error(MessageLog::get().errors_since(mark));
}

}  // namespace

std::unique_ptr<engine::Model> load_plan(const PlanRequest& request, const std::shared_ptr<Job>& job) {
  job->check();
  shim_for(request.library);
  InLibrary inside([&job] { job->cancel(); });
  const cuda::Api& cuda = request.cuda;
  cuda::use_device(cuda, request.device);
  auto state = std::make_unique<PlanState>(request.library, cuda, request.device);
  state->budget = std::make_shared<engine::Budget>(request.memory_budget);
  state->meter = std::make_shared<Meter>(state->budget);
  state->allocator = std::make_unique<GpuAllocator>(cuda, request.device, state->meter);
  state->plan = deserialise(*state, request);
  job->check();
  if (request.graphs) state->captures = capture_shapes(*state->plan, request.batch_sizes);
  state->loading = job;
  auto buffers = std::make_shared<Meter>(std::make_shared<engine::Budget>(0));
  state->pool = cuda::PinnedPool::create(cuda, request.device, buffers);
  // TensorRT and CUDA register exit handlers when they are first used.
  static const bool registered = (end_calls_at_exit(), true);
  (void)registered;
  return std::make_unique<PlanModel>(std::move(state), std::move(buffers));
}

}  // namespace brrr::tensorrt
