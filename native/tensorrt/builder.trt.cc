// One build with one major version of TensorRT.
#include "tensorrt/builder.h"

#include <NvOnnxParser.h>

#include <algorithm>
#include <memory>

#include "tensorrt/objects.trt.h"
#include "tensorrt/progress.trt.h"

namespace brrr::tensorrt::BRRR_TRT {
namespace {

using nvinfer1::BuilderFlag;
using nvinfer1::OptProfileSelector;

// TensorRT 11 knows no other networks.
#if NV_TENSORRT_MAJOR == 10
constexpr uint32_t kStronglyTyped = 1U << static_cast<int>(nvinfer1::NetworkDefinitionCreationFlag::kSTRONGLY_TYPED);
#else
constexpr uint32_t kStronglyTyped = 0;
#endif

nvinfer1::Dims to_dims(const Dims& dims) {
  nvinfer1::Dims out{};
  out.nbDims = static_cast<int32_t>(std::min<size_t>(dims.size(), nvinfer1::Dims::MAX_DIMS));
  std::copy_n(dims.begin(), out.nbDims, out.d);
  return out;
}

template <class T>
std::unique_ptr<T> made(T* object, const char* what) {
  if (!object) throw Error("BUILD_FAILED", std::string("TensorRT could not make ") + what + ".");
  return std::unique_ptr<T>(object);
}

std::string parser_errors(const nvonnxparser::IParser& parser) {
  std::string text;
  for (int i = 0; i < parser.getNbErrors(); i++) {
    const nvonnxparser::IParserError& error = *parser.getError(i);
    const std::string node = error.nodeName() ? error.nodeName() : "",
                      type = error.nodeOperator() ? error.nodeOperator() : "";
    text += (text.empty() ? "" : "; ") + (type.empty() ? "" : type + (node.empty() ? ": " : " \"" + node + "\": ")) +
            (error.desc() ? error.desc() : "");
  }
  return text.empty() ? "it gave no reason" : text;
}

/// The parser holds weights that the network reads: it stays until the plan is built.
std::unique_ptr<nvonnxparser::IParser> parse(const Library& library, nvinfer1::INetworkDefinition& network,
                                             const BuildRequest& request) {
  std::unique_ptr<nvonnxparser::IParser> parser(
      static_cast<nvonnxparser::IParser*>(make_object(library, "ONNX parser", [&] {
        return library.symbols.create_parser(&network, &logger(), NV_ONNX_PARSER_VERSION);
      })));
  if (!parser->parse(request.onnx, request.onnx_size, request.path.empty() ? nullptr : request.path.c_str()))
    throw Error("MODEL_UNSUPPORTED", "TensorRT cannot build this model: " + parser_errors(*parser));
  return parser;
}

void add_profile(nvinfer1::IBuilder& builder, nvinfer1::IBuilderConfig& config,
                 const std::map<std::string, Range>& ranges) {
  nvinfer1::IOptimizationProfile* profile = builder.createOptimizationProfile();  // the builder's own
  if (!profile) throw Error("BUILD_FAILED", "TensorRT could not make an optimisation profile.");
  for (const auto& [input, range] : ranges)
    if (!profile->setDimensions(input.c_str(), OptProfileSelector::kMIN, to_dims(range.min)) ||
        !profile->setDimensions(input.c_str(), OptProfileSelector::kOPT, to_dims(range.opt)) ||
        !profile->setDimensions(input.c_str(), OptProfileSelector::kMAX, to_dims(range.max)))
      throw Error("BUILD_FAILED", "TensorRT refuses the shapes given for input \"" + input + "\".");
  if (config.addOptimizationProfile(profile) < 0)
    throw Error("BUILD_FAILED", "TensorRT refuses the optimisation profile: each dynamic input needs its shapes.");
}

void configure(nvinfer1::IBuilderConfig& config, const BuildRequest& request) {
  config.setMemoryPoolLimit(nvinfer1::MemoryPoolType::kWORKSPACE, request.workspace);
  config.setBuilderOptimizationLevel(request.optimization_level);
  if (request.aux_streams >= 0) config.setMaxAuxStreams(request.aux_streams);
  if (!request.tf32) config.clearFlag(BuilderFlag::kTF32);
  if (request.version_compatible) config.setFlag(BuilderFlag::kVERSION_COMPATIBLE);
  if (request.hardware == Compatibility::kAmperePlus)
    config.setHardwareCompatibilityLevel(nvinfer1::HardwareCompatibilityLevel::kAMPERE_PLUS);
  if (request.hardware == Compatibility::kSameComputeCapability)
    config.setHardwareCompatibilityLevel(nvinfer1::HardwareCompatibilityLevel::kSAME_COMPUTE_CAPABILITY);
}

std::vector<uint8_t> bytes_of(const nvinfer1::IHostMemory* memory) {
  if (!memory) return {};
  const auto* bytes = static_cast<const uint8_t*>(memory->data());
  return {bytes, bytes + memory->size()};
}

/// A cache that TensorRT does not take (another version's, a damaged one) is left out.
std::unique_ptr<nvinfer1::ITimingCache> use_timings(nvinfer1::IBuilderConfig& config,
                                                    const std::vector<uint8_t>& bytes) {
  std::unique_ptr<nvinfer1::ITimingCache> cache(config.createTimingCache(bytes.data(), bytes.size()));
  if (!cache) cache.reset(config.createTimingCache(nullptr, 0));
  if (cache && !config.setTimingCache(*cache, false)) cache.reset();
  return cache;
}

}  // namespace

Built build(const Library& library, const BuildRequest& request, Job& job) {
  const auto builder = make_builder(library);
  const auto network = made(builder->createNetworkV2(kStronglyTyped), "a network");
  if (library.symbols.init_plugins) library.symbols.init_plugins(&logger(), "");
  const auto parser = parse(library, *network, request);
  const auto config = made(builder->createBuilderConfig(), "a build's configuration");
  configure(*config, request);
  for (const auto& ranges : request.profiles)
    if (!ranges.empty()) add_profile(*builder, *config, ranges);
  const auto timings = use_timings(*config, request.timings);
  Progress progress(job);
  config->setProgressMonitor(&progress);
  const std::unique_ptr<nvinfer1::IHostMemory> plan(builder->buildSerializedNetwork(*network, *config));
  Built built;
  built.plan = bytes_of(plan.get());
  if (timings && plan) {
    const std::unique_ptr<nvinfer1::IHostMemory> serialised(timings->serialize());
    built.timings = bytes_of(serialised.get());
  }
  return built;
}

}  // namespace brrr::tensorrt::BRRR_TRT
