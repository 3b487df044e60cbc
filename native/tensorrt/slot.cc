#include "tensorrt/slot.h"

#include <algorithm>

#include "tensorrt/message_log.h"

namespace brrr::tensorrt {
namespace {

using cuda::aligned;
using cuda::Buffer;

Error refused(uint64_t mark, const std::string& action) {
  const std::string reason = MessageLog::get().errors_since(mark);
  return Error("RUN_FAILED", "TensorRT could not " + action + ": " + (reason.empty() ? "it gave no reason." : reason));
}

std::unique_ptr<Context> make_context(LaneResources& lane, int profile) {
  PlanState& state = lane.state;
  GpuAllocator::Scope scope(lane.device_meter);
  const uint64_t mark = MessageLog::get().mark();
  std::unique_ptr<Context> context = state.plan->make_context();
  if (!context || (state.plan->profiles() > 1 && !context->use_profile(profile, lane.compute.get()))) {
    scope.throw_if_refused(state.cuda, lane.name);
    throw refused(mark, "make an execution context");
  }
  return context;
}

std::vector<Dims> shapes_of_outputs(const Plan& plan, const Context& context) {
  std::vector<Dims> shapes;
  for (const engine::TensorInfo& output : plan.outputs()) {
    shapes.push_back(context.shape(output.name.c_str()));
    if (std::any_of(shapes.back().begin(), shapes.back().end(), [](int64_t size) { return size < 0; }))
      throw Error("MODEL_UNSUPPORTED", "The size of the plan's output \"" + output.name +
                                           "\" depends on the values of its inputs, which is not supported.");
  }
  return shapes;
}

/// Only one thread of the process captures: some of what TensorRT does on the first run of a shape breaks the captures
/// of others.
std::mutex& capture_mutex() {
  static auto& mutex = *new std::mutex;
  return mutex;
}

}  // namespace

LaneResources::LaneResources(PlanState& s, int index, std::shared_ptr<engine::Meter> device,
                             std::shared_ptr<engine::Meter> pinned)
    : state(s),
      name("Lane " + std::to_string(index)),
      device_meter(std::move(device)),
      pinned_meter(std::move(pinned)),
      to_device(cuda::make_stream(s.cuda)),
      compute(cuda::make_stream(s.cuda)),
      from_device(cuda::make_stream(s.cuda)),
      clock(s.cuda) {
  // Contexts that need none still want an address.
  size_t bytes = cuda::kAlignment;
  for (int p = 0; p < s.plan->profiles(); p++) bytes = std::max(bytes, s.plan->scratch_bytes(p));
  scratch = Buffer(s.cuda, Buffer::Kind::kDevice, device_meter, bytes, name);
}

Slot::Slot(LaneResources& lane, int slot_index) : index(slot_index), lane_(lane) {
  PlanState& state = lane.state;
  const cuda::Api& cuda = state.cuda;
  for (int p = 0; p < state.plan->profiles(); p++) contexts.push_back(make_context(lane, p));

  size_t total = 0;
  std::vector<size_t> sizes;
  for (const PlanInput& input : state.plan->inputs()) {
    size_t bytes = 0;
    for (const Range& range : input.profiles) bytes = std::max(bytes, tensor_bytes(input.info, range.max));
    sizes.push_back(bytes);
  }
  for (size_t bytes : output_capacity()) sizes.push_back(bytes);
  for (size_t bytes : sizes) total += aligned(std::max<size_t>(bytes, 1));
  device = Buffer(cuda, Buffer::Kind::kDevice, lane.device_meter, total, lane.name);
  pinned = Buffer(cuda, Buffer::Kind::kPinned, lane.pinned_meter, total, lane.name);
  // The rows that pad a batch are never garbage.
  cuda::check(cuda, cuda.memset_async(device.data(), 0, total, lane.compute.get()), "clear the buffers");

  size_t offset = 0;
  const size_t input_count = state.plan->inputs().size();
  for (size_t i = 0; i < sizes.size(); i++) {
    const bool is_input = i < input_count;
    const Place place{device.data() + offset, pinned.data() + offset, sizes[i]};
    const std::string& name =
        is_input ? state.plan->inputs()[i].info.name : state.plan->outputs()[i - input_count].name;
    (is_input ? inputs : outputs).push_back(place);
    const uint64_t mark = MessageLog::get().mark();
    for (const auto& context : contexts)
      if (!context->set_address(name.c_str(), place.device)) throw refused(mark, "bind \"" + name + "\"");
    offset += aligned(std::max<size_t>(sizes[i], 1));
  }
  for (int p = 0; p < state.plan->profiles(); p++)
    contexts[p]->set_scratch(lane.scratch.data(), state.plan->scratch_bytes(p));

  for (cuda::EventOwner* event : {&to_start, &to_end, &compute_start, &compute_end, &from_start})
    *event = cuda::make_event(cuda);
  done = cuda::make_event(cuda, cuda::kEventBlockingSync);
}

std::vector<size_t> Slot::output_capacity() {
  const Plan& plan = *lane_.state.plan;
  std::vector<size_t> capacity(plan.outputs().size());
  for (int p = 0; p < plan.profiles(); p++) {
    RunShape largest;
    for (const PlanInput& input : plan.inputs()) largest.inputs.push_back(input.profiles[p].max);
    set_shapes(lane_.state, *contexts[p], largest);
    const std::vector<Dims> shapes = shapes_of_outputs(plan, *contexts[p]);
    for (size_t o = 0; o < shapes.size(); o++)
      capacity[o] = std::max(capacity[o], tensor_bytes(plan.outputs()[o], shapes[o]));
  }
  return capacity;
}

std::vector<Dims> Slot::output_shapes(const Context& context) const {
  const Plan& plan = *lane_.state.plan;
  std::vector<Dims> shapes = shapes_of_outputs(plan, context);
  for (size_t o = 0; o < shapes.size(); o++)
    if (tensor_bytes(plan.outputs()[o], shapes[o]) > outputs[o].bytes)
      throw Error("MODEL_UNSUPPORTED", "The plan's output \"" + plan.outputs()[o].name + "\" is " +
                                           engine::shape_text(shapes[o]) +
                                           " here, larger than with the largest inputs, which is not supported.");
  return shapes;
}

void Slot::capture() {
  for (const RunShape& shape : lane_.state.captures) {
    lane_.state.loading->check();
    captured.push_back(capture(shape));
  }
}

CapturedRun Slot::capture(const RunShape& shape) {
  PlanState& state = lane_.state;
  const cuda::Api& cuda = state.cuda;
  const cuda::Stream stream = lane_.compute.get();
  Context& context = *contexts[shape.profile];
  std::lock_guard<std::mutex> lock(capture_mutex());

  // The first run of a shape does what a captured one may not: TensorRT finishes its setup in it.
  set_shapes(state, context, shape);
  CapturedRun run;
  run.outputs = output_shapes(context);
  enqueue(lane_, context);
  cuda::check(cuda, cuda.stream_synchronize(stream), "run the plan");

  const uint64_t mark = MessageLog::get().mark();
  GpuAllocator::Scope scope(lane_.device_meter);
  scope.set_capturing(true);
  cuda::Graph graph = nullptr;
  cuda::GraphExec exec = nullptr;
  int status = cuda.stream_begin_capture(stream, cuda::kCaptureModeThreadLocal);
  if (status == cuda::kSuccess) {
    const bool enqueued = context.enqueue(stream);
    status = cuda.stream_end_capture(stream, &graph);
    if (!enqueued && status == cuda::kSuccess) run.reason = "TensorRT refused while the stream was captured";
  }
  const cuda::GraphOwner owner(cuda, graph);
  if (status == cuda::kSuccess && run.reason.empty()) status = cuda.graph_instantiate(&exec, graph, 0);
  run.exec = cuda::GraphExecOwner(cuda, exec);
  if (exec && status == cuda::kSuccess) status = cuda.graph_upload(exec, stream);
  if (status == cuda::kSuccess && run.reason.empty()) return run;

  run.exec = {};
  cuda.get_last_error();
  if (status != cuda::kSuccess) run.reason = cuda::error_of(cuda, status, "capture the graph").what();
  if (const std::string logged = MessageLog::get().errors_since(mark); !logged.empty()) run.reason += ": " + logged;
  cuda::check(cuda, cuda.stream_synchronize(stream), "capture a graph");
  return run;
}

void set_shapes(const PlanState& state, Context& context, const RunShape& shape) {
  const uint64_t mark = MessageLog::get().mark();
  for (size_t i = 0; i < shape.inputs.size(); i++) {
    const std::string& name = state.plan->inputs()[i].info.name;
    if (!context.set_shape(name.c_str(), shape.inputs[i]))
      throw refused(mark, "take " + engine::shape_text(shape.inputs[i]) + " for \"" + name + "\"");
  }
}

void enqueue(LaneResources& lane, Context& context) {
  GpuAllocator::Scope scope(lane.device_meter);
  const uint64_t mark = MessageLog::get().mark();
  if (context.enqueue(lane.compute.get())) return;
  scope.throw_if_refused(lane.state.cuda, "This run");
  throw refused(mark, "run the plan");
}

}  // namespace brrr::tensorrt
