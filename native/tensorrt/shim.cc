#include "tensorrt/shim.h"

#include <exception>

#include "common/error.h"
#include "device/devices.h"
#include "tensorrt/message_log.h"

namespace brrr::tensorrt {

// CMake defines these for the majors whose headers it found.
#if BRRR_TRT10
namespace trt10 {
extern const Shim shim;
}
#endif
#if BRRR_TRT11
namespace trt11 {
extern const Shim shim;
}
#endif

const std::vector<int>& majors() {
  static const std::vector<int> all{11, 10};
  return all;
}

const Shim* shim_of(int major) {
#if BRRR_TRT10
  if (major == 10) return &trt10::shim;
#endif
#if BRRR_TRT11
  if (major == 11) return &trt11::shim;
#endif
  (void)major;
  return nullptr;
}

std::string unsupported(const Version& version) {
  const std::string major = std::to_string(version.major);
  // 10.1 brought the 64-bit memory calls (IExecutionContext::setDeviceMemoryV2 and others).
  if (!version.at_least(10, 1)) return "It is too old: TensorRT 10.1 or newer is needed.";
  if (version.major > majors().front()) return "It is newer than this package knows: TensorRT 10 and 11 are supported.";
  if (shim_of(version.major)) return "";
  return "This build has no code for TensorRT " + major + ": the headers of TensorRT " + major +
         " were missing when it was made. In a clone, `npm run sdk` and `npm run build:native` add it.";
}

const Shim& shim_for(const Library& library) {
  if (const std::string reason = unsupported(library.version); !reason.empty())
    throw Error("ENGINE_UNAVAILABLE",
                "TensorRT " + library.version.text() + " was found (" + library.path + "). " + reason);
  return *shim_of(library.version.major);
}

void* make_object(const Library& library, const char* what, void* (*call)(void* context), void* context) {
  constexpr std::uintptr_t kFirstPage = 4096;
  const uint64_t mark = MessageLog::get().mark();
  std::string thrown;
  void* object = nullptr;
  try {
    object = call(context);
  } catch (const std::exception& e) {
    thrown = e.what();
  } catch (...) {
    thrown = "an unknown C++ exception";
  }
  if (reinterpret_cast<std::uintptr_t>(object) >= kFirstPage) return object;
  std::string detail = MessageLog::get().errors_since(mark);
  if (!thrown.empty() && detail.find(thrown) == std::string::npos) detail += (detail.empty() ? "" : "; ") + thrown;
  throw Error("ENGINE_UNAVAILABLE", "TensorRT " + library.version.text() + " (" + library.path +
                                        ") could not make its " + what + ": " +
                                        (detail.empty() ? "it gave no reason" : detail));
}

std::unique_ptr<Object> open_runtime(const Library& library, const cuda::Api& cuda, int device) {
  const Shim& shim = shim_for(library);
  cuda::use_device(cuda, device);
  return shim.create_runtime(library);
}

}  // namespace brrr::tensorrt
