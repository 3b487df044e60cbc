#include "tensorrt/run.h"

#include <cstring>
#include <new>

namespace brrr::tensorrt {
namespace {

using engine::Output;
using engine::Request;
using engine::Tensor;

/// Beyond this, outputs that the caller gives no memory for are in ordinary memory, at the price of a copy: pinned
/// memory is taken from the whole machine, and results may be kept for long.
constexpr size_t kPinnedOutputs = size_t{256} << 20;

void copy(const PlanState& state, void* to, const void* from, size_t bytes, int kind, cuda::Stream stream) {
  cuda::check(state.cuda, state.cuda.memcpy_async(to, from, bytes, kind, stream), "copy a tensor");
}

void record(const PlanState& state, const cuda::EventOwner& event, cuda::Stream stream) {
  cuda::check(state.cuda, state.cuda.event_record(event.get(), stream), "record an event");
}

void wait(const PlanState& state, cuda::Stream stream, const cuda::EventOwner& event) {
  cuda::check(state.cuda, state.cuda.stream_wait_event(stream, event.get(), 0), "order two streams");
}

void copy_in(LaneResources& lane, const Slot& slot, const Request& request) {
  for (size_t i = 0; i < request.inputs.size(); i++) {
    const Tensor& input = request.inputs[i];
    const Slot::Place& place = slot.inputs[i];
    const void* from = input.data;
    if (!lane.state.pool->contains(input.data, input.bytes)) {
      std::memcpy(place.pinned, input.data, input.bytes);
      from = place.pinned;
    }
    copy(lane.state, place.device, from, input.bytes, cuda::kMemcpyHostToDevice, lane.to_device.get());
  }
}

/// Whether the shape was captured and, where it pads the batch, whether the outputs have a row per item to cut off.
bool serves(const PlanState& state, const Run& run) {
  const CapturedRun& captured = run.slot->captured[run.captured];
  const int64_t batch = state.captures[run.captured].batch;
  if (!captured.exec || batch == run.shape.batch) return static_cast<bool>(captured.exec);
  for (size_t o = 0; o < captured.outputs.size(); o++)
    if (!is_batched(state.plan->outputs()[o]) || captured.outputs[o][0] != batch) return false;
  return true;
}

/// The shapes of the outputs, of the rows that the request has. Leaves the context of a plain run with its shapes.
std::vector<Dims> result_shapes(const PlanState& state, const Run& run) {
  const Slot& slot = *run.slot;
  if (run.captured < 0) {
    Context& context = *slot.contexts[run.shape.profile];
    set_shapes(state, context, run.shape);
    return slot.output_shapes(context);
  }
  std::vector<Dims> outputs = slot.captured[run.captured].outputs;
  for (size_t o = 0; o < outputs.size(); o++)
    if (is_batched(state.plan->outputs()[o]) && outputs[o][0] == state.captures[run.captured].batch)
      outputs[o][0] = run.shape.batch;
  return outputs;
}

void check_output(const engine::TensorInfo& info, const Tensor& tensor, const Dims& dims, size_t bytes) {
  if (tensor.type == info.type && tensor.dims == dims && tensor.bytes == bytes) return;
  throw Error("SHAPE_MISMATCH", "Output \"" + info.name + "\" is " + engine::type_name(info.type) + " " +
                                    engine::shape_text(dims) + "; the array given for it is " +
                                    engine::type_name(tensor.type) + " " + engine::shape_text(tensor.dims) + ".");
}

std::shared_ptr<void> pinned_output(PlanState& state, size_t bytes) {
  if (state.pool->in_use() + bytes > kPinnedOutputs) return nullptr;
  try {
    return state.pool->take(bytes);
  } catch (const Error&) {
    return nullptr;
  }
}

void place_outputs(PlanState& state, Run& run, const std::vector<Dims>& shapes) {
  run.copy_out.assign(shapes.size(), false);
  for (size_t o = 0; o < shapes.size(); o++) {
    const engine::TensorInfo& info = state.plan->outputs()[o];
    Output& output = run.request->outputs[o];
    const size_t bytes = tensor_bytes(info, shapes[o]);
    if (output.tensor.data) {
      check_output(info, output.tensor, shapes[o], bytes);
      run.copy_out[o] = !state.pool->contains(output.tensor.data, bytes);
      continue;
    }
    output.owner = pinned_output(state, bytes);
    run.copy_out[o] = !output.owner;
    if (!output.owner)
      output.owner = std::shared_ptr<void>(::operator new(bytes), [](void* p) { ::operator delete(p); });
    output.tensor = {info.type, shapes[o], output.owner.get(), bytes};
  }
}

void launch(LaneResources& lane, const Run& run) {
  PlanState& state = lane.state;
  if (run.captured < 0) {
    enqueue(lane, *run.slot->contexts[run.shape.profile]);
    state.plain_runs++;
    return;
  }
  const cuda::GraphExecOwner& graph = run.slot->captured[run.captured].exec;
  cuda::check(state.cuda, state.cuda.graph_launch(graph.get(), lane.compute.get()), "launch a graph");
  state.graph_runs++;
}

void compute(LaneResources& lane, const Run& run) {
  Request& request = *run.request;
  request.launch = run.captured < 0 ? engine::Launch::kPlain : engine::Launch::kGraph;
  request.times.launch.start_ns = now_ns();
  launch(lane, run);
  request.times.launch.end_ns = now_ns();
}

void copy_out(LaneResources& lane, const Run& run) {
  for (size_t o = 0; o < run.request->outputs.size(); o++) {
    const Tensor& output = run.request->outputs[o].tensor;
    const Slot::Place& place = run.slot->outputs[o];
    copy(lane.state, run.copy_out[o] ? place.pinned : output.data, place.device, output.bytes,
         cuda::kMemcpyDeviceToHost, lane.from_device.get());
  }
}

engine::Span between(const cuda::EventClock& clock, const cuda::EventOwner& start, const cuda::EventOwner& end) {
  return {clock.ns(start), clock.ns(end)};
}

}  // namespace

void prepare(LaneResources& lane, Run& run) {
  run.inside = std::make_unique<InLibrary>([] {});
  PlanState& state = lane.state;
  state.fault.throw_if_set();
  run.shape = shape_of(*state.plan, *run.request);
  run.captured = find_captured(*state.plan, state.captures, run.shape, state.pad);
  if (run.captured >= 0 && !serves(state, run)) run.captured = -1;
  run.request->slot = run.slot->index;
  if (run.captured >= 0 && state.captures[run.captured].batch != run.shape.batch)
    run.request->padded_batch = state.captures[run.captured].batch;
  place_outputs(state, run, result_shapes(state, run));
}

void begin(LaneResources& lane, Run& run) {
  const PlanState& state = lane.state;
  const Slot& slot = *run.slot;
  const cuda::Stream to_device = lane.to_device.get(), computing = lane.compute.get();
  const cuda::Stream from_device = lane.from_device.get();

  record(state, slot.to_start, to_device);
  copy_in(lane, slot, *run.request);
  record(state, slot.to_end, to_device);

  wait(state, computing, slot.to_end);
  record(state, slot.compute_start, computing);
  compute(lane, run);
  record(state, slot.compute_end, computing);

  wait(state, from_device, slot.compute_end);
  record(state, slot.from_start, from_device);
  copy_out(lane, run);
  record(state, slot.done, from_device);
}

void finish(LaneResources& lane, Run& run) {
  PlanState& state = lane.state;
  const Slot& slot = *run.slot;
  Request& request = *run.request;
  if (const int status = state.cuda.event_synchronize(slot.done.get()); status != cuda::kSuccess) {
    const Error error = cuda::error_of(state.cuda, status, "finish a run");
    state.fault.set(error);
    throw error;
  }
  lane.clock.refresh();
  request.times.to_device = between(lane.clock, slot.to_start, slot.to_end);
  request.times.compute = between(lane.clock, slot.compute_start, slot.compute_end);
  request.times.from_device = between(lane.clock, slot.from_start, slot.done);
  for (size_t o = 0; o < request.outputs.size(); o++) {
    const Tensor& tensor = request.outputs[o].tensor;
    if (run.copy_out[o]) std::memcpy(tensor.data, slot.outputs[o].pinned, tensor.bytes);
  }
}

void drain(LaneResources& lane, const Error& cause) noexcept {
  const cuda::Api& cuda = lane.state.cuda;
  cuda.get_last_error();
  for (const cuda::StreamOwner* stream : {&lane.to_device, &lane.compute, &lane.from_device})
    if (cuda.stream_synchronize(stream->get()) != cuda::kSuccess) lane.state.fault.set(cause);
}

}  // namespace brrr::tensorrt
