#include "device/devices.h"

#include "device/cuda_error.h"

namespace brrr::cuda {
namespace {

int attribute(const Api& api, int which, int index) {
  int value = 0;
  check(api, api.device_get_attribute(&value, which, index), "read an attribute of the device");
  return value;
}

std::string device_name(const Api& api, int index) {
  char name[256] = "";
  if (!api.driver_device_get_name || api.driver_device_get_name(name, sizeof name, index) != kSuccess)
    return "CUDA device " + std::to_string(index);
  return name;
}

}  // namespace

int device_count(const Api& api) {
  int count = 0;
  int status = api.get_device_count(&count);
  if (status == kSuccess && count == 0) status = 100;
  check(api, status, "count the devices");
  return count;
}

void use_device(const Api& api, int index) {
  const int count = device_count(api);
  if (index < 0 || index >= count)
    throw Error("DEVICE_UNAVAILABLE",
                "There is no device cuda:" + std::to_string(index) + ": this machine has " +
                    (count == 1 ? "only cuda:0." : "cuda:0 to cuda:" + std::to_string(count - 1) + "."));
  check(api, api.set_device(index), "select the device");
  // Opens the context, whose failures (an exclusive or a lost device) would else come out of TensorRT.
  check(api, api.free(nullptr), "open a context on the device");
}

DeviceMemory read_memory(const Api& api, int index) {
  DeviceMemory memory;
  check(api, api.set_device(index), "select the device");
  check(api, api.mem_get_info(&memory.free, &memory.total), "read the device's memory");
  return memory;
}

std::vector<Device> list_devices(const Api& api) {
  std::vector<Device> devices(device_count(api));
  for (int index = 0; index < static_cast<int>(devices.size()); index++) {
    Device& device = devices[index];
    device.index = index;
    device.name = device_name(api, index);
    device.sm_major = attribute(api, kAttributeComputeCapabilityMajor, index);
    device.sm_minor = attribute(api, kAttributeComputeCapabilityMinor, index);
    device.multiprocessors = attribute(api, kAttributeMultiProcessorCount, index);
    device.integrated = attribute(api, kAttributeIntegrated, index) != 0;
    char bus[32] = "";
    check(api, api.device_get_pci_bus_id(bus, sizeof bus, index), "read the device's PCI address");
    device.pci_bus_id = bus;
    device.memory = read_memory(api, index);
  }
  return devices;
}

int driver_version(const Api& api) {
  int version = 0;
  api.driver_get_version(&version);
  return version;
}

}  // namespace brrr::cuda
