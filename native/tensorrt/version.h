// A version of TensorRT: major.minor.patch.build.
#pragma once

#include <string>
#include <tuple>

namespace brrr::tensorrt {

struct Version {
  int major = 0, minor = 0, patch = 0, build = 0;

  /// For calls that came with a later minor version: `library.version().at_least(10, 16)`. Every 11.x is at least every
  /// 10.x.
  bool at_least(int other_major, int other_minor) const {
    return std::tie(major, minor) >= std::tie(other_major, other_minor);
  }
  std::string text() const {
    const std::string base = std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
    return build ? base + "." + std::to_string(build) : base;
  }
};

}  // namespace brrr::tensorrt
