// A shared library found at run time and kept for the life of the process: the libraries of NVIDIA do not survive
// being unloaded.
#pragma once

#include <string>

namespace brrr {

class SharedLibrary {
 public:
  SharedLibrary() = default;

  /// dlopen with RTLD_NOW | RTLD_LOCAL. An empty library where that fails; problem() then says why.
  static SharedLibrary open(const std::string& name);

  explicit operator bool() const { return handle_ != nullptr; }
  /// Where it really lies.
  const std::string& path() const { return path_; }
  /// dlerror's text.
  const std::string& problem() const { return problem_; }
  /// True where no file of that name exists: the library is absent rather than broken.
  bool absent() const { return absent_; }

  /// The symbol, or null.
  void* find(const char* symbol) const;
  template <class Function>
  void find(const char* symbol, Function*& function) const {
    function = reinterpret_cast<Function*>(find(symbol));
  }

 private:
  void* handle_ = nullptr;
  std::string path_, problem_;
  bool absent_ = false;
};

/// $NAME, or "".
std::string environment_variable(const char* name);

}  // namespace brrr
