#include "napi/engine_run.h"

#include <cstring>
#include <iterator>

#include "napi/promise.h"

namespace brrr::addon {
namespace {

using engine::DataType;
using engine::Output;
using engine::Request;
using engine::Tensor;
using engine::TensorInfo;

// Smaller results are copied into an array of V8's own, which is cheaper than a finalizer.
constexpr size_t kCopiedBytes = 16384;

/// Reads `shapes` of start_run from front to back.
class ShapeReader {
 public:
  explicit ShapeReader(const Napi::Array& values) : values_(values) {}
  std::vector<int64_t> next() {
    std::vector<int64_t> dims(static_cast<size_t>(number()));
    for (int64_t& size : dims) size = number();
    return dims;
  }

 private:
  int64_t number() { return values_.Get(at_++).As<Napi::Number>().Int64Value(); }

  const Napi::Array& values_;
  uint32_t at_ = 0;
};

Tensor view(const Napi::Value& array, const TensorInfo& info, std::vector<int64_t> dims) {
  auto typed = array.As<Napi::TypedArray>();
  napi_typedarray_type ignored;
  size_t length = 0;
  Tensor tensor;
  if (napi_get_typedarray_info(array.Env(), typed, &ignored, &length, &tensor.data, nullptr, nullptr) != napi_ok)
    throw Error("INVALID_ARGUMENT", "\"" + info.name + "\" is not a typed array.");
  tensor.type = info.type;
  tensor.bytes = static_cast<size_t>(engine::element_count(dims)) * engine::element_size(info.type);
  tensor.dims = std::move(dims);
  if (typed.ByteLength() != tensor.bytes)
    throw Error("SHAPE_MISMATCH", "\"" + info.name + "\" has " + std::to_string(typed.ByteLength()) + " bytes, and " +
                                      engine::shape_text(tensor.dims) + " takes " + std::to_string(tensor.bytes) + ".");
  return tensor;
}

Napi::ArrayBuffer buffer_with(Napi::Env env, const Output& output) {
  const Tensor& tensor = output.tensor;
  if (tensor.bytes > kCopiedBytes) {
    napi_value external;
    auto* owner = new std::shared_ptr<void>(output.owner);
    auto release = [](napi_env, void*, void* hint) { delete static_cast<std::shared_ptr<void>*>(hint); };
    // Runtimes that forbid such buffers (Electron) get a copy.
    if (napi_create_external_arraybuffer(env, tensor.data, tensor.bytes, release, owner, &external) == napi_ok)
      return Napi::ArrayBuffer(env, external);
    delete owner;
  }
  Napi::ArrayBuffer copy = Napi::ArrayBuffer::New(env, tensor.bytes);
  if (tensor.bytes) std::memcpy(copy.Data(), tensor.data, tensor.bytes);
  return copy;
}

napi_typedarray_type array_type(DataType type) {
  switch (type) {
    case DataType::kFloat32:
      return napi_float32_array;
    case DataType::kFloat64:
      return napi_float64_array;
    case DataType::kInt8:
      return napi_int8_array;
    case DataType::kInt16:
      return napi_int16_array;
    case DataType::kFloat16:
    case DataType::kBfloat16:
    case DataType::kUint16:
      return napi_uint16_array;
    case DataType::kInt32:
      return napi_int32_array;
    case DataType::kUint32:
      return napi_uint32_array;
    case DataType::kInt64:
      return napi_bigint64_array;
    case DataType::kUint64:
      return napi_biguint64_array;
    case DataType::kUint8:
    case DataType::kBool:
    case DataType::kOther:
      break;
  }
  return napi_uint8_array;
}

Napi::Value to_tensor(Napi::Env env, const Output& output) {
  const Tensor& tensor = output.tensor;
  napi_value array;
  size_t length = tensor.bytes / engine::element_size(tensor.type);
  if (napi_create_typedarray(env, array_type(tensor.type), length, buffer_with(env, output), 0, &array) != napi_ok)
    throw Napi::Error::New(env);
  Napi::Array dims = Napi::Array::New(env, tensor.dims.size());
  for (uint32_t i = 0; i < dims.Length(); i++) dims.Set(i, static_cast<double>(tensor.dims[i]));
  Napi::Object object = Napi::Object::New(env);
  object.Set("data", Napi::Value(env, array));
  object.Set("dims", dims);
  return object;
}

/// The arrays, and the engine, live as long as the task.
class RunTask final : public Task {
 public:
  RunTask(Napi::Env env, std::shared_ptr<Job> job, std::shared_ptr<engine::Engine> engine, const Napi::Array& arrays,
          bool timed)
      : Task(std::move(job)),
        deferred_(Napi::Promise::Deferred::New(env)),
        arrays_(Napi::Persistent(arrays.As<Napi::Object>())),
        engine_(std::move(engine)),
        request_(std::make_shared<Request>()),
        timed_(timed) {}

