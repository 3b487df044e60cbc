// CUDA's error numbers as errors that say what to do.
#pragma once

#include <string>

#include "common/error.h"
#include "device/cuda_api.h"

namespace brrr::cuda {

/// The error for a number other than kSuccess; `action` completes "CUDA could not ...". Codes: DRIVER_TOO_OLD (35 with
/// a driver, 803, 804), DEVICE_UNAVAILABLE (35 without one, 3, 46, 100, 101, 802, 999), OUT_OF_DEVICE_MEMORY (2), else
/// RUN_FAILED.
Error error_of(const Api& api, int status, const std::string& action);

/// Throws error_of() unless status is kSuccess.
inline void check(const Api& api, int status, const char* action) {
  if (status != kSuccess) throw error_of(api, status, action);
}

}  // namespace brrr::cuda
