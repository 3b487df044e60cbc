// IExecutionContext of the TensorRT double. It ends the process where a real one would silently compute nonsense: two
// threads in one context. Two runs at one time in one scratch give NaN.
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <map>
#include <set>

#include "control.h"
#include "engine.h"
#include "stream.h"
#include "tables.h"

using namespace nvinfer1;

namespace brrr_double {
namespace {

std::size_t element_size(const std::string& type) {
  if (type == "int64") return 8;
  if (type == "float32" || type == "int32") return 4;
  return type == "float16" || type == "bfloat16" ? 2 : 1;
}

/// One run, with all that a graph freezes.
struct Kernel {
  std::vector<Operator> operators;
  std::map<std::string, Sizes> shapes;
  std::map<std::string, void*> addresses;
  std::map<std::string, std::size_t> element_sizes;
  unsigned char* scratch = nullptr;
  uint64_t scratch_bytes = 0;

  void operator()() const {
    static std::atomic<unsigned char> next{1};
    const unsigned char mark = next++;
    if (scratch_bytes) std::memset(scratch, mark, scratch_bytes);
    for (const Operator& op : operators) execute(op, shapes, addresses, element_sizes.at(op.words[0]));
    if (std::all_of(scratch, scratch + scratch_bytes, [mark](unsigned char byte) { return byte == mark; })) return;
    const Operator& last = operators.back();
    std::memset(addresses.at(last.output()), 0xff, count(shapes.at(last.output())) * element_sizes.at(last.output()));
  }
};

class ContextTable : public apiv::VExecutionContext {
 public:
  explicit ContextTable(EngineParts& parts) : parts_(parts) { parts_.contexts++; }
  bool load() {
    const uint64_t bytes = parts_.plan.bytes_of("context");
    memory_ = bytes ? allocate(parts_, bytes, nullptr) : nullptr;
    return memory_ || bytes == 0;
  }
  ~ContextTable() override {
    if (memory_) release(parts_, memory_, nullptr);
    parts_.contexts--;
  }

  bool setOptimizationProfileAsync(int32_t profile, cudaStream_t) noexcept override {
    if (enter("setOptimizationProfileAsync") != 0) return false;
    profile_ = profile;
    return true;
  }
  bool setInputShape(char const* name, Dims const& dims) noexcept override {
    if (enter("setInputShape") != 0) return fail("setInputShape: planned failure");
    const PlanTensor& tensor = parts_.plan.tensor(name);
    const Sizes shape(dims.d, dims.d + dims.nbDims);
    const PlanTensor::Profile range = tensor.profiles.empty()
                                          ? PlanTensor::Profile{tensor.dims, tensor.dims, tensor.dims}
                                          : tensor.profiles[profile_];
    for (std::size_t d = 0; d < shape.size(); d++)
      if (shape[d] < range.min[d] || shape[d] > range.max[d]) return fail("setInputShape: out of range");
    shapes_[name] = shape;
    infer();
    return true;
  }
  Dims getTensorShape(char const* name) const noexcept override { return to_dims(shapes_.at(name)); }
  bool setTensorAddress(char const* name, void* memory) noexcept override {
    if (reinterpret_cast<std::uintptr_t>(memory) % 256 != 0) return fail("setTensorAddress: not aligned");
    addresses_[name] = memory;
    return true;
  }
  void setDeviceMemoryV2(void* memory, int64_t size) noexcept override {
    scratch_ = static_cast<unsigned char*>(memory);
    scratch_bytes_ = static_cast<uint64_t>(size);
  }
  bool enqueueV3(cudaStream_t stream) noexcept override {
    if (inside_.exchange(true)) std::abort();
    const bool enqueued = enqueue(stream);
    inside_ = false;
    return enqueued;
  }

