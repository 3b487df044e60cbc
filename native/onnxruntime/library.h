// ONNX Runtime's shared library, found at run time. Once loaded it stays: neither the library nor its environment is
// ever released, since its threads and exit handlers outlive any owner.
#pragma once

#include <memory>
#include <string>

#include "common/error.h"
#include "onnxruntime/c_api.h"

namespace brrr::onnxruntime {

struct Library {
  std::string path;
  /// As the library reports it: "1.28.0".
  std::string version;
  Api api;
  OrtEnv* env;
  /// CPU memory, for tensors over a caller's arrays.
  OrtMemoryInfo* cpu;
  /// Where names that the library returns come from.
  OrtAllocator* names;
};

/// Loads the library at `path`, the first time, with its usage reports switched off. Throws ENGINE_UNAVAILABLE.
const Library& load_library(const std::string& path);

/// Deleters for what the library returns, by release slot.
template <class T>
using Handle = std::unique_ptr<T, void (*)(T*)>;

/// Takes the status; null where it is a success. The pair is the library's code and message.
struct Failure {
  int code = 0;
  std::string message;
  explicit operator bool() const { return code != 0; }
};
Failure failure_of(const Library& library, OrtStatus* status);

/// Throws INTERNAL with the library's message where a call that cannot fail on user input has failed.
void check(const Library& library, OrtStatus* status);

}  // namespace brrr::onnxruntime
