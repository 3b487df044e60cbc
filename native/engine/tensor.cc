#include "engine/tensor.h"

#include "common/error.h"

namespace brrr::engine {

size_t element_size(DataType type) {
  switch (type) {
    case DataType::kInt8:
    case DataType::kUint8:
    case DataType::kBool:
      return 1;
    case DataType::kFloat16:
    case DataType::kBfloat16:
    case DataType::kInt16:
    case DataType::kUint16:
      return 2;
    case DataType::kFloat32:
    case DataType::kInt32:
    case DataType::kUint32:
      return 4;
    case DataType::kFloat64:
    case DataType::kInt64:
    case DataType::kUint64:
      return 8;
    case DataType::kOther:
      break;
  }
  return 0;
}

const char* type_name(DataType type) {
  static constexpr const char* kNames[] = {"float32", "float16", "bfloat16", "float64", "int8",   "uint8", "int16",
                                           "uint16",  "int32",   "uint32",   "int64",   "uint64", "bool",  "other"};
  return kNames[static_cast<size_t>(type)];
}

int64_t element_count(const std::vector<int64_t>& dims) {
  int64_t count = 1;
  for (int64_t size : dims)
    if (size < 0 || __builtin_mul_overflow(count, size, &count))
      throw Error("INVALID_ARGUMENT", "No tensor has the shape " + shape_text(dims) + ".");
  return count;
}

std::string shape_text(const std::vector<int64_t>& dims) {
  std::string text = "[";
  for (int64_t size : dims) text += (text.size() > 1 ? ", " : "") + std::to_string(size);
  return text + "]";
}

}  // namespace brrr::engine
