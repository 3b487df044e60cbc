#include "onnxruntime/library.h"

#include <stdlib.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <mutex>

#include "common/process_exit.h"
#include "common/shared_library.h"
#include "onnxruntime/allocator.h"

namespace brrr::onnxruntime {
namespace {

// The library's messages reach the user as the text of a failed call's status; its log adds nothing to them.
void discard_log(void*, int, const char*, const char*, const char*, const char*) {}

Error unusable(const std::string& path, const std::string& reason) {
  return Error("ENGINE_UNAVAILABLE", "ONNX Runtime could not be loaded from " + path + ": " + reason);
}

/// The minor version of "1.28.0"; 0 for anything else.
uint32_t minor_version(const char* version) {
  unsigned minor = 0;
  return std::sscanf(version, "1.%u.", &minor) == 1 ? minor : 0;
}

std::unique_ptr<Library> open(const std::string& path) {
  // Official builds from 1.29 on send usage reports unless this is set before they are loaded. process.env of a worker
  // thread would not do: it is a copy.
  setenv("ORT_DISABLE_TELEMETRY", "1", 1);
  SharedLibrary file = SharedLibrary::open(path);
  if (!file) throw unusable(path, file.problem());
  const ApiBase* (*get_base)() = nullptr;
  file.find("OrtGetApiBase", get_base);
  if (!get_base) throw unusable(path, "it is another library (no OrtGetApiBase).");

  // Asking for a table that is newer than the library makes it print on stderr.
  std::string version = get_base()->version();
  uint32_t table_version = std::min(kApiVersion, minor_version(version.c_str()));
  if (table_version < kOldestApiVersion)
    throw unusable(path, "it is version " + version + ", and 1." + std::to_string(kOldestApiVersion) +
                             " or a later 1.x is needed.");
  const void* table = get_base()->get_api(table_version);
  if (!table) throw unusable(path, "version " + version + " has no C interface " + std::to_string(table_version) + ".");

  auto library =
      std::make_unique<Library>(Library{path, version, Api(table, table_version), nullptr, nullptr, nullptr});
  const Api& api = library->api;
  check(*library, api.CreateEnvWithCustomLogger(discard_log, nullptr, kLogWarning, "brrr", &library->env));
  check(*library, api.CreateCpuMemoryInfo(kDeviceAllocator, kDefaultMemory, &library->cpu));
  check(*library, api.GetAllocatorWithDefaultOptions(&library->names));
  register_counting_allocator(*library, table_version);
  end_calls_at_exit();
  return library;
}

}  // namespace

const Library& load_library(const std::string& path) {
  static std::mutex* mutex = new std::mutex;
  static auto* libraries = new std::map<std::string, std::unique_ptr<Library>>;
  std::unique_ptr<char, void (*)(void*)> real(realpath(path.c_str(), nullptr), free);
  std::string key = real ? real.get() : path;
  std::lock_guard<std::mutex> lock(*mutex);
  std::unique_ptr<Library>& library = (*libraries)[key];
  if (!library) library = open(key);
  return *library;
}

Failure failure_of(const Library& library, OrtStatus* status) {
  if (!status) return {};
  Failure failure{library.api.GetErrorCode(status), library.api.GetErrorMessage(status)};
  library.api.ReleaseStatus(status);
  return failure;
}

void check(const Library& library, OrtStatus* status) {
  if (Failure failure = failure_of(library, status)) throw Error("INTERNAL", "ONNX Runtime: " + failure.message);
}

}  // namespace brrr::onnxruntime
