#include "tensorrt/run_shape.h"

#include <algorithm>
#include <string>

namespace brrr::tensorrt {
namespace {

using engine::shape_text;
using engine::Tensor;
using engine::TensorInfo;

bool within(const Dims& dims, const Range& range) {
  if (dims.size() != range.min.size()) return false;
  for (size_t d = 0; d < dims.size(); d++)
    if (dims[d] < range.min[d] || dims[d] > range.max[d]) return false;
  return true;
}

/// The first profile that takes all inputs, or -1.
int find_profile(const Plan& plan, const std::vector<Dims>& inputs) {
  for (int p = 0; p < plan.profiles(); p++) {
    bool all = true;
    for (size_t i = 0; i < inputs.size(); i++) all = all && within(inputs[i], plan.inputs()[i].profiles[p]);
    if (all) return p;
  }
  return -1;
}

std::string ranges_text(const PlanInput& input) {
  std::string text;
  for (const Range& range : input.profiles) {
    text += text.empty() ? "" : " or ";
    text += range.min == range.max ? shape_text(range.min) : shape_text(range.min) + " to " + shape_text(range.max);
  }
  return text;
}

Error no_profile(const Plan& plan, const std::vector<Dims>& inputs) {
  for (size_t i = 0; i < inputs.size(); i++) {
    const PlanInput& input = plan.inputs()[i];
    const bool taken = std::any_of(input.profiles.begin(), input.profiles.end(),
                                   [&](const Range& range) { return within(inputs[i], range); });
    if (!taken)
      return Error("SHAPE_MISMATCH", "Input \"" + input.info.name + "\" is " + shape_text(inputs[i]) +
                                         "; the plan takes " + ranges_text(input) +
                                         ". Build it with a profile for this shape, or change the batch size.");
  }
  return Error("SHAPE_MISMATCH",
               "No optimisation profile of the plan takes these shapes of its inputs together, only each for itself.");
}

void check_tensor(const TensorInfo& info, const Tensor& tensor) {
  if (tensor.type != info.type)
    throw Error("TYPE_MISMATCH", "Input \"" + info.name + "\" is " + engine::type_name(tensor.type) +
                                     "; the plan takes " + engine::type_name(info.type) + ".");
  const size_t expected = tensor_bytes(info, tensor.dims);
  if (tensor.bytes != expected)
    throw Error("SHAPE_MISMATCH", "Input \"" + info.name + "\" has " + std::to_string(tensor.bytes) +
                                      " bytes; its shape " + shape_text(tensor.dims) + " asks for " +
                                      std::to_string(expected) + ".");
}

}  // namespace

size_t tensor_bytes(const TensorInfo& info, const Dims& dims) {
  return static_cast<size_t>(engine::element_count(dims)) * engine::element_size(info.type);
}

RunShape shape_of(const Plan& plan, const engine::Request& request) {
  if (request.inputs.size() != plan.inputs().size() || request.outputs.size() != plan.outputs().size())
    throw Error("INVALID_ARGUMENT", "The plan has " + std::to_string(plan.inputs().size()) + " inputs and " +
                                        std::to_string(plan.outputs().size()) + " outputs.");
  RunShape shape;
  for (size_t i = 0; i < request.inputs.size(); i++) {
    const TensorInfo& info = plan.inputs()[i].info;
    const Tensor& tensor = request.inputs[i];
    check_tensor(info, tensor);
    shape.inputs.push_back(tensor.dims);
    if (is_batched(info) && !tensor.dims.empty()) shape.batch = tensor.dims[0];
  }
  shape.profile = find_profile(plan, shape.inputs);
  if (shape.profile < 0) throw no_profile(plan, shape.inputs);
  return shape;
}

std::vector<RunShape> capture_shapes(const Plan& plan, std::vector<int64_t> batch_sizes) {
  const auto& inputs = plan.inputs();
  if (std::none_of(inputs.begin(), inputs.end(), [](const PlanInput& input) { return is_batched(input.info); }))
    batch_sizes = {1};
  std::sort(batch_sizes.begin(), batch_sizes.end());
  batch_sizes.erase(std::unique(batch_sizes.begin(), batch_sizes.end()), batch_sizes.end());

  std::vector<RunShape> shapes;
  for (int64_t batch : batch_sizes) {
    RunShape shape;
    shape.batch = batch;
    shape.profile = -1;
    for (int p = 0; p < plan.profiles() && shape.profile < 0; p++) {
      shape.inputs.clear();
      for (const PlanInput& input : inputs) {
        Dims dims = input.profiles[p].opt;
        if (is_batched(input.info)) dims[0] = batch;
        shape.inputs.push_back(std::move(dims));
      }
      shape.profile = find_profile(plan, shape.inputs);
    }
    if (shape.profile < 0) throw no_profile(plan, shape.inputs);
    shapes.push_back(std::move(shape));
  }
  return shapes;
}

int find_captured(const Plan& plan, const std::vector<RunShape>& captured, const RunShape& run, bool pad) {
  const auto serves = [&](const RunShape& shape) {
    if (shape.batch != run.batch && !(pad && shape.batch > run.batch)) return false;
    for (size_t i = 0; i < run.inputs.size(); i++) {
      Dims dims = run.inputs[i];
      if (is_batched(plan.inputs()[i].info) && dims[0] == run.batch) dims[0] = shape.batch;
      if (dims != shape.inputs[i]) return false;
    }
    return true;
  };
  const auto found = std::find_if(captured.begin(), captured.end(), serves);
  return found == captured.end() ? -1 : static_cast<int>(found - captured.begin());
}

}  // namespace brrr::tensorrt
