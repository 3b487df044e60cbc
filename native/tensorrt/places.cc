#include "tensorrt/places.h"

#include <algorithm>
#include <filesystem>

#include "common/shared_library.h"

namespace fs = std::filesystem;

namespace brrr::tensorrt {
namespace {

/// libnvinfer.so.N of the wanted majors, then of any other, so that a version that is too old or too new can be named.
std::vector<std::string> in_folder(const fs::path& folder, const std::vector<int>& majors) {
  std::vector<std::string> found, others;
  std::error_code ignored;
  for (int major : majors) {
    const fs::path file = folder / ("libnvinfer.so." + std::to_string(major));
    if (fs::exists(file, ignored)) found.push_back(file.string());
  }
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const std::string file = entry.path().string();
    if (entry.path().filename().string().rfind("libnvinfer.so", 0) == 0 &&
        !std::count(found.begin(), found.end(), file))
      others.push_back(file);
  }
  std::sort(others.rbegin(), others.rend());
  found.insert(found.end(), others.begin(), others.end());
  return found;
}

Place explicit_place(const std::string& path, const std::vector<int>& majors) {
  Place place{path, {}};
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) {
    place.candidates.push_back(path);
    return place;
  }
  for (const char* below : {"", "lib", "lib64", "tensorrt_libs"})
    for (const std::string& file : in_folder(fs::path(path) / below, majors)) place.candidates.push_back(file);
  return place;
}

Place system_place(const std::vector<int>& majors) {
  Place place{"the system's library path", {}};
  for (int major : majors) place.candidates.push_back("libnvinfer.so." + std::to_string(major));
  // Looked for only to be able to say that it is too old.
  place.candidates.push_back("libnvinfer.so.8");
  return place;
}

/// Adds what is in `prefix`/lib/python3*/{site,dist}-packages/tensorrt_libs.
void add_python(Place& place, const std::string& prefix, const std::vector<int>& majors) {
  std::error_code ignored;
  std::vector<fs::path> pythons;
  for (const auto& entry : fs::directory_iterator(fs::path(prefix) / "lib", ignored))
    if (entry.path().filename().string().rfind("python3", 0) == 0) pythons.push_back(entry.path());
  std::sort(pythons.rbegin(), pythons.rend());
  for (const fs::path& python : pythons)
    for (const char* packages : {"site-packages", "dist-packages"})
      for (const std::string& file : in_folder(python / packages / "tensorrt_libs", majors))
        place.candidates.push_back(file);
}

}  // namespace

std::vector<Place> places(const std::string& path, const std::vector<int>& majors) {
  const std::string named = path.empty() ? environment_variable("BRRR_TENSORRT") : path;
  if (!named.empty()) return {explicit_place(named, majors)};
  Place python{"Python packages (tensorrt_libs)", {}};
  for (const char* variable : {"VIRTUAL_ENV", "CONDA_PREFIX"})
    if (const std::string prefix = environment_variable(variable); !prefix.empty()) add_python(python, prefix, majors);
  if (const std::string home = environment_variable("HOME"); !home.empty())
    add_python(python, home + "/.local", majors);
  add_python(python, "/usr/local", majors);
  add_python(python, "/usr", majors);
  return {system_place(majors), python};
}

}  // namespace brrr::tensorrt
