#pragma once

#include <memory>

#include "engine/backend.h"
#include "engine/meter.h"
#include "onnxruntime/session.h"

namespace brrr::onnxruntime {

/// A thread that runs the session, one request at a time; the shortest runs of a steady session on the caller's thread
/// (brief_runs.h). The session outlives it; `meter` counts what its runs allocate.
std::unique_ptr<engine::Lane> make_lane(Session& session, std::shared_ptr<engine::Meter> meter,
                                        engine::Completion done);

}  // namespace brrr::onnxruntime
