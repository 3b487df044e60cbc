#include "plan.h"

#include <cstring>
#include <sstream>

namespace brrr_double {
namespace {

Sizes sizes(const std::string& text) {
  Sizes out;
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');) out.push_back(std::stoll(part));
  return out;
}

void parse_line(const std::string& line, PlanText& plan) {
  std::istringstream words(line);
  std::string key, name, a, b, c;
  words >> key;
  if (key == "end") plan.complete = true;
  if (key == "version") words >> plan.version;
  if (key == "compute") words >> plan.compute;
  if (key == "capture") words >> plan.capture;
  if (key == "input" || key == "output") {
    PlanTensor tensor;
    words >> tensor.name >> tensor.type >> a >> tensor.attribute;
    tensor.is_input = key == "input";
    tensor.dims = sizes(a);
    plan.tensors.push_back(tensor);
  }
  if (key == "profile") {
    words >> name >> a >> b >> c;
    for (PlanTensor& tensor : plan.tensors)
      if (tensor.name == name) tensor.profiles.push_back({sizes(a), sizes(b), sizes(c)});
  }
  if (key == "op") {
    Operator op;
    words >> op.kind;
    for (std::string word; words >> word;) op.words.push_back(word);
    plan.operators.push_back(op);
  }
  if (key == "weights" || key == "context" || key == "scratch" || key == "enqueue") words >> plan.bytes[key];
}

}  // namespace

int64_t count(const Sizes& dims) {
  int64_t product = 1;
  for (int64_t size : dims) product *= size;
  return product;
}

const PlanTensor& PlanText::tensor(const std::string& name) const {
  for (const PlanTensor& tensor : tensors)
    if (tensor.name == name) return tensor;
  std::abort();
}

uint64_t PlanText::bytes_of(const std::string& what) const {
  const auto found = bytes.find(what);
  return found == bytes.end() ? 0 : found->second;
}

bool parse(const std::string& text, PlanText& plan) {
  std::istringstream lines(text);
  std::string line;
  if (!std::getline(lines, line) || line != "brrr-double-plan") return false;
  while (std::getline(lines, line)) parse_line(line, plan);
  return plan.complete;
}

Sizes output_shape(const Operator& op, const std::map<std::string, Sizes>& shapes) {
  Sizes shape = shapes.at(op.words[0]);
  if (op.kind == "matmul") shape.back() = std::stoll(op.words[2]);
  if (op.kind == "unknown") shape[0] = -1;
  if (op.kind == "mirror") shape[0] = 10 - shape[0];
  if (op.kind == "repeat") shape[0] *= 2;
  return shape;
}

void execute(const Operator& op, const std::map<std::string, Sizes>& shapes,
             const std::map<std::string, void*>& addresses, std::size_t element_size) {
  const Sizes& shape = shapes.at(op.words[0]);
  const int64_t n = count(shape);
  const auto* x = static_cast<const float*>(addresses.at(op.words[0]));
  auto* y = static_cast<float*>(addresses.at(op.output()));
  if (op.kind == "identity" || op.kind == "unknown") std::memcpy(y, x, n * element_size);
  if (op.kind == "affine")
    for (int64_t i = 0; i < n; i++) y[i] = std::stof(op.words[2]) * x[i] + std::stof(op.words[3]);
  if (op.kind == "repeat")
    for (int64_t i = 0; i < 2 * n; i++) y[i] = x[i % n];
  if (op.kind == "add") {
    const auto* other = static_cast<const float*>(addresses.at(op.words[1]));
    for (int64_t i = 0; i < n; i++) y[i] = x[i] + other[i];
  }
  if (op.kind == "matmul") {
    const int64_t inner = shape.back(), columns = std::stoll(op.words[2]);
    for (int64_t row = 0; row < n / inner; row++)
      for (int64_t m = 0; m < columns; m++) {
        float sum = 0;
        for (int64_t k = 0; k < inner; k++) sum += x[row * inner + k] * static_cast<float>((7 * k + 3 * m) % 5 - 2);
        y[row * columns + m] = sum;
      }
  }
}

}  // namespace brrr_double
