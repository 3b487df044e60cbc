#include "onnxruntime/types.h"

#include <iterator>

namespace brrr::onnxruntime {
namespace {

using engine::DataType;

constexpr DataType kByNumber[] = {
    DataType::kOther,                                            // undefined
    DataType::kFloat32,  DataType::kUint8,   DataType::kInt8,    // 1 to 3
    DataType::kUint16,   DataType::kInt16,   DataType::kInt32,   // 4 to 6
    DataType::kInt64,    DataType::kOther,   DataType::kBool,    // 7, string, 9
    DataType::kFloat16,  DataType::kFloat64, DataType::kUint32,  // 10 to 12
    DataType::kUint64,   DataType::kOther,   DataType::kOther,   // 13, two complex ones
    DataType::kBfloat16,                                         // 16
};

}  // namespace

DataType from_element_type(int type) {
  return type >= 0 && type < static_cast<int>(std::size(kByNumber)) ? kByNumber[type] : DataType::kOther;
}

int element_type(DataType type) {
  for (size_t i = 1; i < std::size(kByNumber); i++)
    if (kByNumber[i] == type && type != DataType::kOther) return static_cast<int>(i);
  return 0;
}

}  // namespace brrr::onnxruntime
