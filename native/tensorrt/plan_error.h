#pragma once

#include <string>

#include "common/error.h"

namespace brrr::tensorrt {

/// Why TensorRT did not take a plan, from what it logged: PLAN_STALE, OUT_OF_DEVICE_MEMORY or MODEL_INVALID.
Error plan_error(const std::string& log);

}  // namespace brrr::tensorrt
