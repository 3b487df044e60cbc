// ICudaEngine of the TensorRT double.
#include "engine.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>

#include "control.h"
#include "runtime.h"
#include "tables.h"

using namespace nvinfer1;

namespace brrr_double {
namespace {

DataType data_type(const std::string& name) {
  const std::pair<const char*, DataType> types[] = {
      {"float32", DataType::kFLOAT}, {"float16", DataType::kHALF}, {"bfloat16", DataType::kBF16},
      {"int8", DataType::kINT8},     {"uint8", DataType::kUINT8},  {"int32", DataType::kINT32},
      {"int64", DataType::kINT64},   {"bool", DataType::kBOOL},    {"float8", DataType::kFP8}};
  for (const auto& [known, type] : types)
    if (name == known) return type;
  std::abort();
}

class EngineTable : public apiv::VCudaEngine {
 public:
  EngineTable(ILogger& logger, IGpuAllocator& allocator, PlanText plan) : parts_(logger, allocator, std::move(plan)) {}

  /// False where the allocator refuses.
  bool load() {
    const uint64_t bytes = parts_.plan.bytes_of("weights");
    weights_ = bytes ? allocate(parts_, bytes, nullptr) : nullptr;
    return weights_ || bytes == 0;
  }
  ~EngineTable() override {
    if (parts_.contexts != 0) std::abort();  // contexts go before their engine
    if (weights_) release(parts_, weights_, nullptr);
  }

  IExecutionContext* createExecutionContext(ExecutionContextAllocationStrategy strategy) noexcept override {
    if (enter("createExecutionContext") != 0) {
      parts_.error("createExecutionContext: planned failure");
      return nullptr;
    }
    if (strategy != ExecutionContextAllocationStrategy::kUSER_MANAGED) std::abort();
    return make_context(parts_);
  }
  int32_t getNbOptimizationProfiles() const noexcept override {
    for (const PlanTensor& tensor : parts_.plan.tensors)
      if (tensor.is_input) return static_cast<int32_t>(std::max<std::size_t>(tensor.profiles.size(), 1));
    return 1;
  }
  Dims getTensorShape(char const* name) const noexcept override { return to_dims(parts_.plan.tensor(name).dims); }
  DataType getTensorDataType(char const* name) const noexcept override {
    return data_type(parts_.plan.tensor(name).type);
  }
  TensorLocation getTensorLocation(char const* name) const noexcept override {
    return parts_.plan.tensor(name).attribute == "host" ? TensorLocation::kHOST : TensorLocation::kDEVICE;
  }
  TensorIOMode getTensorIOMode(char const* name) const noexcept override {
    return parts_.plan.tensor(name).is_input ? TensorIOMode::kINPUT : TensorIOMode::kOUTPUT;
  }
  TensorFormat getTensorFormat(char const* name) const noexcept override {
    return parts_.plan.tensor(name).attribute == "vector" ? TensorFormat::kCHW4 : TensorFormat::kLINEAR;
  }
  char const* getTensorFormatDesc(char const*) const noexcept override { return "CHW4"; }
  Dims getProfileShape(char const* name, int32_t profile, OptProfileSelector which) const noexcept override {
    const PlanTensor& tensor = parts_.plan.tensor(name);
    if (tensor.profiles.empty()) return to_dims(tensor.dims);
    const PlanTensor::Profile& shapes = tensor.profiles[profile];
    if (which == OptProfileSelector::kMIN) return to_dims(shapes.min);
    return to_dims(which == OptProfileSelector::kOPT ? shapes.opt : shapes.max);
  }
  int32_t getNbIOTensors() const noexcept override { return static_cast<int32_t>(parts_.plan.tensors.size()); }
  char const* getIOTensorName(int32_t index) const noexcept override { return parts_.plan.tensors[index].name.c_str(); }
  int64_t getDeviceMemorySizeForProfileV2(int32_t) const noexcept override {
    return static_cast<int64_t>(parts_.plan.bytes_of("scratch"));
  }

