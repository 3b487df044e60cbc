// Tensors as the engine and its backends see them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace brrr::engine {

enum class DataType : uint8_t {
  kFloat32,
  kFloat16,
  kBfloat16,
  kFloat64,
  kInt8,
  kUint8,
  kInt16,
  kUint16,
  kInt32,
  kUint32,
  kInt64,
  kUint64,
  kBool,
  /// What this library cannot carry (strings, complex numbers, packed 4-bit values, 8-bit floats).
  kOther
};

/// Bytes of one element; 0 for kOther.
size_t element_size(DataType type);
/// As lib/inference/types.ts spells it: "float32", "bool".
const char* type_name(DataType type);

/// An input or output of a model.
struct TensorInfo {
  std::string name;
  DataType type = DataType::kFloat32;
  /// -1 where the size is known only at run time.
  std::vector<int64_t> dims;
  /// Per dimension the model's name for it; empty where it has none.
  std::vector<std::string> symbols;
  /// False where the model leaves even the number of dimensions open (dims is then empty).
  bool has_rank = true;
};

/// A view of dense, row-major memory that somebody else owns.
struct Tensor {
  DataType type = DataType::kFloat32;
  std::vector<int64_t> dims;
  void* data = nullptr;
  size_t bytes = 0;
};

/// Number of elements; throws INVALID_ARGUMENT for a negative dimension or a product that overflows.
int64_t element_count(const std::vector<int64_t>& dims);
/// "[2, 3]".
std::string shape_text(const std::vector<int64_t>& dims);

}  // namespace brrr::engine
