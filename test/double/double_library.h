// A copy of a double's library of one's own: loaded before the code under test opens it, steered, and its calls read.
#pragma once

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace brrr::testing {

/// A folder that goes with the test.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "brrr-double-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

class DoubleLibrary {
 public:
  /// `file` is relative to the folder of the doubles. A library is known by its file, so each copy has its own state.
  DoubleLibrary(const std::string& file, const std::string& configuration) {
    const auto source = std::filesystem::path(BRRR_DOUBLES) / file;
    path_ = (folder_.path() / source.filename()).string();
    std::filesystem::copy_file(source, path_);
    handle_ = dlopen(path_.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!handle_) ADD_FAILURE() << dlerror();
    configure(configuration);
  }

  const std::string& path() const { return path_; }
  std::string folder() const { return folder_.path().string(); }
  void* find(const char* symbol) const { return dlsym(handle_, symbol); }
  void configure(const std::string& text) {
    reinterpret_cast<void (*)(const char*)>(find("brrr_double_configure"))(text.c_str());
  }
  std::string calls() const { return reinterpret_cast<const char* (*)()>(find("brrr_double_calls"))(); }

 private:
  TemporaryFolder folder_;
  std::string path_;
  void* handle_ = nullptr;
};

}  // namespace brrr::testing
