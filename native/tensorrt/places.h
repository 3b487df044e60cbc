// Where TensorRT may lie.
#pragma once

#include <string>
#include <vector>

namespace brrr::tensorrt {

struct Place {
  /// What to tell a person who asks where it was looked for.
  std::string what;
  /// Files or bare names for dlopen, best first.
  std::vector<std::string> candidates;
};

/// The places to look in, in order (library.h); majors in the order in which they are preferred.
std::vector<Place> places(const std::string& path, const std::vector<int>& majors);

}  // namespace brrr::tensorrt
