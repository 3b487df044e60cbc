#include "onnxruntime/session.h"

#include <malloc.h>

#include <mutex>

#include "common/process_exit.h"
#include "onnxruntime/allocator.h"
#include "onnxruntime/lane.h"
#include "onnxruntime/types.h"

namespace brrr::onnxruntime {
namespace {

using engine::TensorInfo;

/// Session options that another thread may cancel while they are in use.
class LoadOptions {
 public:
  explicit LoadOptions(const Library& library) : library_(library) {
    check(library, library.api.CreateSessionOptions(&options_));
  }
  ~LoadOptions() { library_.api.ReleaseSessionOptions(options_); }
  OrtSessionOptions* get() const { return options_; }
  void cancel() noexcept { failure_of(library_, library_.api.SessionOptionsSetLoadCancellationFlag(options_, true)); }

 private:
  const Library& library_;
  OrtSessionOptions* options_ = nullptr;
};

void configure(const Library& library, OrtSessionOptions* options, const LoadRequest& request) {
  const Api& api = library.api;
  check(library, api.SetIntraOpNumThreads(options, 1));
  check(library, api.SetInterOpNumThreads(options, 1));
  check(library, api.DisableCpuMemArena(options));
  auto set = [&](const char* key, const char* value) {
    check(library, api.AddSessionConfigEntry(options, key, value));
  };
  set("session.intra_op.allow_spinning", "0");
  set("session.inter_op.allow_spinning", "0");
  set("session.use_env_allocators", "1");
  if (!request.external_data.empty())
    set("session.model_external_initializers_file_folder_path", request.external_data.c_str());
}

Error load_error(const Failure& failure, const LoadRequest& request, const engine::Budget& budget, size_t refused) {
  std::string model = request.bytes ? "the model" : request.path;
  if (refused > 0) return engine::over_budget(budget, refused, "Loading " + model);
  switch (failure.code) {
    case kModelLoadCanceled:
      return Error("ABORTED", "The operation was aborted.");
    case kNoSuchFile:
      return Error("FILE_NOT_FOUND", "Cannot load " + model + ": " + failure.message);
    case kNotImplemented:
      return Error("MODEL_UNSUPPORTED", "ONNX Runtime cannot run " + model + ": " + failure.message);
    case kRuntimeException:
      if (failure.message.find("bad_alloc") != std::string::npos)
        return Error("OUT_OF_MEMORY", "Not enough memory to load " + model + ".");
      break;
  }
  return Error("MODEL_INVALID", "ONNX Runtime refuses " + model + ": " + failure.message);
}

void create_session(Session& session, const LoadRequest& request, const std::shared_ptr<Job>& job) {
  const Library& library = session.library;
  auto options = std::make_shared<LoadOptions>(library);
  configure(library, options->get(), request);
  session.steady = request.steady;
  job->on_cancel([options] { options->cancel(); });

  InLibrary inside([raw = options.get()] { raw->cancel(); });
  MeterScope scope(session.meter);
  OrtStatus* status =
      request.bytes ? library.api.CreateSessionFromArray(library.env, request.bytes, request.size, options->get(),
                                                         &session.session)
                    : library.api.CreateSession(library.env, request.path.c_str(), options->get(), &session.session);
  if (Failure failure = failure_of(library, status)) {
    job->check();
    throw load_error(failure, request, *session.budget, scope.refused());
  }
}

TensorInfo describe(const Library& library, std::string name, OrtTypeInfo* raw_type, const char* what) {
  const Api& api = library.api;
  Handle<OrtTypeInfo> type(raw_type, api.ReleaseTypeInfo);
  const OrtTensorTypeAndShapeInfo* tensor = nullptr;
  check(library, api.CastTypeInfoToTensorInfo(type.get(), &tensor));
  if (!tensor)
    throw Error("MODEL_UNSUPPORTED", std::string("The model's ") + what + " \"" + name +
                                         "\" is not a dense tensor (but a sequence, map, optional or sparse one).");
  TensorInfo info;
  info.name = std::move(name);
  int element = 0;
  check(library, api.GetTensorElementType(tensor, &element));
  info.type = from_element_type(element);
  if (info.type == engine::DataType::kOther)
    throw Error("MODEL_UNSUPPORTED", std::string("The model's ") + what + " \"" + info.name +
                                         "\" holds elements of ONNX type " + std::to_string(element) +
                                         (element == 8 ? " (strings)" : "") +
                                         ", which have no typed array. Numbers and booleans are supported.");
  size_t rank = 0;
  check(library, api.GetDimensionsCount(tensor, &rank));
  info.has_rank = rank > 0 || !api.TensorTypeAndShape_HasShape || api.TensorTypeAndShape_HasShape(tensor);
  info.dims.resize(rank);
  std::vector<const char*> symbols(rank, "");
  check(library, api.GetDimensions(tensor, info.dims.data(), rank));
  check(library, api.GetSymbolicDimensions(tensor, symbols.data(), rank));
  info.symbols.assign(symbols.begin(), symbols.end());
  return info;
}

std::string take_name(const Library& library, char* name) {
  std::string text = name;
  check(library, library.api.AllocatorFree(library.names, name));
  return text;
}

void describe_session(Session& session) {
  const Library& library = session.library;
  const Api& api = library.api;
  size_t inputs = 0, outputs = 0;
  check(library, api.SessionGetInputCount(session.session, &inputs));
  check(library, api.SessionGetOutputCount(session.session, &outputs));
  char* name = nullptr;
  OrtTypeInfo* type = nullptr;
  for (size_t i = 0; i < inputs; i++) {
    check(library, api.SessionGetInputName(session.session, i, library.names, &name));
    std::string text = take_name(library, name);
    check(library, api.SessionGetInputTypeInfo(session.session, i, &type));
    session.inputs.push_back(describe(library, std::move(text), type, "input"));
  }
  for (size_t i = 0; i < outputs; i++) {
    check(library, api.SessionGetOutputName(session.session, i, library.names, &name));
    std::string text = take_name(library, name);
    check(library, api.SessionGetOutputTypeInfo(session.session, i, &type));
    session.outputs.push_back(describe(library, std::move(text), type, "output"));
  }
  for (const TensorInfo& info : session.inputs) session.input_names.push_back(info.name.c_str());
  for (const TensorInfo& info : session.outputs) session.output_names.push_back(info.name.c_str());
}

class CpuModel final : public engine::Model {
 public:
  explicit CpuModel(std::shared_ptr<Session> session) : session_(std::move(session)) {}
  const std::vector<TensorInfo>& inputs() const override { return session_->inputs; }
  const std::vector<TensorInfo>& outputs() const override { return session_->outputs; }
  std::string backend() const override { return "onnxruntime"; }
  std::string version() const override { return session_->library.version; }
  std::string device() const override { return "cpu"; }

