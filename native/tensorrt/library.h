// TensorRT's shared libraries: found at run time, opened by dlopen, never unloaded. Nothing here needs its headers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/shared_library.h"
#include "tensorrt/version.h"

namespace brrr::tensorrt {

/// TensorRT's C entry points. Those that make objects may throw (10.6 does) and may return garbage below 4096 instead
/// of null: go through make_object() of shim.h. Null where the library has none.
struct Symbols {
  void* (*create_runtime)(void* logger, int32_t version) = nullptr;
  void* (*create_builder)(void* logger, int32_t version) = nullptr;
  void* (*create_refitter)(void* engine, void* logger, int32_t version) = nullptr;
  void* (*create_parser)(void* network, void* logger, int version) = nullptr;
  bool (*init_plugins)(void* logger, const char* name_space) = nullptr;
  /// 10.16 and newer: the folder of the builder's resource libraries.
  bool (*set_internal_library_path)(const char* folder) = nullptr;
};

struct Library {
  Version version;
  std::string path;
  /// Of libnvonnxparser and libnvinfer_plugin of the same major version; "" where one is missing, which its problem
  /// explains: without the parser plans run but nothing can be built, without the plugins models that need them fail.
  std::string parser_path, parser_problem;
  std::string plugin_path, plugin_problem;
  Symbols symbols;
};

/// A search for TensorRT and where it looked.
struct Search {
  /// Null where nothing usable was found; `problem` is then the reason, as a sentence or two.
  const Library* library = nullptr;
  std::string problem;
  /// True where there is a TensorRT, be it one that cannot be used.
  bool found = false;
  std::vector<std::string> searched;
};

/// Looks for TensorRT 10 or 11: in `path` (a folder, one that holds it in lib/, or libnvinfer itself) or else
/// $BRRR_TENSORRT and nowhere else where one of them is given, else in the system's library path, then in the folders
/// of Python packages (tensorrt_libs). In one place, a major version that this build has code for goes before one that
/// it has not. Opening takes up to 2 s the first time.
Search find_library(const std::string& path = "");

/// What find_library() finds. Throws ENGINE_UNAVAILABLE with its problem.
const Library& require_library(const std::string& path = "");

}  // namespace brrr::tensorrt
