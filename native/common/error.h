// The one exception of the core. `code` is one of the codes listed in lib/errors.ts; the addon hands both to
// JavaScript.
#pragma once

#include <stdexcept>
#include <string>

namespace brrr {

class Error : public std::runtime_error {
 public:
  Error(const char* code, const std::string& message) : std::runtime_error(message), code_(code) {}
  /// One of the codes in lib/errors.ts, a string literal.
  const char* code() const noexcept { return code_; }

 private:
  const char* code_;
};

}  // namespace brrr