  UNUSED_POINTER(IExecutionContext* getPImpl())
  UNUSED(void setDebugSync(bool))
  UNUSED_VALUE(bool getDebugSync() const)
  UNUSED(void setProfiler(IProfiler*))
  UNUSED_POINTER(IProfiler* getProfiler() const)
  ICudaEngine const& getEngine() const noexcept override { std::abort(); }
  UNUSED(void setName(char const*))
  UNUSED_POINTER(char const* getName() const)
  UNUSED(void setDeviceMemory(void*))
  UNUSED_VALUE(int32_t getOptimizationProfile() const)
  UNUSED_VALUE(bool allInputDimensionsSpecified() const)
  UNUSED(void setErrorRecorder(IErrorRecorder*))
  UNUSED_POINTER(IErrorRecorder* getErrorRecorder() const)
  UNUSED_VALUE(bool executeV2(void* const*))
  UNUSED(void setEnqueueEmitsProfile(bool))
  UNUSED_VALUE(bool getEnqueueEmitsProfile() const)
  UNUSED_VALUE(bool reportToProfiler() const)
  UNUSED_VALUE(Dims getTensorStrides(char const*) const)
  UNUSED_POINTER(void const* getTensorAddress(char const*) const)
  UNUSED_VALUE(bool setInputTensorAddress(char const*, void const*))
  UNUSED_VALUE(bool setOutputTensorAddress(char const*, void*))
  UNUSED_VALUE(int32_t inferShapes(int32_t, char const**))
  UNUSED_VALUE(bool setInputConsumedEvent(cudaEvent_t))
  UNUSED_POINTER(cudaEvent_t getInputConsumedEvent() const)
  UNUSED_POINTER(void* getOutputTensorAddress(char const*) const)
  UNUSED_VALUE(bool setOutputAllocator(char const*, IOutputAllocator*))
  UNUSED_POINTER(IOutputAllocator* getOutputAllocator(char const*))
  UNUSED_VALUE(int64_t getMaxOutputSize(char const*) const)
  UNUSED_VALUE(bool setTemporaryStorageAllocator(IGpuAllocator*))
  UNUSED_POINTER(IGpuAllocator* getTemporaryStorageAllocator() const)
  UNUSED(void setPersistentCacheLimit(size_t))
  UNUSED_VALUE(size_t getPersistentCacheLimit() const)
  UNUSED_VALUE(bool setNvtxVerbosity(ProfilingVerbosity))
  UNUSED_VALUE(ProfilingVerbosity getNvtxVerbosity() const)
  UNUSED(void setAuxStreams(cudaStream_t*, int32_t))
  UNUSED_VALUE(bool setDebugListener(IDebugListener*))
  UNUSED_POINTER(IDebugListener* getDebugListener())
  UNUSED_VALUE(bool setTensorDebugState(char const*, bool))
  UNUSED_VALUE(bool getDebugState(char const*) const)
  UNUSED_VALUE(bool setAllTensorsDebugState(bool))
  UNUSED_VALUE(size_t updateDeviceMemorySizeForShapes())
  UNUSED_POINTER(IRuntimeConfig* getRuntimeConfig() const)
  UNUSED_VALUE(bool setUnfusedTensorsDebugState(bool))
  UNUSED_VALUE(bool getUnfusedTensorsDebugState() const)
  UNUSED_VALUE(bool setCommunicator(void*))
#if NV_TENSORRT_MAJOR == 10
  UNUSED_VALUE(bool allInputShapesSpecified() const)
#if ENABLE_FEATURE_DISABLE_RUNTIME_ALLOCATION
  UNUSED_VALUE(bool isStreamCapturable(cudaStream_t) const)
#endif
#endif

 private:
  bool fail(const std::string& text) {
    parts_.error(text);
    return false;
  }

  void infer() {
    for (const PlanTensor& tensor : parts_.plan.tensors)
      if (tensor.is_input && !shapes_.count(tensor.name)) return;
    for (const Operator& op : parts_.plan.operators) shapes_[op.output()] = output_shape(op, shapes_);
  }

  bool enqueue(cudaStream_t stream) {
    const bool capturing = stream->capturing();
    const int planned = enter(capturing ? "enqueueV3(capturing)" : "enqueueV3");
    if (planned != 0) return fail("enqueueV3: planned failure " + std::to_string(planned));
    if (scratch_bytes_ < parts_.plan.bytes_of("scratch")) return fail("enqueueV3: too little device memory");
    if (capturing && !finish_capturable(stream)) return false;
    const uint64_t bytes = parts_.plan.bytes_of("enqueue");
    if (!capturing && bytes && ready_.count(shapes_) == 0) {
      void* memory = allocate(parts_, bytes, stream);
      if (!memory) return fail("enqueueV3: Error Code 2: OutOfMemory (no memory)");
      release(parts_, memory, stream);
    }
    if (!capturing) ready_.insert(shapes_);
    Kernel kernel{parts_.plan.operators, shapes_, addresses_, {}, scratch_, parts_.plan.bytes_of("scratch")};
    for (const PlanTensor& tensor : parts_.plan.tensors) kernel.element_sizes[tensor.name] = element_size(tensor.type);
    stream->put(CUstream_st::Kind::kKernel, kernel);
    return true;
  }

  bool finish_capturable(cudaStream_t stream) {
    if (ready_.count(shapes_) == 0) {
      stream->break_capture();
      return fail("Error Code 1: Cuda Runtime (operation not permitted when stream is capturing)");
    }
    if (parts_.plan.capture == "refuse") return fail("enqueueV3: this layer cannot be captured");
    if (parts_.plan.capture != "allocate") return true;
    void* memory = allocate(parts_, 64, stream);
    if (!memory) return fail("enqueueV3: Error Code 2: OutOfMemory (while capturing)");
    release(parts_, memory, stream);
    return true;
  }

  EngineParts& parts_;
  void* memory_ = nullptr;
  int32_t profile_ = 0;
  std::map<std::string, Sizes> shapes_;
  std::map<std::string, void*> addresses_;
  /// Shapes that have run once.
  std::set<std::map<std::string, Sizes>> ready_;
  unsigned char* scratch_ = nullptr;
  uint64_t scratch_bytes_ = 0;
  std::atomic<bool> inside_{false};
};

class DoubleContext final : public IExecutionContext {
 public:
  explicit DoubleContext(EngineParts& parts) : table_(parts) { mImpl = &table_; }
  ~DoubleContext() noexcept override { enter("~IExecutionContext"); }
  bool load() { return table_.load(); }

 private:
  ContextTable table_;
};

}  // namespace

IExecutionContext* make_context(EngineParts& parts) {
  auto* context = new DoubleContext(parts);
  if (context->load()) return context;
  delete context;
  parts.error("createExecutionContext: Error Code 2: OutOfMemory (no memory)");
  return nullptr;
}

}  // namespace brrr_double
