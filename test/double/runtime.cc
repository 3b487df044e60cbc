// IRuntime of the TensorRT double.
#include "runtime.h"

#include <cstdlib>

#include "control.h"
#include "tables.h"

using namespace nvinfer1;

namespace brrr_double {
namespace {

class RuntimeTable : public apiv::VRuntime {
 public:
  explicit RuntimeTable(ILogger& logger) : logger_(logger) {}
  ICudaEngine* deserializeCudaEngine(void const* bytes, std::size_t size) noexcept override {
    if (enter("deserializeCudaEngine") != 0 || !allocator_) return nullptr;
    return deserialise(logger_, *allocator_, bytes, size, host_code_);
  }
  void setGpuAllocator(IGpuAllocator* allocator) noexcept override { allocator_ = allocator; }

  void setEngineHostCodeAllowed(bool allowed) noexcept override { host_code_ = allowed; }
  bool getEngineHostCodeAllowed() const noexcept override { return host_code_; }

  UNUSED_POINTER(IRuntime* getPImpl())
#if NV_TENSORRT_MAJOR == 10
  UNUSED_POINTER(ICudaEngine* deserializeCudaEngine(IStreamReader&))
#endif
  UNUSED(void setDLACore(int32_t))
  UNUSED_VALUE(int32_t getDLACore() const)
  UNUSED_VALUE(int32_t getNbDLACores() const)
  UNUSED(void setErrorRecorder(IErrorRecorder*))
  UNUSED_POINTER(IErrorRecorder* getErrorRecorder() const)
  UNUSED_POINTER(ILogger* getLogger() const)
  UNUSED_VALUE(bool setMaxThreads(int32_t))
  UNUSED_VALUE(int32_t getMaxThreads() const)
  UNUSED(void setTemporaryDirectory(char const*))
  UNUSED_POINTER(char const* getTemporaryDirectory() const)
  UNUSED(void setTempfileControlFlags(TempfileControlFlags))
  UNUSED_VALUE(TempfileControlFlags getTempfileControlFlags() const)
  // Asked for only by plugins, which this double has none of.
  IPluginRegistry& getPluginRegistry() noexcept override { std::abort(); }
  UNUSED(void setPluginRegistryParent(IPluginRegistry*))
  UNUSED_POINTER(IRuntime* loadRuntime(char const*))
  UNUSED_POINTER(ICudaEngine* deserializeCudaEngineV2(IStreamReaderV2&))

 private:
  ILogger& logger_;
  IGpuAllocator* allocator_ = nullptr;
  bool host_code_ = false;
};

class DoubleRuntime final : public IRuntime {
 public:
  explicit DoubleRuntime(ILogger& logger) : table_(logger) { mImpl = &table_; }
  ~DoubleRuntime() noexcept override { enter("~IRuntime"); }

 private:
  RuntimeTable table_;
};

}  // namespace

IRuntime* make_runtime(ILogger& logger) { return new DoubleRuntime(logger); }

}  // namespace brrr_double
