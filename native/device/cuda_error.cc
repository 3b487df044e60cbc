#include "device/cuda_error.h"

#include "common/shared_library.h"

namespace brrr::cuda {
namespace {

/// The oldest Linux driver of a runtime's major version (CUDA's release notes, minor version compatibility).
const char* oldest_driver(int runtime) { return runtime >= 13000 ? "580" : "525"; }

Error driver_error(const Api& api, const std::string& label) {
  int driver = 0;
  api.driver_get_version(&driver);
  const std::string wanted = std::string("NVIDIA driver ") + oldest_driver(api.version) + " or newer";
  if (driver == 0)
    return Error("DEVICE_UNAVAILABLE",
                 "No NVIDIA driver was found" + label + ". Install " + wanted + ", or use device \"cpu\".");
  return Error("DRIVER_TOO_OLD", "The NVIDIA driver is too old: it knows CUDA " + version_text(driver) +
                                     ", the CUDA runtime is " + version_text(api.version) + label + ". Install " +
                                     wanted + ".");
}

std::string visible_devices() {
  const std::string value = environment_variable("CUDA_VISIBLE_DEVICES");
  return value.empty() ? "" : " CUDA_VISIBLE_DEVICES is \"" + value + "\".";
}

}  // namespace

Error error_of(const Api& api, int status, const std::string& action) {
  const std::string label = " (CUDA error " + std::to_string(status) + ", " + api.get_error_string(status) + ")";
  switch (status) {
    case kErrorMemoryAllocation:
      return Error("OUT_OF_DEVICE_MEMORY",
                   "The GPU has not enough free memory: CUDA could not " + action + label + ".");
    case 3:
      return Error("DEVICE_UNAVAILABLE", "CUDA could not be initialised" + label +
                                             ". A process that was forked after its parent used CUDA cannot use it.");
    case 35:
      return driver_error(api, label);
    case 46:
      return Error("DEVICE_UNAVAILABLE",
                   "The GPU is in use exclusively by another process, or its compute mode forbids this" + label + ".");
    case 100:
      return Error("DEVICE_UNAVAILABLE", "The NVIDIA driver reports no device" + label + "." + visible_devices() +
                                             " In a container, start it with its GPUs (--gpus all); or use device "
                                             "\"cpu\".");
    case 101:
      return Error("DEVICE_UNAVAILABLE", "There is no such CUDA device" + label + "." + visible_devices());
    case 802:
      return Error("DEVICE_UNAVAILABLE",
                   "The GPU system is not ready" + label + ". On an NVSwitch machine, start nvidia-fabricmanager.");
    case 803:
      return Error("DRIVER_TOO_OLD", "The driver's kernel module and its libraries have different versions" + label +
                                         ". Reload the module or restart the machine.");
    case 804:
      return Error("DRIVER_TOO_OLD", "The CUDA compatibility libraries do not support this GPU" + label +
                                         ". Install NVIDIA driver " + oldest_driver(api.version) + " or newer.");
    case 999:
      return Error("DEVICE_UNAVAILABLE", "The NVIDIA driver is in a bad state" + label +
                                             ". Reload the nvidia_uvm module or restart the machine.");
    default:
      return Error("RUN_FAILED", "CUDA could not " + action + label + ".");
  }
}

}  // namespace brrr::cuda
