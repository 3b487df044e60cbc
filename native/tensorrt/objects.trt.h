// TensorRT's first objects, as one major version has them.
#pragma once

#include <NvInfer.h>

#include <memory>

#include "tensorrt/shim.h"

namespace brrr::tensorrt::BRRR_TRT {

/// One for all objects, and never destroyed: TensorRT keeps the first logger that it is given for its whole life.
nvinfer1::ILogger& logger();

/// Throws ENGINE_UNAVAILABLE with what TensorRT logged.
std::unique_ptr<nvinfer1::IRuntime> make_runtime(const Library& library);
std::unique_ptr<nvinfer1::IBuilder> make_builder(const Library& library);

/// Shim::load_plan.
std::unique_ptr<Plan> load_plan(const Library& library, GpuAllocator& allocator, const PlanBytes& bytes);

/// Shim::build.
Built build(const Library& library, const BuildRequest& request, Job& job);

}  // namespace brrr::tensorrt::BRRR_TRT
