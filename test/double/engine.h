// What an engine of the TensorRT double and its contexts share.
#pragma once

#include <NvInfer.h>

#include <atomic>
#include <string>

#include "plan.h"

namespace brrr_double {

struct EngineParts {
  EngineParts(nvinfer1::ILogger& l, nvinfer1::IGpuAllocator& a, PlanText p)
      : logger(l), allocator(a), plan(std::move(p)) {}
  void error(const std::string& text) { logger.log(nvinfer1::ILogger::Severity::kERROR, text.c_str()); }

  nvinfer1::ILogger& logger;
  nvinfer1::IGpuAllocator& allocator;
  const PlanText plan;
  std::atomic<int> contexts{0};
};

/// Null where the allocator refuses the context's own memory.
nvinfer1::IExecutionContext* make_context(EngineParts& parts);

void* allocate(EngineParts& parts, uint64_t bytes, cudaStream_t stream);
void release(EngineParts& parts, void* memory, cudaStream_t stream);
nvinfer1::Dims to_dims(const Sizes& sizes);

}  // namespace brrr_double
