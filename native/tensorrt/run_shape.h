// Shapes of runs: what a request has, what a plan takes, and the shapes that graphs are captured for.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/backend.h"
#include "tensorrt/plan.h"

namespace brrr::tensorrt {

/// Shapes of all inputs of a run, in the plan's order.
struct RunShape {
  /// Rows of the inputs whose first dimension is dynamic; 1 where none is.
  int64_t batch = 1;
  int profile = 0;
  std::vector<Dims> inputs;
};

/// True for a tensor whose first dimension is the batch.
inline bool is_batched(const engine::TensorInfo& info) { return !info.dims.empty() && info.dims[0] == -1; }

/// The shape of a request. Throws TYPE_MISMATCH, SHAPE_MISMATCH (no profile takes it, or a tensor has other bytes than
/// its shape).
RunShape shape_of(const Plan& plan, const engine::Request& request);

/// Shapes to capture graphs for, smallest batch first: one per batch size, with the profile's optimum in every other
/// dynamic dimension; of a plan without a batch dimension the single optimum. Throws SHAPE_MISMATCH for a size that no
/// profile takes.
std::vector<RunShape> capture_shapes(const Plan& plan, std::vector<int64_t> batch_sizes);

/// Index of the captured shape that serves a run: of equal shape or, if `pad`, of the next larger batch. -1: none.
int find_captured(const Plan& plan, const std::vector<RunShape>& captured, const RunShape& run, bool pad);

/// Bytes of a tensor of these dimensions.
size_t tensor_bytes(const engine::TensorInfo& info, const Dims& dims);

}  // namespace brrr::tensorrt
