#include "builder.h"

#include <chrono>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "control.h"
#include "network_table.h"
#include "runtime.h"

using namespace nvinfer1;

namespace brrr_double {
namespace {

int number(const char* key, const char* fallback) { return std::stoi(setting(key, fallback)); }

class Memory final : public IHostMemory, private apiv::VHostMemory {
 public:
  explicit Memory(std::string bytes) : bytes_(std::move(bytes)) { mImpl = this; }
  void* data() const noexcept override { return const_cast<char*>(bytes_.data()); }
  std::size_t size() const noexcept override { return bytes_.size(); }
  DataType type() const noexcept override { return DataType::kUINT8; }

 private:
  const std::string bytes_;
};

/// The parser's findings come as the network's name.
class Network final : public INetworkDefinition {
 public:
  Network() { mImpl = &table_; }
  ~Network() noexcept override { enter("~INetworkDefinition"); }

 private:
  class Table final : public UnusedNetwork {
   public:
    void setName(char const* name) noexcept override { name_ = name; }
    char const* getName() const noexcept override { return name_.c_str(); }

   private:
    std::string name_;
  } table_;
};

class Profile final : public IOptimizationProfile {
 public:
  Profile() { mImpl = &table_; }
  std::string text() const {
    std::string lines;
    for (const auto& [input, shapes] : table_.shapes)
      lines += "profile " + input + " " + shapes[0] + " " + shapes[1] + " " + shapes[2] + "\n";
    return lines;
  }

 private:
  struct Table final : UnusedProfile {
    bool setDimensions(char const* input, OptProfileSelector select, Dims const& dims) noexcept override {
      std::string& text = shapes[input][static_cast<int>(select)];
      for (int32_t i = 0; i < dims.nbDims; i++) text += (i ? "," : "") + std::to_string(dims.d[i]);
      return enter("setDimensions") == 0;
    }
    bool isValid() const noexcept override { return true; }
    std::map<std::string, std::string[3]> shapes;
  } table_;
};

class Timings final : public ITimingCache {
 public:
  explicit Timings(std::string bytes) : table_(std::move(bytes)) { mImpl = &table_; }

 private:
  struct Table final : UnusedTimings {
    explicit Table(std::string b) : bytes(std::move(b)) {}
    IHostMemory* serialize() const noexcept override { return new Memory(bytes + "+"); }
    const std::string bytes;
  } table_;
};

struct ConfigTable final : UnusedConfig {
  explicit ConfigTable(ILogger& l) : logger(l) {}
  void setFlag(BuilderFlag flag) noexcept override { flags |= 1U << static_cast<int>(flag); }
  void clearFlag(BuilderFlag flag) noexcept override { flags &= ~(1U << static_cast<int>(flag)); }
  bool getFlag(BuilderFlag flag) const noexcept override { return flags >> static_cast<int>(flag) & 1; }
  int32_t addOptimizationProfile(IOptimizationProfile const* profile) noexcept override {
    if (enter("addOptimizationProfile")) return -1;
    profiles.push_back(static_cast<const Profile*>(profile));
    return static_cast<int32_t>(profiles.size()) - 1;
  }
  int32_t getNbOptimizationProfiles() const noexcept override { return static_cast<int32_t>(profiles.size()); }
  void setMemoryPoolLimit(MemoryPoolType, std::size_t bytes) noexcept override { workspace = bytes; }
  std::size_t getMemoryPoolLimit(MemoryPoolType) const noexcept override { return workspace; }
  void setProgressMonitor(IProgressMonitor* m) noexcept override { monitor = m; }
  void setBuilderOptimizationLevel(int32_t l) noexcept override { level = l; }
  void setHardwareCompatibilityLevel(HardwareCompatibilityLevel h) noexcept override { hardware = static_cast<int>(h); }
#if NV_TENSORRT_MAJOR == 10
  void setMaxAuxStreams(int32_t n) noexcept override { aux_streams = n; }
#else
  bool setMaxAuxStreams(int32_t n) noexcept override {
    aux_streams = n;
    return true;
  }
#endif
  /// Like TensorRT's, refuses bytes that are no such cache.
  ITimingCache* createTimingCache(void const* bytes, std::size_t size) const noexcept override {
    const std::string text(static_cast<const char*>(bytes), size);
    if (!text.empty() && text.rfind("timings", 0) != 0) return nullptr;
    return new Timings(text.empty() ? "timings" : text);
  }
  bool setTimingCache(ITimingCache const&, bool) noexcept override { return enter("setTimingCache") == 0; }
  ITimingCache const* getTimingCache() const noexcept override { return nullptr; }

  std::string text() const {
    return "# workspace " + std::to_string(workspace) + " level " + std::to_string(level) + " aux " +
           std::to_string(aux_streams) + " hardware " + std::to_string(hardware) + " tf32 " +
           std::to_string(getFlag(BuilderFlag::kTF32)) + " versions " +
           std::to_string(getFlag(BuilderFlag::kVERSION_COMPATIBLE)) + "\n";
  }

