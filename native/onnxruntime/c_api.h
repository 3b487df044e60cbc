// The slots of ONNX Runtime's C table (OrtApi) that we call, by index and signature. The table only ever grows at its
// end, so that these hold for every later library; c_api_check.cc compares them with the real header where a build has
// it. Enumerations are passed as int.
#pragma once

#include <cstddef>
#include <cstdint>

struct OrtStatus;
struct OrtEnv;
struct OrtSession;
struct OrtSessionOptions;
struct OrtRunOptions;
struct OrtValue;
struct OrtMemoryInfo;
struct OrtTypeInfo;
struct OrtTensorTypeAndShapeInfo;
struct OrtAllocator;

namespace brrr::onnxruntime {

/// The table that we ask for, and the oldest library whose table has every slot below: 1.22.
constexpr uint32_t kApiVersion = 24;
constexpr uint32_t kOldestApiVersion = 22;

using LogFunction = void (*)(void* param, int severity, const char* category, const char* log_id, const char* location,
                             const char* message);

// clang-format off
#define BRRR_ORT_SLOTS(SLOT) \
  SLOT(1, int, GetErrorCode, (const OrtStatus*)) \
  SLOT(2, const char*, GetErrorMessage, (const OrtStatus*)) \
  SLOT(4, OrtStatus*, CreateEnvWithCustomLogger, (LogFunction, void* param, int severity, const char* id, OrtEnv**)) \
  SLOT(7, OrtStatus*, CreateSession, (const OrtEnv*, const char* path, const OrtSessionOptions*, OrtSession**)) \
  SLOT(8, OrtStatus*, CreateSessionFromArray, (const OrtEnv*, const void* model, size_t bytes, const OrtSessionOptions*, OrtSession**)) \
  SLOT(9, OrtStatus*, Run, (OrtSession*, const OrtRunOptions*, const char* const* input_names, const OrtValue* const* inputs, size_t inputs_n, const char* const* output_names, size_t outputs_n, OrtValue** outputs)) \
  SLOT(10, OrtStatus*, CreateSessionOptions, (OrtSessionOptions**)) \
  SLOT(19, OrtStatus*, DisableCpuMemArena, (OrtSessionOptions*)) \
  SLOT(24, OrtStatus*, SetIntraOpNumThreads, (OrtSessionOptions*, int)) \
  SLOT(25, OrtStatus*, SetInterOpNumThreads, (OrtSessionOptions*, int)) \
  SLOT(30, OrtStatus*, SessionGetInputCount, (const OrtSession*, size_t*)) \
  SLOT(31, OrtStatus*, SessionGetOutputCount, (const OrtSession*, size_t*)) \
  SLOT(33, OrtStatus*, SessionGetInputTypeInfo, (const OrtSession*, size_t index, OrtTypeInfo**)) \
  SLOT(34, OrtStatus*, SessionGetOutputTypeInfo, (const OrtSession*, size_t index, OrtTypeInfo**)) \
  SLOT(36, OrtStatus*, SessionGetInputName, (const OrtSession*, size_t index, OrtAllocator*, char** name)) \
  SLOT(37, OrtStatus*, SessionGetOutputName, (const OrtSession*, size_t index, OrtAllocator*, char** name)) \
  SLOT(39, OrtStatus*, CreateRunOptions, (OrtRunOptions**)) \
  SLOT(46, OrtStatus*, RunOptionsSetTerminate, (OrtRunOptions*)) \
  SLOT(47, OrtStatus*, RunOptionsUnsetTerminate, (OrtRunOptions*)) \
  SLOT(49, OrtStatus*, CreateTensorWithDataAsOrtValue, (const OrtMemoryInfo*, void* data, size_t bytes, const int64_t* dims, size_t rank, int type, OrtValue**)) \
  SLOT(51, OrtStatus*, GetTensorMutableData, (OrtValue*, void** data)) \
  SLOT(55, OrtStatus*, CastTypeInfoToTensorInfo, (const OrtTypeInfo*, const OrtTensorTypeAndShapeInfo**)) \
  SLOT(60, OrtStatus*, GetTensorElementType, (const OrtTensorTypeAndShapeInfo*, int* type)) \
  SLOT(61, OrtStatus*, GetDimensionsCount, (const OrtTensorTypeAndShapeInfo*, size_t* rank)) \
  SLOT(62, OrtStatus*, GetDimensions, (const OrtTensorTypeAndShapeInfo*, int64_t* dims, size_t rank)) \
  SLOT(63, OrtStatus*, GetSymbolicDimensions, (const OrtTensorTypeAndShapeInfo*, const char** names, size_t rank)) \
  SLOT(65, OrtStatus*, GetTensorTypeAndShape, (const OrtValue*, OrtTensorTypeAndShapeInfo**)) \
  SLOT(69, OrtStatus*, CreateCpuMemoryInfo, (int allocator_type, int memory_type, OrtMemoryInfo**)) \
  SLOT(76, OrtStatus*, AllocatorFree, (OrtAllocator*, void*)) \
  SLOT(78, OrtStatus*, GetAllocatorWithDefaultOptions, (OrtAllocator**)) \
  SLOT(93, void, ReleaseStatus, (OrtStatus*)) \
  SLOT(95, void, ReleaseSession, (OrtSession*)) \
  SLOT(96, void, ReleaseValue, (OrtValue*)) \
  SLOT(97, void, ReleaseRunOptions, (OrtRunOptions*)) \
  SLOT(98, void, ReleaseTypeInfo, (OrtTypeInfo*)) \
  SLOT(99, void, ReleaseTensorTypeAndShapeInfo, (OrtTensorTypeAndShapeInfo*)) \
  SLOT(100, void, ReleaseSessionOptions, (OrtSessionOptions*)) \
  SLOT(130, OrtStatus*, AddSessionConfigEntry, (OrtSessionOptions*, const char* key, const char* value)) \
  SLOT(176, OrtStatus*, RegisterAllocator, (OrtEnv*, OrtAllocator*)) \
  SLOT(293, OrtStatus*, SessionOptionsSetLoadCancellationFlag, (OrtSessionOptions*, bool cancel))
// clang-format on

/// Since table 24: whether a tensor's number of dimensions is known.
#define BRRR_ORT_HAS_SHAPE(SLOT) SLOT(390, bool, TensorTypeAndShape_HasShape, (const OrtTensorTypeAndShapeInfo*))

/// The table's slots as members. Every function may be called from any thread.
struct Api {
  Api(const void* table, uint32_t version) {
    auto slots = static_cast<void* const*>(table);
#define BRRR_ORT_BIND(index, result, name, parameters) name = reinterpret_cast<decltype(name)>(slots[index]);
    BRRR_ORT_SLOTS(BRRR_ORT_BIND)
    if (version >= 24) {
      BRRR_ORT_HAS_SHAPE(BRRR_ORT_BIND)
    }
#undef BRRR_ORT_BIND
  }
#define BRRR_ORT_MEMBER(index, result, name, parameters) result(*name) parameters = nullptr;
  BRRR_ORT_SLOTS(BRRR_ORT_MEMBER)
  BRRR_ORT_HAS_SHAPE(BRRR_ORT_MEMBER)
#undef BRRR_ORT_MEMBER
};

/// What OrtGetApiBase() returns.
struct ApiBase {
  const void* (*get_api)(uint32_t version);
  const char* (*version)();
};

/// OrtAllocator, as we implement it.
struct AllocatorTable {
  uint32_t version;
  void* (*alloc)(OrtAllocator*, size_t);
  void (*free)(OrtAllocator*, void*);
  const OrtMemoryInfo* (*info)(const OrtAllocator*);
  void* (*reserve)(OrtAllocator*, size_t);
  void* get_stats;
  void* alloc_on_stream;
};

// OrtErrorCode
constexpr int kInvalidArgument = 2;
constexpr int kNoSuchFile = 3;
constexpr int kRuntimeException = 6;
constexpr int kNotImplemented = 9;
constexpr int kModelLoadCanceled = 12;
// OrtLoggingLevel
constexpr int kLogWarning = 2;
// OrtAllocatorType, OrtMemType
constexpr int kDeviceAllocator = 0;
constexpr int kDefaultMemory = 0;

}  // namespace brrr::onnxruntime
