#include "tensorrt/plan_error.h"

namespace brrr::tensorrt {

bool has_any(const std::string& text, std::initializer_list<const char*> parts) {
  for (const char* part : parts)
    if (text.find(part) != std::string::npos) return true;
  return false;
}

// Texts of 8.x to 10.x, as users report them; the tests have the whole messages.
Error plan_error(const std::string& log) {
  const std::string said = log.empty() ? "It gave no reason." : "It says: " + log;
  if (has_any(log, {"expecting compute"}))
    return Error("PLAN_STALE",
                 "The plan was built for another kind of GPU. Build it again on this one. TensorRT: " + log);
  if (has_any(log, {"not compatible with this version of TensorRT", "Version tag does not match"}))
    return Error("PLAN_STALE",
                 "The plan was built by another version of TensorRT. Build it again with this one. TensorRT: " + log);
  if (has_any(log, {"out of memory", "OutOfMemory", "OUT_OF_MEMORY"}))
    return Error("OUT_OF_DEVICE_MEMORY", "The GPU has not enough free memory to load the plan. TensorRT: " + log);
  return Error("MODEL_INVALID",
               "TensorRT does not take this as a plan: it is truncated, changed or something else. " + said);
}

}  // namespace brrr::tensorrt
