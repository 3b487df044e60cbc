// What the double's network and its builder's other objects leave unanswered, of each major version's tables.
#pragma once

#include <NvInfer.h>

#include <cstdlib>

#include "tables.h"

// The tables hold what the majors keep for older callers.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace brrr_double {

using namespace nvinfer1;

class UnusedNetwork : public apiv::VNetworkDefinition {
 public:
  UNUSED_POINTER(ITensor* addInput(char const*, DataType, Dims const&))
  UNUSED(void markOutput(ITensor&))
  UNUSED_POINTER(IActivationLayer* addActivation(ITensor&, ActivationType))
  UNUSED_POINTER(ILRNLayer* addLRN(ITensor&, int64_t, float, float, float))
  UNUSED_POINTER(IScaleLayer* addScale(ITensor&, ScaleMode, Weights, Weights, Weights))
  UNUSED_POINTER(ISoftMaxLayer* addSoftMax(ITensor&))
  UNUSED_POINTER(IConcatenationLayer* addConcatenation(ITensor* const*, int32_t))
  UNUSED_POINTER(IElementWiseLayer* addElementWise(ITensor&, ITensor&, ElementWiseOperation))
  UNUSED_POINTER(IUnaryLayer* addUnary(ITensor&, UnaryOperation))
  UNUSED_POINTER(IShuffleLayer* addShuffle(ITensor&))
  UNUSED_VALUE(int32_t getNbLayers() const)
  UNUSED_POINTER(ILayer* getLayer(int32_t) const)
  UNUSED_VALUE(int32_t getNbInputs() const)
  UNUSED_POINTER(ITensor* getInput(int32_t) const)
  UNUSED_VALUE(int32_t getNbOutputs() const)
  UNUSED_POINTER(ITensor* getOutput(int32_t) const)
  UNUSED_POINTER(IReduceLayer* addReduce(ITensor&, ReduceOperation, uint32_t, bool))
  UNUSED_POINTER(ITopKLayer* addTopK(ITensor&, TopKOperation, int32_t, uint32_t))
  UNUSED_POINTER(IGatherLayer* addGather(ITensor&, ITensor&, int32_t))
  UNUSED_POINTER(IRaggedSoftMaxLayer* addRaggedSoftMax(ITensor&, ITensor&))
  UNUSED_POINTER(IMatrixMultiplyLayer* addMatrixMultiply(ITensor&, MatrixOperation, ITensor&, MatrixOperation))
  UNUSED_POINTER(IConstantLayer* addConstant(Dims const&, Weights))
  UNUSED_POINTER(IIdentityLayer* addIdentity(ITensor&))
  UNUSED(void removeTensor(ITensor&))
  UNUSED(void unmarkOutput(ITensor&))
  UNUSED_POINTER(IPluginV2Layer* addPluginV2(ITensor* const*, int32_t, IPluginV2&))
  UNUSED_POINTER(IPluginV3Layer* addPluginV3(ITensor* const*, int32_t, ITensor* const*, int32_t, IPluginV3&))
  UNUSED_POINTER(ISliceLayer* addSlice(ITensor&, Dims const&, Dims const&, Dims const&))
  UNUSED_POINTER(IShapeLayer* addShape(ITensor&))
  UNUSED_VALUE(bool hasImplicitBatchDimension() const)
  UNUSED_VALUE(bool markOutputForShapes(ITensor&))
  UNUSED_VALUE(bool unmarkOutputForShapes(ITensor&))
  UNUSED_POINTER(IParametricReLULayer* addParametricReLU(ITensor&, ITensor&))
  UNUSED_POINTER(IConvolutionLayer* addConvolutionNd(ITensor&, int64_t, Dims const&, Weights, Weights))
  UNUSED_POINTER(IPoolingLayer* addPoolingNd(ITensor&, PoolingType, Dims const&))
  UNUSED_POINTER(IDeconvolutionLayer* addDeconvolutionNd(ITensor&, int64_t, Dims const&, Weights, Weights))
  UNUSED_POINTER(IScaleLayer* addScaleNd(ITensor&, ScaleMode, Weights, Weights, Weights, int32_t))
  UNUSED_POINTER(IResizeLayer* addResize(ITensor&))
  UNUSED_POINTER(ILoop* addLoop())
  UNUSED_POINTER(ISelectLayer* addSelect(ITensor&, ITensor&, ITensor&))
  UNUSED_POINTER(IPaddingLayer* addPaddingNd(ITensor&, Dims const&, Dims const&))
  UNUSED_VALUE(bool setWeightsName(Weights, char const*))
  UNUSED(void setErrorRecorder(IErrorRecorder*))
  UNUSED_POINTER(IErrorRecorder* getErrorRecorder() const)
  UNUSED_POINTER(IGatherLayer* addGatherV2(ITensor&, ITensor&, GatherMode))
  UNUSED_POINTER(IIfConditional* addIfConditional())
  UNUSED_POINTER(IScatterLayer* addScatter(ITensor&, ITensor&, ITensor&, ScatterMode))
  UNUSED_POINTER(IEinsumLayer* addEinsum(ITensor* const*, int32_t, char const*))
  UNUSED_POINTER(IAssertionLayer* addAssertion(ITensor&, char const*))
  UNUSED_POINTER(IOneHotLayer* addOneHot(ITensor&, ITensor&, ITensor&, int32_t))
  UNUSED_POINTER(INonZeroLayer* addNonZero(ITensor&))
  UNUSED_POINTER(IGridSampleLayer* addGridSample(ITensor&, ITensor&))
  UNUSED_POINTER(INMSLayer* addNMS(ITensor&, ITensor&, ITensor&))
  UNUSED_POINTER(IReverseSequenceLayer* addReverseSequence(ITensor&, ITensor&))
  UNUSED_POINTER(INormalizationLayer* addNormalization(ITensor&, ITensor&, ITensor&, uint32_t))
  UNUSED_POINTER(ICastLayer* addCast(ITensor&, DataType))
  IBuilder& getBuilder() const noexcept override { std::abort(); }
  UNUSED_VALUE(NetworkDefinitionCreationFlags getFlags() const)
  UNUSED_VALUE(bool getFlag(NetworkDefinitionCreationFlag) const)
  UNUSED_POINTER(IQuantizeLayer* addQuantizeV2(ITensor&, ITensor&, DataType))
  UNUSED_POINTER(IDequantizeLayer* addDequantizeV2(ITensor&, ITensor&, DataType))
  UNUSED_POINTER(IFillLayer* addFillV2(Dims const&, FillOperation, DataType))
  UNUSED_VALUE(bool markDebug(ITensor&))
  UNUSED_VALUE(bool unmarkDebug(ITensor&))
  UNUSED_VALUE(bool isDebugTensor(ITensor const&) const)
  UNUSED_VALUE(bool markWeightsRefittable(char const*))
  UNUSED_VALUE(bool unmarkWeightsRefittable(char const*))
  UNUSED_VALUE(bool areWeightsMarkedRefittable(char const*) const)
  UNUSED_POINTER(ISqueezeLayer* addSqueeze(ITensor&, ITensor&))
  UNUSED_POINTER(IUnsqueezeLayer* addUnsqueeze(ITensor&, ITensor&))
  UNUSED_POINTER(IDynamicQuantizeLayer* addDynamicQuantize(ITensor&, int32_t, int32_t, DataType, DataType))
  UNUSED_POINTER(ICumulativeLayer* addCumulative(ITensor&, ITensor&, CumulativeOperation, bool, bool))
  UNUSED_VALUE(bool markUnfusedTensorsAsDebugTensors())
  UNUSED_VALUE(bool unmarkUnfusedTensorsAsDebugTensors())
  UNUSED_POINTER(ITopKLayer* addTopKV2(ITensor&, TopKOperation, int32_t, uint32_t, DataType))
  UNUSED_POINTER(INonZeroLayer* addNonZeroV2(ITensor&, DataType))
  UNUSED_POINTER(INMSLayer* addNMSV2(ITensor&, ITensor&, ITensor&, DataType))
  UNUSED_POINTER(IAttention* addAttention(ITensor&, ITensor&, ITensor&, AttentionNormalizationOp, bool))
  UNUSED_POINTER(IRotaryEmbeddingLayer* addRotaryEmbedding(ITensor&, ITensor&, ITensor&, bool, int32_t))
  UNUSED_POINTER(IDynamicQuantizeLayer* addDynamicQuantizeV2(ITensor&, Dims const&, DataType, DataType))
  UNUSED_POINTER(IKVCacheUpdateLayer* addKVCacheUpdate(ITensor&, ITensor&, ITensor&, KVCacheMode))
  UNUSED_POINTER(INormalizationLayer* addNormalizationV2(ITensor&, ITensor&, ITensor&, uint32_t))
  UNUSED_POINTER(IMoELayer* addMoE(ITensor&, ITensor&, ITensor&))
  UNUSED_POINTER(IDistCollectiveLayer* addDistCollective(ITensor&, CollectiveOperation, ReduceOperation, int64_t,
                                                         int64_t*, int64_t))
#if NV_TENSORRT_MAJOR == 10
  UNUSED_POINTER(IFillLayer* addFill(Dims const&, FillOperation))
  UNUSED_POINTER(IDequantizeLayer* addDequantize(ITensor&, ITensor&))
  UNUSED_POINTER(IQuantizeLayer* addQuantize(ITensor&, ITensor&))
#else
  UNUSED_POINTER(IAttention* addAttentionV2(ITensor&, ITensor&, ITensor&, AttentionNormalizationOp, CausalMaskKind))
#endif
};

