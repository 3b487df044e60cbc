// Plans of the TensorRT double: a text, one item a line.
//   brrr-double-plan
//   version 10.16.0.72                         default: that of the double
//   compute 9.0                                default
//   input x float32 -1,4 [host | vector]       a tensor; -1: dynamic
//   profile x 1,4 4,4 8,4                      min, opt and max of one optimisation profile; several lines: several
//   output y float32 -1,4                      likewise
//   op affine x y 2 1                          y = 2 x + 1 (float32)
//   op matmul x y 3                            y = x W, W[k][m] = (7 k + 3 m) % 5 - 2 with 3 columns (float32)
//   op add a b y                               (float32)
//   op identity x y                            any type
//   op repeat x y                              y = x above x (float32)
//   op mirror x y                              10 - n rows of nothing from n
//   op unknown x y                             identity whose size TensorRT does not know before it has run
//   weights 64   context 32   scratch 1024     bytes of device memory
//   enqueue 128                                bytes that the first run of a shape allocates in stream order
//   capture refuse | allocate                  what goes wrong while a stream is captured
//   end
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace brrr_double {

using Sizes = std::vector<int64_t>;

struct PlanTensor {
  std::string name, type, attribute;
  bool is_input = false;
  Sizes dims;
  struct Profile {
    Sizes min, opt, max;
  };
  std::vector<Profile> profiles;
};

struct Operator {
  std::string kind;
  std::vector<std::string> words;  // tensors, then numbers
  std::size_t inputs() const { return kind == "add" ? 2 : 1; }
  const std::string& output() const { return words[inputs()]; }
};

struct PlanText {
  std::string version, compute = "9.0", capture;
  std::vector<PlanTensor> tensors;
  std::vector<Operator> operators;
  std::map<std::string, uint64_t> bytes;  // weights, context, scratch, enqueue
  bool complete = false;

  const PlanTensor& tensor(const std::string& name) const;
  uint64_t bytes_of(const std::string& what) const;
};

/// False where the text is no plan.
bool parse(const std::string& text, PlanText& plan);

/// Shape of an operator's output.
Sizes output_shape(const Operator& op, const std::map<std::string, Sizes>& shapes);

/// Computes one operator.
void execute(const Operator& op, const std::map<std::string, Sizes>& shapes,
             const std::map<std::string, void*>& addresses, std::size_t element_size);

int64_t count(const Sizes& dims);

}  // namespace brrr_double
