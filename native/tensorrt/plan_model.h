// A model from a plan of TensorRT: one engine, shared by lanes of two slots each, with a captured graph per batch size.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "common/job.h"
#include "device/cuda_api.h"
#include "engine/backend.h"
#include "tensorrt/library.h"

namespace brrr::tensorrt {

struct PlanRequest {
  PlanRequest(const Library& l, const cuda::Api& c) : library(l), cuda(c) {}

  const Library& library;
  const cuda::Api& cuda;
  int device = 0;
  /// The plan, read only during the load.
  const void* bytes = nullptr;
  size_t size = 0;
  /// The plan is a version-compatible one, which holds code for the processor: it is trusted.
  bool host_code = false;
  /// Whether to capture graphs, and for which batch sizes; a plan without a batch dimension is captured as it is.
  bool graphs = true;
  std::vector<int64_t> batch_sizes;
  /// Bytes of device memory that weights, contexts, scratch and buffers may take together; 0: no limit.
  size_t memory_budget = 0;
};

/// The model's lanes capture their graphs when they are opened; Model::graphs() tells what became of them.
/// Throws MODEL_INVALID (truncated, or no plan), PLAN_STALE (of another version of TensorRT, or for another GPU),
/// MODEL_UNSUPPORTED, MEMORY_BUDGET, OUT_OF_DEVICE_MEMORY, DEVICE_UNAVAILABLE, DRIVER_TOO_OLD, ENGINE_UNAVAILABLE,
/// SHAPE_MISMATCH (a batch size that the plan does not take), ABORTED. Opening a lane throws the memory codes,
/// RUN_FAILED and ABORTED.
std::unique_ptr<engine::Model> load_plan(const PlanRequest& request, const std::shared_ptr<Job>& job);

}  // namespace brrr::tensorrt
