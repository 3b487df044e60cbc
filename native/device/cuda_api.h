// The CUDA runtime as a table of functions, so that the addon loads on a machine without CUDA and a test can stand in
// for it. Filled from the static runtime that a build may link in (`npm run sdk`), or from libcudart by dlopen. Nothing
// else in native/ names a CUDA function. All of them may be called from any thread; the current device is the thread's.
#pragma once

#include <cstddef>
#include <string>

struct CUstream_st;
struct CUevent_st;
struct CUgraph_st;
struct CUgraphExec_st;
struct CUmemPoolHandle_st;

namespace brrr::cuda {

using Stream = CUstream_st*;
using Event = CUevent_st*;
using Graph = CUgraph_st*;
using GraphExec = CUgraphExec_st*;
using MemPool = CUmemPoolHandle_st*;

// Values of CUDA's enums, equal in 12.x and 13.x.
constexpr int kSuccess = 0;
constexpr int kErrorMemoryAllocation = 2;
constexpr int kErrorNotReady = 600;
constexpr unsigned kStreamNonBlocking = 1;
constexpr unsigned kEventBlockingSync = 1;
constexpr unsigned kEventDisableTiming = 2;
constexpr unsigned kHostAllocDefault = 0;
constexpr int kCaptureModeThreadLocal = 1;
constexpr int kMemcpyHostToDevice = 1;
constexpr int kMemcpyDeviceToHost = 2;
constexpr int kMemcpyDeviceToDevice = 3;
constexpr int kAttributeMultiProcessorCount = 16;
constexpr int kAttributeIntegrated = 18;
constexpr int kAttributeComputeCapabilityMajor = 75;
constexpr int kAttributeComputeCapabilityMinor = 76;
constexpr int kAttributeMemoryPoolsSupported = 115;

/// X(member, CUDA's name, parameters): each returns CUDA's error number, 0 for success.
#define BRRR_CUDA_FUNCTIONS(X)                                                                                   \
  X(driver_get_version, cudaDriverGetVersion, (int* version))                                                    \
  X(runtime_get_version, cudaRuntimeGetVersion, (int* version))                                                  \
  X(get_last_error, cudaGetLastError, ())                                                                        \
  X(peek_at_last_error, cudaPeekAtLastError, ())                                                                 \
  X(get_device_count, cudaGetDeviceCount, (int* count))                                                          \
  X(set_device, cudaSetDevice, (int device))                                                                     \
  X(get_device, cudaGetDevice, (int* device))                                                                    \
  X(device_get_attribute, cudaDeviceGetAttribute, (int* value, int attribute, int device))                       \
  X(device_get_pci_bus_id, cudaDeviceGetPCIBusId, (char* text, int length, int device))                          \
  X(device_synchronize, cudaDeviceSynchronize, ())                                                               \
  X(mem_get_info, cudaMemGetInfo, (std::size_t * free, std::size_t * total))                                     \
  X(malloc, cudaMalloc, (void** pointer, std::size_t bytes))                                                     \
  X(free, cudaFree, (void* pointer))                                                                             \
  X(malloc_async, cudaMallocAsync, (void** pointer, std::size_t bytes, Stream stream))                           \
  X(free_async, cudaFreeAsync, (void* pointer, Stream stream))                                                   \
  X(device_get_default_mem_pool, cudaDeviceGetDefaultMemPool, (MemPool * pool, int device))                      \
  X(mem_pool_trim_to, cudaMemPoolTrimTo, (MemPool pool, std::size_t bytes_to_keep))                              \
  X(host_alloc, cudaHostAlloc, (void** pointer, std::size_t bytes, unsigned flags))                              \
  X(free_host, cudaFreeHost, (void* pointer))                                                                    \
  X(memcpy_async, cudaMemcpyAsync, (void* to, const void* from, std::size_t bytes, int kind, Stream stream))     \
  X(memset_async, cudaMemsetAsync, (void* pointer, int value, std::size_t bytes, Stream stream))                 \
  X(stream_create_with_flags, cudaStreamCreateWithFlags, (Stream * stream, unsigned flags))                      \
  X(stream_destroy, cudaStreamDestroy, (Stream stream))                                                          \
  X(stream_synchronize, cudaStreamSynchronize, (Stream stream))                                                  \
  X(stream_wait_event, cudaStreamWaitEvent, (Stream stream, Event event, unsigned flags))                        \
  X(stream_begin_capture, cudaStreamBeginCapture, (Stream stream, int mode))                                     \
  X(stream_end_capture, cudaStreamEndCapture, (Stream stream, Graph * graph))                                    \
  X(event_create_with_flags, cudaEventCreateWithFlags, (Event * event, unsigned flags))                          \
  X(event_destroy, cudaEventDestroy, (Event event))                                                              \
  X(event_record, cudaEventRecord, (Event event, Stream stream))                                                 \
  X(event_query, cudaEventQuery, (Event event))                                                                  \
  X(event_synchronize, cudaEventSynchronize, (Event event))                                                      \
  X(event_elapsed_time, cudaEventElapsedTime, (float* milliseconds, Event start, Event end))                     \
  X(graph_instantiate, cudaGraphInstantiateWithFlags, (GraphExec * exec, Graph graph, unsigned long long flags)) \
  X(graph_upload, cudaGraphUpload, (GraphExec exec, Stream stream))                                              \
  X(graph_launch, cudaGraphLaunch, (GraphExec exec, Stream stream))                                              \
  X(graph_exec_destroy, cudaGraphExecDestroy, (GraphExec exec))                                                  \
  X(graph_destroy, cudaGraphDestroy, (Graph graph))

struct Functions {
#define BRRR_DECLARE(member, name, parameters) int(*member) parameters = nullptr;
  BRRR_CUDA_FUNCTIONS(BRRR_DECLARE)
#undef BRRR_DECLARE
  const char* (*get_error_name)(int error) = nullptr;
  const char* (*get_error_string)(int error) = nullptr;
  /// The driver's own cuDeviceGetName, or null where there is no driver.
  int (*driver_device_get_name)(char* name, int length, int device) = nullptr;
};

struct Api : Functions {
  /// "linked in" or the path of the library.
  std::string source;
  /// Of the runtime, as CUDA writes it: 12090 is 12.9.
  int version = 0;
};

/// The runtime of this process: `library` (or $BRRR_CUDART) where one is named, else the one linked in, else libcudart
/// of the system. Made once for each path, never unloaded. Throws ENGINE_UNAVAILABLE.
const Api& api(const std::string& library = "");

/// The functions of the runtime that is linked in; null in a build without one.
const Functions* linked_functions();

/// "12.9" of 12090.
std::string version_text(int version);

}  // namespace brrr::cuda
