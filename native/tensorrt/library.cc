#include "tensorrt/library.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>

#include "common/error.h"
#include "common/process_exit.h"
#include "tensorrt/places.h"
#include "tensorrt/shim.h"

namespace brrr::tensorrt {
namespace {

/// The four parts of the version. TensorRT before 10 tells it in one number, major * 1000 + minor * 100 + patch.
bool read_version(const SharedLibrary& library, Version& version) {
  int32_t (*whole)() = nullptr, (*major)() = nullptr, (*minor)() = nullptr, (*patch)() = nullptr, (*build)() = nullptr;
  library.find("getInferLibVersion", whole);
  library.find("getInferLibMajorVersion", major);
  library.find("getInferLibMinorVersion", minor);
  library.find("getInferLibPatchVersion", patch);
  library.find("getInferLibBuildVersion", build);
  if (!whole) return false;
  if (major && minor && patch && build) {
    version = {major(), minor(), patch(), build()};
  } else {
    const int32_t number = whole();
    version = {number / 1000, number / 100 % 10, number % 100, 0};
  }
  return true;
}

/// A companion of libnvinfer, beside it or else in the library path, and one of its functions. Opened after libnvinfer,
/// which it needs by name. On failure the path stays empty and `problem` says why.
template <class Function>
void open_companion(const std::string& name, const Library& library, const char* symbol, Function*& function,
                    std::string& path, std::string& problem) {
  const std::string file = name + ".so." + std::to_string(library.version.major);
  SharedLibrary companion = SharedLibrary::open((std::filesystem::path(library.path).parent_path() / file).string());
  if (!companion && companion.absent()) companion = SharedLibrary::open(file);
  companion.find(symbol, function);
  if (function)
    path = companion.path();
  else
    problem = companion ? companion.path() + " has no " + symbol : companion.problem();
}

std::unique_ptr<Library> complete(const SharedLibrary& infer, const Version& version) {
  auto made = std::make_unique<Library>();
  Library& library = *made;
  library.version = version;
  library.path = infer.path();
  Symbols& symbols = library.symbols;
  infer.find("createInferRuntime_INTERNAL", symbols.create_runtime);
  infer.find("createInferBuilder_INTERNAL", symbols.create_builder);
  infer.find("createInferRefitter_INTERNAL", symbols.create_refitter);
  if (version.at_least(10, 16)) infer.find("setInternalLibraryPath", symbols.set_internal_library_path);
  open_companion("libnvonnxparser", library, "createNvOnnxParser_INTERNAL", symbols.create_parser, library.parser_path,
                 library.parser_problem);
  open_companion("libnvinfer_plugin", library, "initLibNvInferPlugins", symbols.init_plugins, library.plugin_path,
                 library.plugin_problem);
  end_calls_at_exit();
  return made;
}

/// Majors with code in this build first.
std::vector<int> preferred_majors() {
  std::vector<int> order = majors();
  std::stable_sort(order.begin(), order.end(), [](int a, int b) { return shim_of(a) && !shim_of(b); });
  return order;
}

/// The library of a candidate, null where it is absent; `problem` where it is there and cannot be used.
const Library* open(const std::string& candidate, std::string& problem) {
  static auto& mutex = *new std::mutex;
  static auto& opened = *new std::map<std::string, std::unique_ptr<Library>>;
  std::lock_guard<std::mutex> lock(mutex);
  const SharedLibrary infer = SharedLibrary::open(candidate);
  if (!infer) {
    if (!infer.absent()) problem = "TensorRT could not be loaded: " + infer.problem() + ".";
    return nullptr;
  }
  Version version;
  if (!read_version(infer, version)) {
    problem = infer.path() + " is not TensorRT: it has no getInferLibVersion.";
    return nullptr;
  }
  if (std::string reason = unsupported(version); !reason.empty()) {
    problem = "TensorRT " + version.text() + " was found (" + infer.path() + "). " + reason;
    return nullptr;
  }
  std::unique_ptr<Library>& entry = opened[infer.path()];
  if (!entry) entry = complete(infer, version);
  return entry.get();
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

}  // namespace

Search find_library(const std::string& path) {
  Search search;
  for (const Place& place : places(path, preferred_majors())) {
    search.searched.push_back(place.what);
    for (const std::string& candidate : place.candidates) {
      std::string problem;
      if (const Library* library = open(candidate, problem)) {
        search.library = library;
        search.problem.clear();
        search.found = true;
        return search;
      }
      if (search.problem.empty()) search.problem = problem;
    }
  }
  search.found = !search.problem.empty();
  if (!search.found)
    search.problem = "TensorRT was not found. Looked in: " + joined(search.searched) +
                     ". Install TensorRT 10 or 11, or name its folder in BRRR_TENSORRT; or use device \"cpu\".";
  return search;
}

const Library& require_library(const std::string& path) {
  const Search search = find_library(path);
  if (!search.library) throw Error("ENGINE_UNAVAILABLE", search.problem);
  return *search.library;
}

}  // namespace brrr::tensorrt
