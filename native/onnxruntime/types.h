// Element types by ONNX Runtime's numbers (ONNXTensorElementDataType).
#pragma once

#include "engine/tensor.h"

namespace brrr::onnxruntime {

engine::DataType from_element_type(int type);
int element_type(engine::DataType type);

}  // namespace brrr::onnxruntime
