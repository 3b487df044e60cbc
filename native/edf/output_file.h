// A file that appears under its name only when it is complete.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace brrr::edf {

/// Writes to a temporary name in the same folder; finish() renames, and whatever was there before is replaced. Removed
/// if destroyed unfinished. Errors of the file system are WRITE_FAILED.
class OutputFile {
 public:
  explicit OutputFile(const std::string& path);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  void append(const void* bytes, size_t count);
  /// Overwrites bytes written before.
  void patch(int64_t offset, const std::string& bytes);
  void finish();

 private:
  void flush();
  [[noreturn]] void fail(int error) const;

  std::string path_, temporary_path_;
  int fd_ = -1;
  std::vector<uint8_t> buffer_;
};

}  // namespace brrr::edf