class UnusedConfig : public apiv::VBuilderConfig {
 public:
  UNUSED(void setAvgTimingIterations(int32_t))
  UNUSED_VALUE(int32_t getAvgTimingIterations() const)
  UNUSED(void setEngineCapability(EngineCapability))
  UNUSED_VALUE(EngineCapability getEngineCapability() const)
  UNUSED(void setFlags(BuilderFlags))
  UNUSED_VALUE(BuilderFlags getFlags() const)
  UNUSED(void setDeviceType(ILayer const*, DeviceType))
  UNUSED_VALUE(DeviceType getDeviceType(ILayer const*) const)
  UNUSED_VALUE(bool isDeviceTypeSet(ILayer const*) const)
  UNUSED(void resetDeviceType(ILayer const*))
  UNUSED_VALUE(bool canRunOnDLA(ILayer const*) const)
  UNUSED(void setDLACore(int32_t))
  UNUSED_VALUE(int32_t getDLACore() const)
  UNUSED(void setDefaultDeviceType(DeviceType))
  UNUSED_VALUE(DeviceType getDefaultDeviceType() const)
  UNUSED(void reset())
  UNUSED(void setProfileStream(const cudaStream_t))
  UNUSED_VALUE(cudaStream_t getProfileStream() const)
  UNUSED(void setProfilingVerbosity(ProfilingVerbosity))
  UNUSED_VALUE(ProfilingVerbosity getProfilingVerbosity() const)
  UNUSED_VALUE(bool setTacticSources(TacticSources))
  UNUSED_VALUE(TacticSources getTacticSources() const)
  UNUSED(void setPreviewFeature(PreviewFeature, bool))
  UNUSED_VALUE(bool getPreviewFeature(PreviewFeature) const)
  UNUSED_VALUE(int32_t getBuilderOptimizationLevel() const)
  UNUSED_VALUE(HardwareCompatibilityLevel getHardwareCompatibilityLevel() const)
  UNUSED(void setPluginsToSerialize(char const* const*, int32_t))
  UNUSED_POINTER(char const* getPluginToSerialize(int32_t) const)
  UNUSED_VALUE(int32_t getNbPluginsToSerialize() const)
  UNUSED_VALUE(int32_t getMaxAuxStreams() const)
  UNUSED_POINTER(IProgressMonitor* getProgressMonitor() const)
  UNUSED(void setRuntimePlatform(RuntimePlatform))
  UNUSED_VALUE(RuntimePlatform getRuntimePlatform() const)
  UNUSED(void setMaxNbTactics(int32_t))
  UNUSED_VALUE(int32_t getMaxNbTactics() const)
  UNUSED_VALUE(bool setTilingOptimizationLevel(TilingOptimizationLevel))
  UNUSED_VALUE(TilingOptimizationLevel getTilingOptimizationLevel() const)
  UNUSED_VALUE(bool setL2LimitForTiling(int64_t))
  UNUSED_VALUE(int64_t getL2LimitForTiling() const)
  UNUSED_VALUE(bool setRemoteAutoTuningConfig(char const*))
  UNUSED_POINTER(char const* getRemoteAutoTuningConfig() const)
#if NV_TENSORRT_MAJOR == 10
  UNUSED(void setInt8Calibrator(IInt8Calibrator*))
  UNUSED_POINTER(IInt8Calibrator* getInt8Calibrator() const)
  UNUSED(void setAlgorithmSelector(IAlgorithmSelector*))
  UNUSED_POINTER(IAlgorithmSelector* getAlgorithmSelector() const)
  UNUSED_VALUE(bool setCalibrationProfile(IOptimizationProfile const*))
  UNUSED_POINTER(IOptimizationProfile const* getCalibrationProfile())
  UNUSED(void setQuantizationFlags(QuantizationFlags))
  UNUSED_VALUE(QuantizationFlags getQuantizationFlags() const)
  UNUSED(void clearQuantizationFlag(QuantizationFlag))
  UNUSED(void setQuantizationFlag(QuantizationFlag))
  UNUSED_VALUE(bool getQuantizationFlag(QuantizationFlag) const)
#else
  UNUSED_VALUE(bool setBuildRoute(char const*))
  UNUSED_POINTER(char const* getBuildRoute() const)
  UNUSED_POINTER(char const* getAllBuildRoutes() const)
#endif
};

