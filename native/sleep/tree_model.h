// YASA's LightGBM classifiers in a compact binary form, and their evaluation for many epochs at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/job.h"

namespace brrr::sleep {

/// A boosted forest of numerical splits, immutable and safe to share between threads: 5 classes in the order N1, N2,
/// N3, R, W, tree i belongs to class i mod 5.
class TreeModel {
 public:
  /// Reads the compact form (models/README.md). Throws MODEL_INVALID with what is wrong; every index is checked.
  static std::shared_ptr<const TreeModel> parse(const uint8_t* bytes, size_t size);

  virtual ~TreeModel() = default;
  /// Names of the inputs in model order.
  virtual const std::vector<std::string>& feature_names() const = 0;
  /// Sums of leaf values per class.
  /// features: feature_names().size() rows of `epochs` float32 values (row-major: feature, epoch); NaN counts as 0.
  /// raw: epochs x 5 (epoch, class), in double, trees added in order: the same bits in every tier and
  /// for any number of threads. Throws ABORTED once the job is cancelled.
  virtual void predict(const float* features, int epochs, double* raw, Job& job) const = 0;
};

}  // namespace brrr::sleep
