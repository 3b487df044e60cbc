// A slot: all that one run in flight has for itself. A lane has two, so that the copies of one run go on while the
// other computes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "device/buffers.h"
#include "device/event_clock.h"
#include "device/handles.h"
#include "tensorrt/plan_state.h"

namespace brrr::tensorrt {

/// What the slots of a lane share. Everything that computes is on one stream, so that they can share the scratch.
struct LaneResources {
  LaneResources(PlanState& state, int index, std::shared_ptr<engine::Meter> device,
                std::shared_ptr<engine::Meter> pinned);

  PlanState& state;
  const std::string name;  // "Lane 0"
  const std::shared_ptr<engine::Meter> device_meter, pinned_meter;
  cuda::StreamOwner to_device, compute, from_device;
  /// The finishing thread's.
  cuda::EventClock clock;
  cuda::Buffer scratch;
};

/// The run of one captured shape. Without `exec` the shape runs by plain enqueueing, for the reason given.
struct CapturedRun {
  cuda::GraphExecOwner exec;
  std::vector<Dims> outputs;
  std::string reason;
};

class Slot {
 public:
  /// Makes contexts and buffers, for the largest shapes that the plan takes. Throws MEMORY_BUDGET,
  /// OUT_OF_DEVICE_MEMORY, OUT_OF_MEMORY, MODEL_UNSUPPORTED (an output whose size only a run can tell), RUN_FAILED.
  Slot(LaneResources& lane, int slot_index);

  /// Runs each shape of state.captures once and captures it. Throws as a run does, and ABORTED.
  void capture();

  /// Shapes of the outputs of a context whose inputs have theirs. Throws MODEL_UNSUPPORTED where one depends on values,
  /// or is larger than with the largest inputs, for which the slot was made.
  std::vector<Dims> output_shapes(const Context& context) const;

  const int index;
  /// One per profile.
  std::vector<std::unique_ptr<Context>> contexts;
  /// Inputs, then outputs.
  cuda::Buffer device, pinned;
  struct Place {
    std::byte *device, *pinned;
    size_t bytes;
  };
  std::vector<Place> inputs, outputs;
  /// As state.captures; empty before capture().
  std::vector<CapturedRun> captured;

  cuda::EventOwner to_start, to_end, compute_start, compute_end, from_start, done;

 private:
  CapturedRun capture(const RunShape& shape);
  /// Capacity of each output, in bytes, over all profiles.
  std::vector<size_t> output_capacity();

  LaneResources& lane_;
};

/// Gives a context the shapes of a run. Throws RUN_FAILED with TensorRT's reason.
void set_shapes(const PlanState& state, Context& context, const RunShape& shape);
/// enqueue(). Throws MEMORY_BUDGET, OUT_OF_DEVICE_MEMORY or RUN_FAILED.
void enqueue(LaneResources& lane, Context& context);

}  // namespace brrr::tensorrt
