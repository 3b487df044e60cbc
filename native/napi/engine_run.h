// One run of an engine as a promise.
#pragma once

#include <napi.h>

#include <memory>

#include "engine/engine.h"
#include "napi/tasks.h"

namespace brrr::addon {

/// Starts a run. `arrays` holds a typed array per input, then one or null per output; `shapes` the dimensions of each
/// array that is there, each list preceded by its length. Resolves with one {data, dims} per output that had no array,
/// null for the others; if `timed`, then to_array() of the request's times.
Napi::Value start_run(Napi::Env env, const std::shared_ptr<engine::Engine>& engine,
                      const std::vector<engine::TensorInfo>& inputs, const std::vector<engine::TensorInfo>& outputs,
                      const Napi::Array& arrays, const Napi::Array& shapes, std::shared_ptr<Job> job, bool timed);

/// Nanoseconds, 0 for what is not known: queued, started, finished; start and end of launch, to_device, compute and
/// from_device.
Napi::Array to_array(Napi::Env env, const engine::Times& times);

}  // namespace brrr::addon
