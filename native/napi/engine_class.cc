#include "napi/engine_class.h"

#include "napi/engine_run.h"
#include "napi/promise.h"

namespace brrr::addon {
namespace {

using EngineBox = Napi::External<std::shared_ptr<engine::Engine>>;

Napi::Array describe(Napi::Env env, const std::vector<engine::TensorInfo>& infos) {
  Napi::Array array = Napi::Array::New(env, infos.size());
  for (uint32_t i = 0; i < infos.size(); i++) {
    const engine::TensorInfo& info = infos[i];
    Napi::Object o = Napi::Object::New(env);
    o.Set("name", info.name);
    o.Set("type", engine::type_name(info.type));
    Napi::Array dims = Napi::Array::New(env, info.dims.size());
    Napi::Array symbols = Napi::Array::New(env, info.dims.size());
    for (uint32_t d = 0; d < info.dims.size(); d++) {
      dims.Set(d, static_cast<double>(info.dims[d]));
      symbols.Set(d, info.symbols[d]);
    }
    o.Set("dims", info.has_rank ? Napi::Value(dims) : env.Null());
    o.Set("symbols", symbols);
    array.Set(i, o);
  }
  return array;
}

Napi::Array numbers(Napi::Env env, const std::vector<int64_t>& values) {
  Napi::Array array = Napi::Array::New(env, values.size());
  for (uint32_t i = 0; i < values.size(); i++) array.Set(i, static_cast<double>(values[i]));
  return array;
}

Napi::Object describe(Napi::Env env, const engine::Model& model) {
  Napi::Object o = Napi::Object::New(env);
  o.Set("backend", model.backend());
  o.Set("version", model.version());
  o.Set("device", model.device());
  o.Set("inputs", describe(env, model.inputs()));
  o.Set("outputs", describe(env, model.outputs()));
  o.Set("batchSizes", numbers(env, model.batch_sizes()));
  return o;
}

}  // namespace

Napi::Function EngineClass::define(Napi::Env env) {
  return DefineClass(
      env, "EngineHandle",
      {InstanceMethod<&EngineClass::run>("run"), InstanceMethod<&EngineClass::stats>("stats"),
       InstanceMethod<&EngineClass::reset_stats>("resetStats"), InstanceMethod<&EngineClass::memory>("memory"),
       InstanceMethod<&EngineClass::keep_timeline>("keepTimeline"), InstanceMethod<&EngineClass::timeline>("timeline"),
       InstanceMethod<&EngineClass::graphs>("graphs"), InstanceMethod<&EngineClass::allow_padding>("allowPadding"),
       InstanceMethod<&EngineClass::buffer>("buffer"), InstanceMethod<&EngineClass::close>("close")});
}

Napi::Object EngineClass::create(Napi::Env env, std::shared_ptr<engine::Engine> engine) {
  Napi::Object object = Environment::of(env).engine_class.New({EngineBox::New(env, &engine)});
  object.Set("info", describe(env, *engine->model()));
  return object;
}

EngineClass::EngineClass(const Napi::CallbackInfo& info) : ObjectWrap(info) {
  if (!info[0].IsExternal()) throw coded_error(info.Env(), "INVALID_ARGUMENT", "An engine is made by loadEngine.");
  tasks_ = Environment::of(info.Env()).tasks;
  engine_ = *info[0].As<EngineBox>().Data();
  inputs_ = engine_->model()->inputs();
  outputs_ = engine_->model()->outputs();
  for (const engine::MemoryPart& part : engine_->memory())
    if (part.kind != "device") reported_bytes_ += static_cast<int64_t>(part.bytes);
  Napi::MemoryManagement::AdjustExternalMemory(info.Env(), reported_bytes_);
}

EngineClass::~EngineClass() {
  if (!engine_) return;
  Napi::MemoryManagement::AdjustExternalMemory(Env(), -reported_bytes_);
  tasks_->release(std::move(engine_));
}

Napi::Value EngineClass::run(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    std::shared_ptr<Job> job = info[2].IsNull() ? std::make_shared<Job>() : job_from(info[2]);
    return start_run(info.Env(), engine_, inputs_, outputs_, info[0].As<Napi::Array>(), info[1].As<Napi::Array>(),
                     std::move(job), info[3].ToBoolean());
  });
}

