// The code that is compiled once for each major version of TensorRT, whose virtual tables differ. The *.trt.cc files
// are built with that major's headers, its namespaces renamed (nvinfer1 is nvinfer1_trt10 or nvinfer1_trt11 there, else
// the linker would merge the inline wrappers of the two), inside brrr::tensorrt::trt10 and ::trt11. What they offer to
// the rest is this table; no type of TensorRT crosses it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "device/cuda_api.h"
#include "tensorrt/builder.h"
#include "tensorrt/gpu_allocator.h"
#include "tensorrt/library.h"
#include "tensorrt/plan.h"
#include "tensorrt/version.h"

namespace brrr::tensorrt {

/// An object of TensorRT, deleted with this one.
class Object {
 public:
  virtual ~Object() = default;
};

struct Shim {
  /// Of the headers that it was compiled with; their major is the shim's.
  Version headers;
  /// TensorRT's runtime and builder (a builder takes about 2 GB of host memory). The device must be in use
  /// (use_device) on this thread: without one, TensorRT's factories return garbage, throw or crash. Both throw
  /// ENGINE_UNAVAILABLE with what TensorRT logged.
  std::unique_ptr<Object> (*create_runtime)(const Library& library);
  std::unique_ptr<Object> (*create_builder)(const Library& library);
  /// Deserialises a plan; `bytes` are read during the call only, the allocator stays in use. Null where TensorRT
  /// refuses it, which it has logged. Throws MODEL_UNSUPPORTED (inputs or outputs that cannot be carried),
  /// ENGINE_UNAVAILABLE.
  std::unique_ptr<Plan> (*load_plan)(const Library& library, GpuAllocator& allocator, const PlanBytes& bytes);
  /// One build with the request's workspace; an empty plan where TensorRT fails, which it has logged, or the job was
  /// cancelled. Throws MODEL_UNSUPPORTED, BUILD_FAILED, ENGINE_UNAVAILABLE. See build_plan() of builder.h.
  Built (*build)(const Library& library, const BuildRequest& request, Job& job);
};

/// The major versions that are supported, newest first, and the shim of each: null where this build was made without
/// that major's headers.
const std::vector<int>& majors();
const Shim* shim_of(int major);

/// The shim for a library. Throws ENGINE_UNAVAILABLE where this build has none.
const Shim& shim_for(const Library& library);

/// "" where the version can be used, else why not, as a sentence.
std::string unsupported(const Version& version);

/// Calls a factory of TensorRT: a C++ exception and a pointer below 4096 (an upcast null) both become
/// ENGINE_UNAVAILABLE, with what was thrown and logged meanwhile.
void* make_object(const Library& library, const char* what, void* (*call)(void* context), void* context);
template <class Call>
void* make_object(const Library& library, const char* what, Call call) {
  return make_object(
      library, what, [](void* context) -> void* { return (*static_cast<Call*>(context))(); }, &call);
}

/// The runtime of TensorRT on a device: checks the device, puts it in use on this thread, then makes the runtime.
std::unique_ptr<Object> open_runtime(const Library& library, const cuda::Api& cuda, int device);

}  // namespace brrr::tensorrt
