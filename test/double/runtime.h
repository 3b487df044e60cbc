#pragma once

#include <NvInfer.h>

#include <string>

namespace brrr_double {

/// `logger` outlives it.
nvinfer1::IRuntime* make_runtime(nvinfer1::ILogger& logger);

/// A plan as an engine; null, after logging why, where it does not fit this double.
nvinfer1::ICudaEngine* deserialise(nvinfer1::ILogger& logger, nvinfer1::IGpuAllocator& allocator, const void* bytes,
                                   std::size_t size, bool host_code_allowed);

/// "10.16.0.72"
std::string own_version();

}  // namespace brrr_double