  std::unique_ptr<engine::Lane> open_lane(int, engine::Completion done) override {
    auto meter = std::make_shared<engine::Meter>(session_->budget);
    {
      std::lock_guard<std::mutex> lock(mutex_);
      lane_meters_.push_back(meter);
    }
    return make_lane(*session_, std::move(meter), std::move(done));
  }

  std::vector<engine::MemoryPart> memory() const override {
    std::vector<engine::MemoryPart> parts{part("model", *session_->meter)};
    std::lock_guard<std::mutex> lock(mutex_);
    for (size_t i = 0; i < lane_meters_.size(); i++)
      parts.push_back(part("lane " + std::to_string(i), *lane_meters_[i]));
    return parts;
  }

 private:
  static engine::MemoryPart part(std::string name, const engine::Meter& meter) {
    return {std::move(name), "host", meter.live(), meter.peak()};
  }

  std::shared_ptr<Session> session_;
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<engine::Meter>> lane_meters_;
};

}  // namespace

Session::~Session() {
  if (!session) return;
  {
    InLibrary inside([] {});
    library.api.ReleaseSession(session);
  }
  malloc_trim(0);
}

std::unique_ptr<engine::Model> load_model(const LoadRequest& request, const std::shared_ptr<Job>& job) {
  job->check();
  auto session = std::make_shared<Session>(load_library(request.library));
  session->budget = std::make_shared<engine::Budget>(request.memory_budget);
  session->meter = std::make_shared<engine::Meter>(session->budget);
  create_session(*session, request, job);
  describe_session(*session);
  // A load leaves as much free memory in the heap as the model is large.
  malloc_trim(0);
  return std::make_unique<CpuModel>(std::move(session));
}

}  // namespace brrr::onnxruntime
