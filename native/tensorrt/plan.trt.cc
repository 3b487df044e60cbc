// Plans and their contexts over one major version of TensorRT.
#include "tensorrt/plan.h"

#include <algorithm>

#include "common/error.h"
#include "tensorrt/gpu_allocator.h"
#include "tensorrt/objects.trt.h"

namespace brrr::tensorrt::BRRR_TRT {
namespace {

using engine::DataType;

DataType data_type(nvinfer1::DataType type) {
  switch (type) {
    case nvinfer1::DataType::kFLOAT:
      return DataType::kFloat32;
    case nvinfer1::DataType::kHALF:
      return DataType::kFloat16;
    case nvinfer1::DataType::kBF16:
      return DataType::kBfloat16;
    case nvinfer1::DataType::kINT8:
      return DataType::kInt8;
    case nvinfer1::DataType::kUINT8:
      return DataType::kUint8;
    case nvinfer1::DataType::kINT32:
      return DataType::kInt32;
    case nvinfer1::DataType::kINT64:
      return DataType::kInt64;
    case nvinfer1::DataType::kBOOL:
      return DataType::kBool;
    default:
      return DataType::kOther;
  }
}

Dims from_dims(const nvinfer1::Dims& dims) { return Dims(dims.d, dims.d + std::max<int32_t>(dims.nbDims, 0)); }

nvinfer1::Dims to_dims(const Dims& dims) {
  nvinfer1::Dims out{};
  out.nbDims = static_cast<int32_t>(std::min<size_t>(dims.size(), nvinfer1::Dims::MAX_DIMS));
  std::copy_n(dims.begin(), out.nbDims, out.d);
  return out;
}

class Allocator final : public nvinfer1::IGpuAsyncAllocator {
 public:
  explicit Allocator(GpuAllocator& allocator) : allocator_(allocator) {}
  void* allocateAsync(uint64_t size, uint64_t alignment, nvinfer1::AllocatorFlags,
                      cudaStream_t stream) noexcept override {
    return allocator_.allocate(size, alignment, stream);
  }
  bool deallocateAsync(void* memory, cudaStream_t stream) noexcept override {
    return allocator_.release(memory, stream);
  }

 private:
  GpuAllocator& allocator_;
};

class TrtContext final : public Context {
 public:
  explicit TrtContext(nvinfer1::IExecutionContext* context) : context_(context) {}
  bool use_profile(int profile, cuda::Stream stream) override {
    return context_->setOptimizationProfileAsync(profile, stream);
  }
  bool set_shape(const char* input, const Dims& dims) override { return context_->setInputShape(input, to_dims(dims)); }
  Dims shape(const char* output) const override { return from_dims(context_->getTensorShape(output)); }
  bool set_address(const char* tensor, void* memory) override { return context_->setTensorAddress(tensor, memory); }
  void set_scratch(void* memory, size_t bytes) override {
    context_->setDeviceMemoryV2(memory, static_cast<int64_t>(bytes));
  }
  bool enqueue(cuda::Stream stream) override { return context_->enqueueV3(stream); }

 private:
  std::unique_ptr<nvinfer1::IExecutionContext> context_;
};

class TrtPlan final : public Plan {
 public:
  TrtPlan(const Library& library, GpuAllocator& allocator, const PlanBytes& bytes) : allocator_(allocator) {
    runtime_ = make_runtime(library);
    runtime_->setGpuAllocator(&allocator_);
    if (bytes.host_code) runtime_->setEngineHostCodeAllowed(true);
    engine_.reset(runtime_->deserializeCudaEngine(bytes.data, bytes.size));
    if (engine_) describe();
  }
  bool loaded() const { return engine_ != nullptr; }

  size_t scratch_bytes(int profile) const override {
    return static_cast<size_t>(engine_->getDeviceMemorySizeForProfileV2(profile));
  }

  std::unique_ptr<Context> make_context() override {
    auto* context = engine_->createExecutionContext(nvinfer1::ExecutionContextAllocationStrategy::kUSER_MANAGED);
    return context ? std::make_unique<TrtContext>(context) : nullptr;
  }

 private:
  void describe() {
    profiles_ = engine_->getNbOptimizationProfiles();
    for (int32_t i = 0; i < engine_->getNbIOTensors(); i++) {
      const char* name = engine_->getIOTensorName(i);
      const bool is_input = engine_->getTensorIOMode(name) == nvinfer1::TensorIOMode::kINPUT;
      engine::TensorInfo info = describe(name, is_input ? "input" : "output");
      if (is_input)
        inputs_.push_back({std::move(info), ranges(name)});
      else
        outputs_.push_back(std::move(info));
    }
  }

  engine::TensorInfo describe(const char* name, const char* role) const {
    const auto refuse = [&](const std::string& reason) {
      return Error("MODEL_UNSUPPORTED", std::string("The plan's ") + role + " \"" + name + "\" " + reason);
    };
    if (engine_->getTensorLocation(name) == nvinfer1::TensorLocation::kHOST)
      throw refuse("is a shape in host memory. Only tensors in device memory are supported.");
    if (engine_->getTensorFormat(name) != nvinfer1::TensorFormat::kLINEAR)
      throw refuse(std::string("has the format ") + engine_->getTensorFormatDesc(name) +
                   ". Build the plan with linear (row-major) inputs and outputs.");
    engine::TensorInfo info;
    info.name = name;
    info.type = data_type(engine_->getTensorDataType(name));
    if (info.type == DataType::kOther)
      throw refuse("has an element type without a typed array (8-bit or 4-bit floats, 4-bit integers).");
    info.dims = from_dims(engine_->getTensorShape(name));
    info.symbols.resize(info.dims.size());
    return info;
  }

  std::vector<Range> ranges(const char* name) const {
    using nvinfer1::OptProfileSelector;
    std::vector<Range> ranges;
    for (int32_t p = 0; p < profiles_; p++)
      ranges.push_back({from_dims(engine_->getProfileShape(name, p, OptProfileSelector::kMIN)),
                        from_dims(engine_->getProfileShape(name, p, OptProfileSelector::kOPT)),
                        from_dims(engine_->getProfileShape(name, p, OptProfileSelector::kMAX))});
    return ranges;
  }

  Allocator allocator_;
  std::unique_ptr<nvinfer1::IRuntime> runtime_;
  std::unique_ptr<nvinfer1::ICudaEngine> engine_;
};

}  // namespace

std::unique_ptr<Plan> load_plan(const Library& library, GpuAllocator& allocator, const PlanBytes& bytes) {
  auto plan = std::make_unique<TrtPlan>(library, allocator, bytes);
  if (!plan->loaded()) return nullptr;
  return plan;
}

}  // namespace brrr::tensorrt::BRRR_TRT