  Napi::Promise promise() const { return deferred_.Promise(); }
  const engine::RequestPtr& request() const { return request_; }
  std::vector<bool>& wanted() { return wanted_; }

  void run() noexcept override {}

  void settle(Napi::Env env) override {
    if (request_->error) {
      deferred_.Reject(coded_error(env, request_->error->code(), request_->error->what()).Value());
      return;
    }
    try {
      Napi::Array results = Napi::Array::New(env, wanted_.size());
      for (uint32_t i = 0; i < wanted_.size(); i++)
        results.Set(i, wanted_[i] ? to_tensor(env, request_->outputs[i]) : env.Null());
      if (timed_) results.Set(static_cast<uint32_t>(wanted_.size()), to_array(env, request_->times));
      deferred_.Resolve(results);
    } catch (const Napi::Error& e) {
      deferred_.Reject(e.Value());
    }
  }

  void abandon() noexcept override { arrays_.SuppressDestruct(); }

 private:
  Napi::Promise::Deferred deferred_;
  Napi::ObjectReference arrays_;
  std::shared_ptr<engine::Engine> engine_;
  engine::RequestPtr request_;
  const bool timed_;
  /// Per output: the caller gave no array for it.
  std::vector<bool> wanted_;
};

}  // namespace

Napi::Array to_array(Napi::Env env, const engine::Times& times) {
  const int64_t values[] = {
      times.queued_ns,      times.started_ns,           times.finished_ns,       times.launch.start_ns,
      times.launch.end_ns,  times.to_device.start_ns,   times.to_device.end_ns,  times.compute.start_ns,
      times.compute.end_ns, times.from_device.start_ns, times.from_device.end_ns};
  Napi::Array array = Napi::Array::New(env, std::size(values));
  for (uint32_t i = 0; i < std::size(values); i++) array.Set(i, static_cast<double>(values[i]));
  return array;
}

Napi::Value start_run(Napi::Env env, const std::shared_ptr<engine::Engine>& engine,
                      const std::vector<TensorInfo>& inputs, const std::vector<TensorInfo>& outputs,
                      const Napi::Array& arrays, const Napi::Array& shapes, std::shared_ptr<Job> job, bool timed) {
  auto task = std::make_unique<RunTask>(env, job, engine, arrays, timed);
  engine::RequestPtr request = task->request();
  ShapeReader shape(shapes);
  uint32_t at = 0;
  for (const TensorInfo& info : inputs) request->inputs.push_back(view(arrays.Get(at++), info, shape.next()));
  for (const TensorInfo& info : outputs) {
    Napi::Value array = arrays.Get(at++);
    task->wanted().push_back(array.IsNull());
    Output& output = request->outputs.emplace_back();
    if (!array.IsNull()) output.tensor = view(array, info, shape.next());
  }
  request->job = std::move(job);

  Napi::Value promise = task->promise();
  const std::shared_ptr<TaskGroup>& tasks = Environment::of(env).tasks;
  RunTask* raw = task.get();
  request->on_complete = [group = tasks.get(), raw](Request&) { group->deliver(raw); };
  tasks->adopt(env, std::move(task));
  try {
    engine->run(request);
  } catch (const Error& e) {
    request->error = e;
    tasks->deliver(raw);
  }
  return promise;
}

}  // namespace brrr::addon
