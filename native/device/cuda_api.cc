#include "device/cuda_api.h"

#include <map>
#include <memory>
#include <mutex>

#include "common/error.h"
#include "common/shared_library.h"

namespace brrr::cuda {
namespace {

constexpr const char* kRuntimeNames[] = {"libcudart.so.12", "libcudart.so.13", "libcudart.so"};

void fill(Functions& table, const SharedLibrary& library) {
  std::string missing;
#define BRRR_FILL(member, name, parameters) \
  library.find(#name, table.member);        \
  if (!table.member) missing += missing.empty() ? #name : ", " #name;
  BRRR_CUDA_FUNCTIONS(BRRR_FILL)
  BRRR_FILL(get_error_name, cudaGetErrorName, )
  BRRR_FILL(get_error_string, cudaGetErrorString, )
#undef BRRR_FILL
  if (!missing.empty())
    throw Error("ENGINE_UNAVAILABLE",
                library.path() + " is no CUDA runtime of version 12 or 13: it lacks " + missing + ".");
}

std::unique_ptr<Api> open(const std::string& name) {
  auto made = std::make_unique<Api>();
  SharedLibrary library;
  if (!name.empty()) {
    library = SharedLibrary::open(name);
    if (!library) throw Error("ENGINE_UNAVAILABLE", "The CUDA runtime could not be loaded: " + library.problem() + ".");
  } else if (const Functions* linked = linked_functions()) {
    static_cast<Functions&>(*made) = *linked;
    made->source = "linked in";
  } else {
    for (const char* candidate : kRuntimeNames)
      if ((library = SharedLibrary::open(candidate))) break;
    if (!library)
      throw Error(
          "ENGINE_UNAVAILABLE",
          "No CUDA runtime: this build has none linked in, and libcudart.so.12, libcudart.so.13 and libcudart.so "
          "are not in the library path. Name one in BRRR_CUDART, or use device \"cpu\".");
  }
  if (library) {
    fill(*made, library);
    made->source = library.path();
  }
  library.find("cuDeviceGetName", made->driver_device_get_name);
  if (!made->driver_device_get_name)
    SharedLibrary::open("libcuda.so.1").find("cuDeviceGetName", made->driver_device_get_name);
  made->runtime_get_version(&made->version);
  return made;
}

}  // namespace

const Api& api(const std::string& library) {
  // Never destroyed: threads of ours may outlive main().
  static auto& mutex = *new std::mutex;
  static auto& opened = *new std::map<std::string, std::unique_ptr<Api>>;
  const std::string name = library.empty() ? environment_variable("BRRR_CUDART") : library;
  std::lock_guard<std::mutex> lock(mutex);
  std::unique_ptr<Api>& entry = opened[name];
  if (!entry) entry = open(name);
  return *entry;
}

std::string version_text(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

}  // namespace brrr::cuda
