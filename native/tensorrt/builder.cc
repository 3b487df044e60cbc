#include "tensorrt/builder.h"

#include <algorithm>
#include <filesystem>

#include "common/process_exit.h"
#include "common/shared_library.h"
#include "device/devices.h"
#include "tensorrt/plan_error.h"
#include "tensorrt/shim.h"

namespace brrr::tensorrt {
namespace {

/// TensorRT's plan of its own is to take all memory, which fails where others use the device too.
size_t sensible_workspace(const cuda::Api& cuda, int device, size_t asked) {
  const size_t most = cuda::read_memory(cuda, device).free / 5 * 4;
  return asked ? std::min(asked, most) : most;
}

void require_parser(const Library& library) {
  if (library.symbols.create_parser) return;
  throw Error("ENGINE_UNAVAILABLE",
              "TensorRT " + library.version.text() +
                  " has no ONNX parser here, so that nothing can be built: " + library.parser_problem + ".");
}

}  // namespace

// Texts of 8.x to 10.x, as users report them. "Could not find any implementation" is what running out of workspace, and
// of memory while others use the device, looks like.
Error build_error(const std::string& log) {
  const std::string said = log.empty() ? "It gave no reason." : log;
  if (has_any(log, {"out of memory", "OutOfMemory", "OUT_OF_MEMORY", "Requested amount of GPU memory"}))
    return Error("OUT_OF_DEVICE_MEMORY", "The GPU has not enough free memory to build the plan. TensorRT: " + said);
  return Error("BUILD_FAILED", "TensorRT could not build the plan: " + said);
}

int preload_builder_resources(const std::string& folder) {
  int loaded = 0;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored))
    if (entry.path().filename().string().rfind("libnvinfer_builder_resource", 0) == 0)
      loaded += static_cast<bool>(SharedLibrary::open(entry.path()));
  return loaded;
}

Built build_plan(const Library& library, const cuda::Api& cuda, int device, const BuildRequest& request, Job& job) {
  const Shim& shim = shim_for(library);
  require_parser(library);
  InLibrary inside([&job] { job.cancel(); });
  cuda::use_device(cuda, device);
  const std::string folder = std::filesystem::path(library.path).parent_path();
  if (library.symbols.set_internal_library_path)
    library.symbols.set_internal_library_path(folder.c_str());
  else
    preload_builder_resources(folder);
  const uint64_t mark = MessageLog::get().mark();
  BuildRequest attempt = request;
  for (int tries = 1;; tries++, attempt.workspace /= 2) {
    attempt.workspace = sensible_workspace(cuda, device, attempt.workspace);
    Built built = shim.build(library, attempt, job);
    job.check();
    if (!built.plan.empty()) {
      built.workspace = attempt.workspace;
      return built;
    }
    cuda.get_last_error();
    const std::string log = MessageLog::get().errors_since(mark);
    const Error error = build_error(log);
    const bool was_short =
        std::string(error.code()) == "OUT_OF_DEVICE_MEMORY" || has_any(log, {"Could not find any implementation"});
    if (!was_short || tries == kWorkspaceTries) throw error;
  }
}

}  // namespace brrr::tensorrt
