// The table filled from the static CUDA runtime. Each entry is converted parameter by parameter, so a signature in
// cuda_api.h that differs from the header's does not compile.
#include "device/cuda_api.h"

#if BRRR_CUDA_LINKED
#include <cuda_runtime_api.h>

#include <type_traits>

namespace brrr::cuda {
namespace {

template <auto function, class Ours>
struct Adapter;

template <class Result, class... Theirs, Result (*function)(Theirs...), class OurResult, class... Ours>
struct Adapter<function, OurResult (*)(Ours...)> {
  static_assert(sizeof...(Theirs) == sizeof...(Ours) && (... && (sizeof(Theirs) == sizeof(Ours))));
  static OurResult call(Ours... values) { return static_cast<OurResult>(function(static_cast<Theirs>(values)...)); }
};

Functions linked() {
  Functions table;
#define BRRR_FILL(member, name, parameters) table.member = &Adapter<&name, decltype(table.member)>::call;
  BRRR_CUDA_FUNCTIONS(BRRR_FILL)
  BRRR_FILL(get_error_name, cudaGetErrorName, )
  BRRR_FILL(get_error_string, cudaGetErrorString, )
#undef BRRR_FILL
  return table;
}

static_assert(kErrorMemoryAllocation == cudaErrorMemoryAllocation && kErrorNotReady == cudaErrorNotReady);
static_assert(kStreamNonBlocking == cudaStreamNonBlocking && kEventBlockingSync == cudaEventBlockingSync);
static_assert(kEventDisableTiming == cudaEventDisableTiming && kHostAllocDefault == cudaHostAllocDefault);
static_assert(kCaptureModeThreadLocal == cudaStreamCaptureModeThreadLocal);
static_assert(kMemcpyHostToDevice == cudaMemcpyHostToDevice && kMemcpyDeviceToHost == cudaMemcpyDeviceToHost);
static_assert(kMemcpyDeviceToDevice == cudaMemcpyDeviceToDevice);
static_assert(kAttributeMultiProcessorCount == cudaDevAttrMultiProcessorCount);
static_assert(kAttributeIntegrated == cudaDevAttrIntegrated);
static_assert(kAttributeComputeCapabilityMajor == cudaDevAttrComputeCapabilityMajor);
static_assert(kAttributeComputeCapabilityMinor == cudaDevAttrComputeCapabilityMinor);
static_assert(kAttributeMemoryPoolsSupported == cudaDevAttrMemoryPoolsSupported);

}  // namespace

const Functions* linked_functions() {
  static const Functions table = linked();
  return &table;
}

}  // namespace brrr::cuda

#else

namespace brrr::cuda {

const Functions* linked_functions() { return nullptr; }

}  // namespace brrr::cuda

#endif