  ILogger& logger;
  unsigned flags = 1U << static_cast<int>(BuilderFlag::kTF32);
  std::size_t workspace = 0;
  int level = 3, aux_streams = -1, hardware = 0;
  IProgressMonitor* monitor = nullptr;
  std::vector<const Profile*> profiles;
};

class Config final : public IBuilderConfig {
 public:
  explicit Config(ILogger& logger) : table(logger) { mImpl = &table; }
  ~Config() noexcept override { enter("~IBuilderConfig"); }
  ConfigTable table;
};

class BuilderTable final : public apiv::VBuilder {
 public:
  explicit BuilderTable(ILogger& logger) : logger_(logger) {}
  IBuilderConfig* createBuilderConfig() noexcept override {
    return enter("createBuilderConfig") ? nullptr : new Config(logger_);
  }
  INetworkDefinition* createNetworkV2(NetworkDefinitionCreationFlags flags) noexcept override {
#if NV_TENSORRT_MAJOR == 10
    if (!(flags >> static_cast<int>(NetworkDefinitionCreationFlag::kSTRONGLY_TYPED) & 1)) return nullptr;
#endif
    (void)flags;
    return enter("createNetworkV2") ? nullptr : new Network;
  }
  IOptimizationProfile* createOptimizationProfile() noexcept override {
    return enter("createOptimizationProfile") ? nullptr : &profiles_.emplace_back();
  }
  IHostMemory* buildSerializedNetwork(INetworkDefinition& network, IBuilderConfig& base) noexcept override {
    const ConfigTable& config = static_cast<Config&>(base).table;
    if (enter("buildSerializedNetwork"))
      return fail(setting("build_error", "Could not find any implementation for node"));
    if (config.workspace > static_cast<std::size_t>(number("build_memory_mb", "1000000")) << 20)
      return fail(
          "[virtualMemoryBuffer.cpp::resizePhysical::154] Error Code 2: OutOfMemory (Requested size was large.)");
    if (setting("build_crash", "") == "abort") std::abort();
    if (!work(config)) return fail("Build cancelled by the progress monitor");
    std::string plan = "brrr-double-plan\nversion " + own_version() + "\n" + network.getName() + config.text();
    for (const Profile* profile : config.profiles) plan += profile->text();
    return new Memory(plan + "end\n");
  }

#if NV_TENSORRT_MAJOR == 10
  UNUSED_VALUE(bool platformHasFastFp16() const)
  UNUSED_VALUE(bool platformHasFastInt8() const)
  UNUSED_VALUE(bool platformHasTf32() const)
#endif
  UNUSED_VALUE(int32_t getMaxDLABatchSize() const)
  UNUSED_VALUE(int32_t getNbDLACores() const)
  UNUSED(void setGpuAllocator(IGpuAllocator*))
  UNUSED(void setErrorRecorder(IErrorRecorder*))
  UNUSED_POINTER(IErrorRecorder* getErrorRecorder() const)
  UNUSED(void reset())
  UNUSED_VALUE(bool isNetworkSupported(INetworkDefinition const&, IBuilderConfig const&) const)
  UNUSED_POINTER(ILogger* getLogger() const)
  UNUSED_VALUE(bool setMaxThreads(int32_t))
  UNUSED_VALUE(int32_t getMaxThreads() const)
  IPluginRegistry& getPluginRegistry() noexcept override { std::abort(); }
  UNUSED_POINTER(ICudaEngine* buildEngineWithConfig(INetworkDefinition&, IBuilderConfig&))
  UNUSED_VALUE(bool buildSerializedNetworkToStream(INetworkDefinition&, IBuilderConfig&, IStreamWriter&))
  UNUSED_POINTER(IHostMemory* buildSerializedNetworkWithKernelText(INetworkDefinition&, IBuilderConfig&, IHostMemory*&))

 private:
  IHostMemory* fail(const std::string& text) {
    logger_.log(ILogger::Severity::kERROR, text.c_str());
    return nullptr;
  }

  /// Half of the outer phase's steps have a phase of their own; the monitor is called from another thread, as TensorRT
  /// does.
  bool work(const ConfigTable& config) {
    if (!config.monitor) return true;
    bool going = true;
    std::thread([&] {
      const int steps = number("build_steps", "4");
      config.monitor->phaseStart("build", nullptr, steps);
      for (int step = 0; step < steps && going; step++) {
        std::this_thread::sleep_for(std::chrono::milliseconds(number("build_step_ms", "0")));
        config.monitor->phaseStart("tactics", "build", 2);
        going = config.monitor->stepComplete("tactics", 0);
        config.monitor->phaseFinish("tactics");
        going = going && config.monitor->stepComplete("build", step);
      }
      config.monitor->phaseFinish("build");
    }).join();
    return going;
  }

  ILogger& logger_;
  std::list<Profile> profiles_;
};

class DoubleBuilder final : public IBuilder {
 public:
  explicit DoubleBuilder(ILogger& logger) : table_(logger) { mImpl = &table_; }
  ~DoubleBuilder() noexcept override { enter("~IBuilder"); }

 private:
  BuilderTable table_;
};

}  // namespace

IBuilder* make_builder(ILogger& logger) { return new DoubleBuilder(logger); }

}  // namespace brrr_double
