// One run on a slot: copies in, computation and copies out on three streams, tied together by events.
#pragma once

#include <memory>

#include "common/process_exit.h"
#include "engine/backend.h"
#include "tensorrt/slot.h"

namespace brrr::tensorrt {

/// A request on its way through a slot.
struct Run {
  /// From prepare() on.
  std::unique_ptr<InLibrary> inside;
  engine::RequestPtr request;
  Slot* slot = nullptr;
  RunShape shape;
  /// Index of the captured shape that serves it; -1: enqueued as it is.
  int captured = -1;
  /// Per output whether finish() copies it on the host, from the slot's pinned memory to the request's.
  std::vector<bool> copy_out;
};

/// Checks the request against the plan, chooses what serves it and gives outputs without memory some. Throws
/// TYPE_MISMATCH, SHAPE_MISMATCH, INVALID_ARGUMENT, RUN_FAILED (an earlier fault).
void prepare(LaneResources& lane, Run& run);

/// Stages the inputs and puts the run on the streams; does not wait for them. Throws MEMORY_BUDGET,
/// OUT_OF_DEVICE_MEMORY, RUN_FAILED; something may be on the streams then (drain()).
void begin(LaneResources& lane, Run& run);

/// Waits for the run, sleeping, and completes its outputs and times. Throws RUN_FAILED, and sets the fault.
void finish(LaneResources& lane, Run& run);

/// Waits for all that is on the lane's streams, so that the slot's memory is nobody's. Sets the fault where the device
/// does not come back.
void drain(LaneResources& lane, const Error& cause) noexcept;

}  // namespace brrr::tensorrt
