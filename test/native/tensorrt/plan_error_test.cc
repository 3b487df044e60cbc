#include "tensorrt/plan_error.h"

#include <gtest/gtest.h>

namespace brrr::tensorrt {
namespace {

TEST(PlanError, KnowsWhatTensorRTsMessagesMean) {
  const struct {
    const char *log, *code;
  } cases[] = {
      {"The engine plan file is generated on an incompatible device, expecting compute 9.0 got compute 8.9, please "
       "rebuild.",
       "PLAN_STALE"},
      {"The engine plan file is not compatible with this version of TensorRT, expecting library version 10.6.0.26 got "
       "10.15.1.29, please rebuild.",
       "PLAN_STALE"},
      {"Serialization (Serialization assertion stdVersionRead == kSERIALIZATION_VERSION failed.Version tag does not "
       "match. Note: Current Version: 236, Serialized Engine Version: 239)",
       "PLAN_STALE"},
      {"Requested amount of GPU memory (1073741824 bytes) could not be allocated. OutOfMemory", "OUT_OF_DEVICE_MEMORY"},
      {"Cuda Runtime (out of memory)", "OUT_OF_DEVICE_MEMORY"},
      {"Serialization assertion plan->header.magicTag == rt::kPLAN_MAGIC_TAG failed.", "MODEL_INVALID"},
      {"", "MODEL_INVALID"},
  };
  for (const auto& [log, code] : cases) {
    const Error error = plan_error(log);
    EXPECT_STREQ(error.code(), code) << log;
    EXPECT_NE(std::string(error.what()).find(log), std::string::npos);
  }
}

}  // namespace
}  // namespace brrr::tensorrt