Napi::Value EngineClass::stats(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  engine::Stats stats = engine_->stats();
  Napi::Object o = Napi::Object::New(env);
  o.Set("runs", static_cast<double>(stats.runs));
  o.Set("failed", static_cast<double>(stats.failed));
  o.Set("stopped", static_cast<double>(stats.stopped));
  o.Set("graphRuns", static_cast<double>(stats.graph_runs));
  o.Set("plainRuns", static_cast<double>(stats.plain_runs));
  o.Set("running", stats.running);
  o.Set("waiting", stats.waiting);
  o.Set("elapsedMs", stats.elapsed_ms);
  o.Set("busyMs", stats.busy_ms);
  Napi::Array lanes = Napi::Array::New(env, stats.lanes.size());
  for (uint32_t i = 0; i < stats.lanes.size(); i++) {
    Napi::Object lane = Napi::Object::New(env);
    lane.Set("runs", static_cast<double>(stats.lanes[i].runs));
    lane.Set("busyMs", stats.lanes[i].busy_ms);
    lanes.Set(i, lane);
  }
  o.Set("lanes", lanes);
  return o;
}

void EngineClass::keep_timeline(const Napi::CallbackInfo& info) {
  engine_->keep_timeline(info[0].As<Napi::Number>().Uint32Value());
}

Napi::Value EngineClass::timeline(const Napi::CallbackInfo& info) {
  static constexpr const char* kLaunches[] = {"call", "graph", "plain"};
  Napi::Env env = info.Env();
  const engine::Timeline timeline = engine_->timeline();
  Napi::Array runs = Napi::Array::New(env);
  for (const engine::TimelineRun& run : timeline.runs()) {
    Napi::HandleScope scope(env);
    Napi::Object o = Napi::Object::New(env);
    o.Set("times", to_array(env, run.times));
    o.Set("lane", run.lane);
    o.Set("slot", run.slot);
    o.Set("launch", kLaunches[static_cast<size_t>(run.launch)]);
    o.Set("shape", numbers(env, run.shape));
    o.Set("paddedBatch", static_cast<double>(run.padded_batch));
    o.Set("failed", run.failed);
    runs.Set(runs.Length(), o);
  }
  Napi::Object o = Napi::Object::New(env);
  o.Set("runs", runs);
  o.Set("dropped", static_cast<double>(timeline.dropped()));
  return o;
}

Napi::Value EngineClass::memory(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  Napi::Array parts = Napi::Array::New(env);
  for (const engine::MemoryPart& part : engine_->memory()) {
    Napi::Object o = Napi::Object::New(env);
    o.Set("name", part.name);
    o.Set("kind", part.kind);
    o.Set("bytes", static_cast<double>(part.bytes));
    o.Set("peakBytes", static_cast<double>(part.peak_bytes));
    parts.Set(parts.Length(), o);
  }
  return parts;
}

Napi::Value EngineClass::graphs(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  Napi::Array graphs = Napi::Array::New(env);
  for (const engine::GraphState& graph : engine_->graphs()) {
    Napi::Object o = Napi::Object::New(env);
    o.Set("batch", static_cast<double>(graph.batch));
    o.Set("reason", graph.reason.empty() ? env.Null() : Napi::String::New(env, graph.reason));
    graphs.Set(graphs.Length(), o);
  }
  return graphs;
}

Napi::Value EngineClass::allow_padding(const Napi::CallbackInfo& info) {
  return guarded(info, [&] { return numbers(info.Env(), engine_->allow_padding()); });
}

Napi::Value EngineClass::buffer(const Napi::CallbackInfo& info) {
  return guarded(info, [&]() -> Napi::Value {
    Napi::Env env = info.Env();
    auto bytes = static_cast<size_t>(info[0].As<Napi::Number>().Int64Value());
    std::shared_ptr<void> memory = engine_->host_buffer(bytes);
    if (!memory) return env.Null();
    auto* owner = new std::shared_ptr<void>(std::move(memory));
    return Napi::ArrayBuffer::New(
        env, owner->get(), bytes, [](Napi::Env, void*, std::shared_ptr<void>* o) { delete o; }, owner);
  });
}

Napi::Value EngineClass::close(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  Napi::MemoryManagement::AdjustExternalMemory(env, -reported_bytes_);
  reported_bytes_ = 0;
  bool drain = info[0].As<Napi::Boolean>();
  return run_async(
      env, info[1], {},
      [engine = engine_, drain](Job&) {
        engine->close(drain);
        return Nothing();
      },
      [](Napi::Env e, Nothing&) { return e.Undefined(); });
}

}  // namespace brrr::addon
