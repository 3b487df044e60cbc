// The CUDA devices of this machine.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "device/cuda_api.h"

namespace brrr::cuda {

struct DeviceMemory {
  std::size_t free = 0, total = 0;  // bytes
};

struct Device {
  int index = 0;
  std::string name;
  int sm_major = 0, sm_minor = 0;
  int multiprocessors = 0;
  /// Shares its memory with the processor.
  bool integrated = false;
  /// "0000:65:00.0"; what NVML knows the device by.
  std::string pci_bus_id;
  DeviceMemory memory;
};

/// Number of devices, at least 1. Throws DEVICE_UNAVAILABLE or DRIVER_TOO_OLD (cuda_error.h).
int device_count(const Api& api);

/// Makes the device current on this thread and opens its context. Throws as device_count does, and DEVICE_UNAVAILABLE
/// where there is no device of that index. To be called before anything of TensorRT is made.
void use_device(const Api& api, int index);

/// cudaMemGetInfo: of the whole device, all processes together. Leaves the device current.
DeviceMemory read_memory(const Api& api, int index);

/// Every device; opens a context on each. Throws as device_count does.
std::vector<Device> list_devices(const Api& api);

/// The driver's CUDA version, 0 where there is no driver.
int driver_version(const Api& api);

}  // namespace brrr::cuda
