// A plan of TensorRT, deserialised, and the contexts that execute it: the interface between the code that is compiled
// once per major version (plan.trt.cc) and the rest. Tensors are named, shapes are lists of sizes.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "device/cuda_api.h"
#include "engine/tensor.h"

namespace brrr::tensorrt {

using Dims = std::vector<int64_t>;

/// Shapes that one optimisation profile takes for an input.
struct Range {
  Dims min, opt, max;
};

/// A plan as it lies in a file; not owned.
struct PlanBytes {
  const void* data = nullptr;
  size_t size = 0;
  /// It may bring code for the processor, which TensorRT then runs.
  bool host_code = false;
};

struct PlanInput {
  engine::TensorInfo info;
  /// One per profile.
  std::vector<Range> profiles;
};

/// Used by one thread at a time. Calls that return false have logged why (message_log.h).
class Context {
 public:
  virtual ~Context() = default;
  virtual bool use_profile(int profile, cuda::Stream stream) = 0;
  virtual bool set_shape(const char* input, const Dims& dims) = 0;
  /// Of an output, once all inputs have theirs; -1 where only a run can tell.
  virtual Dims shape(const char* output) const = 0;
  /// A multiple of 256.
  virtual bool set_address(const char* tensor, void* device_memory) = 0;
  /// Memory for a run, of at least Plan::scratch_bytes() of the profile; contexts that never run at one time may share
  /// it.
  virtual void set_scratch(void* device_memory, size_t bytes) = 0;
  /// Puts a run on the stream.
  virtual bool enqueue(cuda::Stream stream) = 0;
};

/// Any thread may ask it. It goes after its contexts.
class Plan {
 public:
  virtual ~Plan() = default;
  const std::vector<PlanInput>& inputs() const { return inputs_; }
  const std::vector<engine::TensorInfo>& outputs() const { return outputs_; }
  int profiles() const { return profiles_; }
  virtual size_t scratch_bytes(int profile) const = 0;
  /// Null where TensorRT refuses, which it has logged.
  virtual std::unique_ptr<Context> make_context() = 0;

 protected:
  std::vector<PlanInput> inputs_;
  std::vector<engine::TensorInfo> outputs_;
  int profiles_ = 0;
};

}  // namespace brrr::tensorrt
