// How busy a GPU is, from the driver's management library (NVML). Read when asked, never polled.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace brrr::cuda {

struct Utilisation {
  std::string driver;          // "550.54.15"
  std::optional<double> busy;  // share of the last sample period (1/6 to 1 s) in which a kernel ran, 0 to 1
  std::optional<std::size_t> memory_used, memory_total;  // bytes, all processes together
  std::optional<double> temperature_c, power_w;
};

/// Of the device at that PCI address; a value that the device does not tell stays empty. `library` names another NVML
/// than libnvidia-ml.so.1. Throws DEVICE_UNAVAILABLE where NVML or the device is missing.
Utilisation read_utilisation(const std::string& pci_bus_id, const std::string& library = "");

}  // namespace brrr::cuda
