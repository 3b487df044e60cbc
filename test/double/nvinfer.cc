// TensorRT without a GPU, compiled from the real headers of each major version: the tables behind its
// objects are its own (runtime.cc, engine.cc, context.cc). Built as libnvinfer.so.10 and .11. Steered as control.h
// says.
#include <NvInfer.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "builder.h"
#include "control.h"
#include "runtime.h"

using namespace nvinfer1;
using brrr_double::enter;
using brrr_double::setting;

namespace {

/// What the real libraries do without a driver: log, then return null or an upcast null, or throw.
void* fail(void* logger, const std::string& how, const char* what) {
  static_cast<ILogger*>(logger)->log(ILogger::Severity::kERROR,
                                     "createInfer: CUDA initialization failure with error: 35");
  if (how == "throw") throw std::runtime_error(std::string("double cannot make a ") + what);
  return reinterpret_cast<void*>(how == "garbage" ? std::uintptr_t{0x238} : std::uintptr_t{0});
}

int32_t version_part(int index) {
  int parts[4] = {NV_TENSORRT_MAJOR, NV_TENSORRT_MINOR, NV_TENSORRT_PATCH, NV_TENSORRT_BUILD};
  std::sscanf(setting("version", "").c_str(), "%d.%d.%d.%d", parts, parts + 1, parts + 2, parts + 3);
  return parts[index];
}

}  // namespace

std::string brrr_double::own_version() {
  std::string text;
  for (int i = 0; i < 4; i++) text += (i ? "." : "") + std::to_string(version_part(i));
  return text;
}

#define EXPORT __attribute__((visibility("default")))

// The headers declare these noexcept; the real 10.6 throws all the same, so this file does not take their declarations.
extern "C" {

EXPORT void* double_create_runtime(void* logger, int32_t) __asm__("createInferRuntime_INTERNAL");
void* double_create_runtime(void* logger, int32_t) {
  enter("createInferRuntime");
  const std::string how = setting("runtime", "ok");
  return how == "ok" ? brrr_double::make_runtime(*static_cast<ILogger*>(logger)) : fail(logger, how, "runtime");
}

EXPORT void* double_create_builder(void* logger, int32_t) __asm__("createInferBuilder_INTERNAL");
void* double_create_builder(void* logger, int32_t) {
  enter("createInferBuilder");
  const std::string how = setting("builder", "ok");
  return how == "ok" ? brrr_double::make_builder(*static_cast<ILogger*>(logger)) : fail(logger, how, "builder");
}

int32_t getInferLibVersion() noexcept { return version_part(0) * 10000 + version_part(1) * 100 + version_part(2); }
int32_t getInferLibMajorVersion() noexcept { return version_part(0); }
int32_t getInferLibMinorVersion() noexcept { return version_part(1); }
int32_t getInferLibPatchVersion() noexcept { return version_part(2); }
int32_t getInferLibBuildVersion() noexcept { return version_part(3); }

}  // extern "C"
