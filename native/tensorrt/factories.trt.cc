// The logger and the first objects of one major version of TensorRT, and its table.
#include "common/error.h"
#include "tensorrt/message_log.h"
#include "tensorrt/objects.trt.h"

namespace brrr::tensorrt::BRRR_TRT {
namespace {

class Logger final : public nvinfer1::ILogger {
 public:
  void log(Severity severity, const char* text) noexcept override {
    // Both enums go from internal error (0) to verbose (4).
    MessageLog::get().add(static_cast<tensorrt::Severity>(severity), text);
  }
};

template <class T>
class Owned final : public Object {
 public:
  explicit Owned(std::unique_ptr<T> object) : object_(std::move(object)) {}

 private:
  std::unique_ptr<T> object_;
};

using Factory = void* (*)(void*, int32_t);

template <class T>
std::unique_ptr<T> make(const Library& library, const char* what, Factory factory) {
  if (!factory) throw Error("ENGINE_UNAVAILABLE", library.path + " has no " + what + ".");
  return std::unique_ptr<T>(
      static_cast<T*>(make_object(library, what, [&] { return factory(&logger(), NV_TENSORRT_VERSION); })));
}

}  // namespace

nvinfer1::ILogger& logger() {
  static auto& instance = *new Logger;
  return instance;
}

std::unique_ptr<nvinfer1::IRuntime> make_runtime(const Library& library) {
  return make<nvinfer1::IRuntime>(library, "runtime", library.symbols.create_runtime);
}

std::unique_ptr<nvinfer1::IBuilder> make_builder(const Library& library) {
  return make<nvinfer1::IBuilder>(library, "builder", library.symbols.create_builder);
}

extern const Shim shim;
const Shim shim{{NV_TENSORRT_MAJOR, NV_TENSORRT_MINOR, NV_TENSORRT_PATCH, NV_TENSORRT_BUILD},
                [](const Library& library) -> std::unique_ptr<Object> {
                  return std::make_unique<Owned<nvinfer1::IRuntime>>(make_runtime(library));
                },
                [](const Library& library) -> std::unique_ptr<Object> {
                  return std::make_unique<Owned<nvinfer1::IBuilder>>(make_builder(library));
                },
                load_plan,
                build};

}  // namespace brrr::tensorrt::BRRR_TRT