class UnusedProfile : public apiv::VOptimizationProfile {
 public:
  UNUSED_VALUE(Dims getDimensions(char const*, OptProfileSelector) const)
  UNUSED_VALUE(int32_t getNbShapeValues(char const*) const)
  UNUSED_VALUE(bool setExtraMemoryTarget(float))
  UNUSED_VALUE(float getExtraMemoryTarget() const)
  UNUSED_VALUE(bool setShapeValuesV2(char const*, OptProfileSelector, int64_t const*, int32_t))
  UNUSED_POINTER(int64_t const* getShapeValuesV2(char const*, OptProfileSelector) const)
#if NV_TENSORRT_MAJOR == 10
  UNUSED_VALUE(bool setShapeValues(char const*, OptProfileSelector, int32_t const*, int32_t))
  UNUSED_POINTER(int32_t const* getShapeValues(char const*, OptProfileSelector) const)
#endif
};

class UnusedTimings : public apiv::VTimingCache {
 public:
  UNUSED_VALUE(bool combine(ITimingCache const&, bool))
  UNUSED_VALUE(bool reset())
  UNUSED_VALUE(int64_t queryKeys(TimingCacheKey*, int64_t) const)
  UNUSED_VALUE(TimingCacheValue query(TimingCacheKey const&) const)
  UNUSED_VALUE(bool update(TimingCacheKey const&, TimingCacheValue const&))
};

}  // namespace brrr_double

#pragma GCC diagnostic pop
