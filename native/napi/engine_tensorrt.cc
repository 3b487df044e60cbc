// Loading engines from plans of TensorRT.
#include "engine/engine.h"
#include "napi/bindings.h"
#include "napi/engine_class.h"
#include "napi/promise.h"
#include "tensorrt/plan_model.h"

namespace brrr::addon {
namespace {

struct PlanSpec {
  std::string tensorrt, cudart;
  int device = 0, lanes = 1;
  const void* bytes = nullptr;
  size_t size = 0;
  bool host_code = false;
  bool graphs = true;
  std::vector<int64_t> batch_sizes;
  size_t memory_budget = 0;
};

PlanSpec read_spec(const Napi::Object& object, Keep& keep) {
  PlanSpec spec;
  spec.tensorrt = object.Get("library").ToString();
  spec.cudart = object.Get("cudaRuntime").ToString();
  spec.device = object.Get("device").As<Napi::Number>();
  spec.lanes = object.Get("lanes").As<Napi::Number>();
  auto bytes = object.Get("bytes").As<Napi::Uint8Array>();
  spec.bytes = bytes.Data();
  spec.size = bytes.ByteLength();
  keep.add(bytes);
  spec.host_code = object.Get("hostCode").As<Napi::Boolean>();
  spec.graphs = object.Get("graphs").As<Napi::Boolean>();
  auto sizes = object.Get("batchSizes").As<Napi::Array>();
  for (uint32_t i = 0; i < sizes.Length(); i++)
    spec.batch_sizes.push_back(sizes.Get(i).As<Napi::Number>().Int64Value());
  spec.memory_budget = static_cast<size_t>(object.Get("memoryBudget").As<Napi::Number>().Int64Value());
  return spec;
}

std::shared_ptr<engine::Engine> load(const PlanSpec& spec, const std::shared_ptr<Job>& job) {
  tensorrt::PlanRequest request(tensorrt::require_library(spec.tensorrt), cuda::api(spec.cudart));
  request.device = spec.device;
  request.bytes = spec.bytes;
  request.size = spec.size;
  request.host_code = spec.host_code;
  request.graphs = spec.graphs;
  request.batch_sizes = spec.batch_sizes;
  request.memory_budget = spec.memory_budget;
  return engine::Engine::create(tensorrt::load_plan(request, job), spec.lanes);
}

/// loadPlan({library, cudaRuntime, device, lanes, bytes, hostCode, graphs, batchSizes, memoryBudget}, job):
/// Promise<EngineHandle>
Napi::Value load_plan(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    Keep keep;
    const PlanSpec spec = read_spec(info[0].As<Napi::Object>(), keep);
    std::shared_ptr<Job> job = job_from(info[1]);
    return run_async(
        info.Env(), info[1], std::move(keep), [spec, job](Job&) { return load(spec, job); },
        [](Napi::Env env, std::shared_ptr<engine::Engine>& engine) {
          return EngineClass::create(env, std::move(engine));
        });
  });
}

}  // namespace

void define_plan_engine(Napi::Env env, Napi::Object exports) {
  exports.Set("loadPlan", Napi::Function::New<load_plan>(env, "loadPlan"));
}

}  // namespace brrr::addon
