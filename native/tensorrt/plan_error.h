#pragma once

#include <initializer_list>
#include <string>

#include "common/error.h"

namespace brrr::tensorrt {

/// Whether a text of TensorRT's has one of the parts.
bool has_any(const std::string& text, std::initializer_list<const char*> parts);

/// Why TensorRT did not take a plan, from what it logged: PLAN_STALE, OUT_OF_DEVICE_MEMORY or MODEL_INVALID.
Error plan_error(const std::string& log);

}  // namespace brrr::tensorrt
