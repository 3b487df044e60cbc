// ONNX to plan. Takes minutes, about 2 GB of host memory and much of the device's: meant for a process of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/error.h"
#include "common/job.h"
#include "device/cuda_api.h"
#include "tensorrt/library.h"
#include "tensorrt/message_log.h"
#include "tensorrt/plan.h"

namespace brrr::tensorrt {

enum class Compatibility { kNone, kAmperePlus, kSameComputeCapability };

struct BuildRequest {
  /// The file's bytes, read during the build only, and its path, beside which external data lies ("": there is none).
  const void* onnx = nullptr;
  size_t onnx_size = 0;
  std::string path;
  /// Ranges of the dynamic inputs, one map per profile.
  std::vector<std::map<std::string, Range>> profiles;
  bool tf32 = true;
  /// Bytes that one kernel may use; 0: as much as is sensible.
  size_t workspace = 0;
  int optimization_level = 3;
  /// -1: TensorRT decides.
  int aux_streams = -1;
  Compatibility hardware = Compatibility::kNone;
  bool version_compatible = false;
  std::vector<uint8_t> timings;
};

struct Built {
  std::vector<uint8_t> plan, timings;
  /// Bytes that the build which succeeded had.
  size_t workspace = 0;
};

/// Builds on a device, with less workspace (half each time, kWorkspaceTries times) where memory or kernels run out. The
/// job's progress and cancel are those of the build; cancelling ends it within one step of TensorRT's. What TensorRT
/// says is in the MessageLog. Throws MODEL_UNSUPPORTED (the parser refuses the model), OUT_OF_DEVICE_MEMORY,
/// BUILD_FAILED, ENGINE_UNAVAILABLE, ABORTED, and what use_device() throws.
Built build_plan(const Library& library, const cuda::Api& cuda, int device, const BuildRequest& request, Job& job);

constexpr int kWorkspaceTries = 4;

/// TensorRT opens its builder's resources by name alone, which fails where their folder is not on the library path;
/// what is loaded already is found by its name. From 10.16 on it can be told the folder instead. Returns how many were
/// loaded.
int preload_builder_resources(const std::string& folder);

/// Why a build gave no plan, from what TensorRT logged.
Error build_error(const std::string& log);

}  // namespace brrr::tensorrt