  UNUSED_POINTER(ICudaEngine* getPImpl())
  UNUSED_VALUE(int32_t getNbLayers() const)
  UNUSED_POINTER(IHostMemory* serialize() const)
  UNUSED_VALUE(bool isRefittable() const)
  UNUSED_POINTER(char const* getName() const)
  UNUSED_VALUE(EngineCapability getEngineCapability() const)
  UNUSED(void setErrorRecorder(IErrorRecorder*))
  UNUSED_POINTER(IErrorRecorder* getErrorRecorder() const)
  UNUSED_VALUE(TacticSources getTacticSources() const)
  UNUSED_VALUE(ProfilingVerbosity getProfilingVerbosity() const)
  UNUSED_POINTER(IEngineInspector* createEngineInspector() const)
  UNUSED_VALUE(bool isShapeInferenceIO(char const*) const)
  UNUSED_VALUE(int32_t getTensorBytesPerComponent(char const*) const)
  UNUSED_VALUE(int32_t getTensorComponentsPerElement(char const*) const)
  UNUSED_VALUE(int32_t getTensorVectorizedDim(char const*) const)
  UNUSED_VALUE(HardwareCompatibilityLevel getHardwareCompatibilityLevel() const)
  UNUSED_VALUE(int32_t getNbAuxStreams() const)
  UNUSED_VALUE(int32_t getTensorBytesPerComponentV2(char const*, int32_t) const)
  UNUSED_VALUE(int32_t getTensorComponentsPerElementV2(char const*, int32_t) const)
  UNUSED_VALUE(TensorFormat getTensorFormatV2(char const*, int32_t) const)
  UNUSED_POINTER(char const* getTensorFormatDescV2(char const*, int32_t) const)
  UNUSED_VALUE(int32_t getTensorVectorizedDimV2(char const*, int32_t) const)
  UNUSED_POINTER(ISerializationConfig* createSerializationConfig())
  UNUSED_POINTER(IHostMemory* serializeWithConfig(ISerializationConfig&) const)
  UNUSED_POINTER(IRefitter* createRefitter(ILogger&))
  UNUSED_VALUE(int64_t getStreamableWeightsSize() const)
  UNUSED_VALUE(bool isDebugTensor(char const*) const)
  UNUSED_VALUE(bool setWeightStreamingBudgetV2(int64_t))
  UNUSED_VALUE(int64_t getWeightStreamingBudgetV2() const)
  UNUSED_VALUE(int64_t getWeightStreamingAutomaticBudget() const)
  UNUSED_VALUE(int64_t getWeightStreamingScratchMemorySize() const)
  UNUSED_VALUE(int64_t getDeviceMemorySizeV2() const)
  UNUSED_POINTER(int64_t const* getProfileTensorValuesV2(char const*, int32_t, OptProfileSelector) const)
  UNUSED_POINTER(IExecutionContext* createExecutionContextWithRuntimeConfig(IRuntimeConfig*))
  UNUSED_POINTER(IRuntimeConfig* createRuntimeConfig())
  UNUSED_VALUE(int64_t getEngineStat(EngineStat) const)
  UNUSED_POINTER(char const* getAliasedInputTensor(char const*) const)
#if NV_TENSORRT_MAJOR == 10
  UNUSED_POINTER(IExecutionContext* createExecutionContextWithoutDeviceMemory())
  UNUSED_VALUE(size_t getDeviceMemorySize() const)
  UNUSED_POINTER(int32_t const* getProfileTensorValues(char const*, int32_t, OptProfileSelector) const)
  UNUSED_VALUE(bool hasImplicitBatchDimension() const)
  UNUSED_VALUE(size_t getDeviceMemorySizeForProfile(int32_t) const)
  UNUSED_VALUE(bool setWeightStreamingBudget(int64_t))
  UNUSED_VALUE(int64_t getWeightStreamingBudget() const)
  UNUSED_VALUE(int64_t getMinimumWeightStreamingBudget() const)
#endif

 private:
  EngineParts parts_;
  void* weights_ = nullptr;
};

class DoubleEngine final : public ICudaEngine {
 public:
  DoubleEngine(ILogger& logger, IGpuAllocator& allocator, PlanText plan) : table_(logger, allocator, std::move(plan)) {
    mImpl = &table_;
  }
  ~DoubleEngine() noexcept override { enter("~ICudaEngine"); }
  bool load() { return table_.load(); }

 private:
  EngineTable table_;
};

}  // namespace

void* allocate(EngineParts& parts, uint64_t bytes, cudaStream_t stream) {
  return parts.allocator.allocateAsync(bytes, 256, 0, stream);
}

void release(EngineParts& parts, void* memory, cudaStream_t stream) { parts.allocator.deallocateAsync(memory, stream); }

Dims to_dims(const Sizes& sizes) {
  Dims dims{};
  dims.nbDims = static_cast<int32_t>(sizes.size());
  std::copy(sizes.begin(), sizes.end(), dims.d);
  return dims;
}

ICudaEngine* deserialise(ILogger& logger, IGpuAllocator& allocator, const void* bytes, std::size_t size,
                         bool host_code_allowed) {
  const auto refuse = [&](const std::string& why) {
    logger.log(ILogger::Severity::kERROR, why.c_str());
    return nullptr;
  };
  const std::string text(static_cast<const char*>(bytes), size);
  PlanText plan;
  if (!parse(text, plan))
    return refuse(
        "IRuntime::deserializeCudaEngine: Error Code 1: Serialization (Serialization assertion "
        "plan->header.magicTag == rt::kPLAN_MAGIC_TAG failed.)");
  if (!plan.version.empty() && plan.version != own_version())
    return refuse(
        "IRuntime::deserializeCudaEngine: Error Code 6: API Usage Error (The engine plan file is not "
        "compatible with this version of TensorRT, expecting library version " +
        own_version() + " got " + plan.version + ", please rebuild.)");
  if (plan.compute != "9.0")
    return refuse(
        "IRuntime::deserializeCudaEngine: Error Code 6: API Usage Error (The engine plan file is generated on "
        "an incompatible device, expecting compute 9.0 got compute " +
        plan.compute + ", please rebuild.)");
  // What builder.cc writes of a version-compatible plan.
  if (text.find(" versions 1\n") != std::string::npos && !host_code_allowed)
    return refuse(
        "IRuntime::deserializeCudaEngine: Error Code 4: API Usage Error (The engine holds host code, which is not "
        "allowed.)");
  auto* engine = new DoubleEngine(logger, allocator, std::move(plan));
  if (engine->load()) return engine;
  delete engine;
  return refuse("Error Code 2: OutOfMemory (Requested size was refused.)");
}

}  // namespace brrr_double
