#include "device/utilisation.h"

#include <map>
#include <mutex>

#include "common/error.h"
#include "common/shared_library.h"

namespace brrr::cuda {
namespace {

using Handle = struct nvmlDevice_st*;
struct Rates {
  unsigned gpu, memory;  // percent
};
struct Memory {
  unsigned long long total, free, used;  // bytes
};
constexpr int kTemperatureGpu = 0;

/// The part of NVML's C interface (nvml.h, version 2 symbols) that is used here. All functions return 0 for success.
struct Nvml {
  int (*init)() = nullptr;
  const char* (*error_string)(int) = nullptr;
  int (*driver_version)(char*, unsigned) = nullptr;
  int (*handle_by_pci)(const char*, Handle*) = nullptr;
  int (*rates)(Handle, Rates*) = nullptr;
  int (*memory)(Handle, Memory*) = nullptr;
  int (*temperature)(Handle, int, unsigned*) = nullptr;
  int (*power)(Handle, unsigned*) = nullptr;  // mW
};

[[noreturn]] void unavailable(const std::string& why) {
  throw Error("DEVICE_UNAVAILABLE", "The utilisation of the GPU cannot be read: " + why + ".");
}

Nvml open(const std::string& name) {
  SharedLibrary library = SharedLibrary::open(name);
  if (!library) unavailable(library.problem());
  Nvml nvml;
  library.find("nvmlInit_v2", nvml.init);
  library.find("nvmlErrorString", nvml.error_string);
  library.find("nvmlSystemGetDriverVersion", nvml.driver_version);
  library.find("nvmlDeviceGetHandleByPciBusId_v2", nvml.handle_by_pci);
  library.find("nvmlDeviceGetUtilizationRates", nvml.rates);
  library.find("nvmlDeviceGetMemoryInfo", nvml.memory);
  library.find("nvmlDeviceGetTemperature", nvml.temperature);
  library.find("nvmlDeviceGetPowerUsage", nvml.power);
  if (!nvml.init || !nvml.error_string || !nvml.driver_version || !nvml.handle_by_pci || !nvml.rates || !nvml.memory ||
      !nvml.temperature || !nvml.power)
    unavailable(library.path() + " is no NVML");
  if (int status = nvml.init()) unavailable(nvml.error_string(status));
  return nvml;
}

/// Initialised once for each library and kept: nvmlInit takes milliseconds.
const Nvml& nvml_of(const std::string& name) {
  static auto& mutex = *new std::mutex;
  static auto& opened = *new std::map<std::string, Nvml>;
  std::lock_guard<std::mutex> lock(mutex);
  auto found = opened.find(name);
  if (found == opened.end()) found = opened.emplace(name, open(name)).first;
  return found->second;
}

}  // namespace

Utilisation read_utilisation(const std::string& pci_bus_id, const std::string& library) {
  const Nvml& nvml = nvml_of(library.empty() ? "libnvidia-ml.so.1" : library);
  Handle device = nullptr;
  if (int status = nvml.handle_by_pci(pci_bus_id.c_str(), &device)) unavailable(nvml.error_string(status));
  Utilisation result;
  char driver[96] = "";
  if (nvml.driver_version(driver, sizeof driver) == 0) result.driver = driver;
  Rates rates{};
  if (nvml.rates(device, &rates) == 0) result.busy = rates.gpu / 100.0;
  Memory memory{};
  if (nvml.memory(device, &memory) == 0) {
    result.memory_used = memory.used;
    result.memory_total = memory.total;
  }
  unsigned value = 0;
  if (nvml.temperature(device, kTemperatureGpu, &value) == 0) result.temperature_c = value;
  if (nvml.power(device, &value) == 0) result.power_w = value / 1000.0;
  return result;
}

}  // namespace brrr::cuda
