// A stream of the CUDA double, as the TensorRT double sees it: a cudaStream_t points to one.
#pragma once

#include <functional>

struct CUstream_st {
  enum class Kind { kCopy, kKernel, kMark };

  virtual ~CUstream_st() = default;
  /// Runs the work after what was put there before, on the stream's thread; while the stream is captured it becomes
  /// part of the graph instead. Copies and kernels are skipped once the device has a fault.
  virtual void put(Kind kind, std::function<void()> work) = 0;
  virtual bool capturing() = 0;
  /// What an operation does that is not permitted while capturing.
  virtual void break_capture() = 0;
};
