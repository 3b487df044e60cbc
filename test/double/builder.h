#pragma once

#include <NvInfer.h>

namespace brrr_double {

/// Makes plans of plan.h out of what the double's parser found, in as many steps as `build_steps` says. `logger`
/// outlives it.
nvinfer1::IBuilder* make_builder(nvinfer1::ILogger& logger);

}  // namespace brrr_double
