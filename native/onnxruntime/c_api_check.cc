// Compares c_api.h with ONNX Runtime's own header, where the build was given it (BRRR_ORT_HEADER).
#ifdef BRRR_ORT_HEADER
#include <onnxruntime_c_api.h>

#include <type_traits>

#include "onnxruntime/c_api.h"

// The header's pointers carry attributes that do not matter here.
#pragma GCC diagnostic ignored "-Wignored-attributes"

namespace brrr::onnxruntime {
namespace {

/// A type of the header as c_api.h spells it: enumerations are int, nothing is noexcept.
template <class T, class = void>
struct Plain {
  using type = T;
};
template <class T>
struct Plain<T, std::enable_if_t<std::is_enum_v<T>>> {
  static_assert(sizeof(T) == sizeof(int));
  using type = int;
};
template <class T>
struct Plain<const T, void> {
  using type = const typename Plain<T>::type;
};
template <class T>
struct Plain<T*, std::enable_if_t<!std::is_function_v<T>>> {
  using type = typename Plain<T>::type*;
};
template <class R, class... A>
struct Plain<R (*)(A...), void> {
  using type = typename Plain<R>::type (*)(typename Plain<A>::type...);
};
template <class R, class... A>
struct Plain<R (*)(A...) noexcept, void> {
  using type = typename Plain<R (*)(A...)>::type;
};

#define BRRR_ORT_CHECK(index, result, name, parameters)                                          \
  static_assert(offsetof(OrtApi, name) == (index) * sizeof(void*), #name " is in another slot"); \
  static_assert(std::is_same_v<Plain<decltype(OrtApi::name)>::type, result(*) parameters>, #name " differs");
BRRR_ORT_SLOTS(BRRR_ORT_CHECK)
BRRR_ORT_HAS_SHAPE(BRRR_ORT_CHECK)
#undef BRRR_ORT_CHECK

static_assert(ORT_API_VERSION >= kApiVersion);
static_assert(offsetof(OrtApiBase, GetApi) == offsetof(ApiBase, get_api));
static_assert(offsetof(OrtApiBase, GetVersionString) == offsetof(ApiBase, version));
static_assert(sizeof(OrtAllocator) == sizeof(AllocatorTable));
static_assert(offsetof(OrtAllocator, Alloc) == offsetof(AllocatorTable, alloc));
static_assert(offsetof(OrtAllocator, Free) == offsetof(AllocatorTable, free));
static_assert(offsetof(OrtAllocator, Info) == offsetof(AllocatorTable, info));
static_assert(offsetof(OrtAllocator, Reserve) == offsetof(AllocatorTable, reserve));
static_assert(offsetof(OrtAllocator, GetStats) == offsetof(AllocatorTable, get_stats));
static_assert(offsetof(OrtAllocator, AllocOnStream) == offsetof(AllocatorTable, alloc_on_stream));
static_assert(ORT_INVALID_ARGUMENT == kInvalidArgument && ORT_NO_SUCHFILE == kNoSuchFile);
static_assert(ORT_RUNTIME_EXCEPTION == kRuntimeException && ORT_NOT_IMPLEMENTED == kNotImplemented);
static_assert(ORT_MODEL_LOAD_CANCELED == kModelLoadCanceled && ORT_LOGGING_LEVEL_WARNING == kLogWarning);
static_assert(OrtDeviceAllocator == kDeviceAllocator && OrtMemTypeDefault == kDefaultMemory);

}  // namespace
}  // namespace brrr::onnxruntime
#endif
