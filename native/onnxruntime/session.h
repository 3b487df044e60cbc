// A model in ONNX Runtime, on the CPU: one session without threads of its own, shared by all lanes, each of which runs
// it on a thread of its own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/backend.h"
#include "engine/meter.h"
#include "onnxruntime/library.h"

namespace brrr::onnxruntime {

struct LoadRequest {
  /// Path of ONNX Runtime's library.
  std::string library;
  /// The model: a file, or its bytes (then read only during the load).
  std::string path;
  const void* bytes = nullptr;
  size_t size = 0;
  /// Folder of external data files; empty: the model file's own.
  std::string external_data;
  /// Bytes that weights and running requests may take together; 0: no limit.
  size_t memory_budget = 0;
  /// Runs take a time that depends on nothing but the shapes of their inputs.
  bool steady = false;
};

/// Throws ENGINE_UNAVAILABLE, FILE_NOT_FOUND, MODEL_INVALID, MODEL_UNSUPPORTED, MEMORY_BUDGET, OUT_OF_MEMORY, ABORTED.
std::unique_ptr<engine::Model> load_model(const LoadRequest& request, const std::shared_ptr<Job>& job);

/// What the lanes use of the session.
struct Session {
  explicit Session(const Library& l) : library(l) {}
  ~Session();

  const Library& library;
  bool steady = false;
  OrtSession* session = nullptr;
  std::vector<engine::TensorInfo> inputs, outputs;
  std::vector<const char*> input_names, output_names;
  std::shared_ptr<engine::Budget> budget;
  /// Weights.
  std::shared_ptr<engine::Meter> meter;
};

}  // namespace brrr::onnxruntime
