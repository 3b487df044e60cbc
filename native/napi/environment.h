// What the addon keeps per JavaScript environment (the main thread, and each worker that loads it).
#pragma once

#include <napi.h>

#include <memory>

#include "napi/tasks.h"

namespace brrr::addon {

struct Environment {
  std::shared_ptr<TaskGroup> tasks;
  // Constructors of the wrapped classes, to recognise their instances.
  Napi::FunctionReference job_class, recording_class, model_class, engine_class, epoch_store_class;

  static Environment& of(Napi::Env env) { return *env.GetInstanceData<Environment>(); }
};

}  // namespace brrr::addon
