// Where the bytes of a recording come from: a file, or memory (tests and the fuzzer).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace brrr::edf {

/// Bytes at known offsets. Reading is thread-safe.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// What messages call it.
  virtual const std::string& name() const = 0;
  virtual int64_t size() const = 0;
  /// Copies `count` bytes from `offset` on. Throws FILE_CHANGED if they are no longer there, FILE_UNREADABLE if the
  /// device fails. The range must lie inside [0, size()).
  virtual void read(int64_t offset, int64_t count, uint8_t* out) const = 0;
  /// Throws FILE_CHANGED unless the bytes are those of the time of opening.
  virtual void verify_unchanged() const = 0;
};

/// Opens a regular file for reading, never blocking. Throws FILE_NOT_FOUND, NOT_A_FILE (a folder, a pipe, a device)
/// or FILE_UNREADABLE. A file is read, not mapped: one that shrinks meanwhile is an error and not a signal.
std::unique_ptr<ByteSource> open_file(const std::string& path);

/// Bytes in memory.
std::unique_ptr<ByteSource> memory_source(std::vector<uint8_t> bytes);

}  // namespace brrr::edf
