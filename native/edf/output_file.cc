#include "edf/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "common/error.h"

namespace brrr::edf {
namespace {

constexpr size_t kBufferBytes = 256 * 1024;

std::string temporary_name(const std::string& path) {
  static std::atomic<unsigned> counter{0};
  return path + ".partial-" + std::to_string(::getpid()) + "-" + std::to_string(counter++);
}

// Writes all of it at the offset, or at the end where that is negative; false and errno if it could not.
bool write_fully(int fd, const uint8_t* bytes, size_t count, int64_t offset) {
  while (count > 0) {
    const ssize_t done = offset < 0 ? ::write(fd, bytes, count) : ::pwrite(fd, bytes, count, offset);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return false;
    bytes += done;
    count -= static_cast<size_t>(done);
    if (offset >= 0) offset += done;
  }
  return true;
}

}  // namespace

OutputFile::OutputFile(const std::string& path) : path_(path), temporary_path_(temporary_name(path)) {
  if (path.empty() || path.find('\0') != std::string::npos) {
    throw Error("INVALID_ARGUMENT", "Expected the path of a file to write, got an empty text or one with a NUL.");
  }
  // Renaming would put a file in the place of a device.
  struct stat status;
  if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    throw Error("WRITE_FAILED", "Could not write " + path + ": it is not a regular file.");
  }
  fd_ = ::open(temporary_path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd_ < 0) fail(errno);
  buffer_.reserve(kBufferBytes);
}

OutputFile::~OutputFile() {
  if (fd_ < 0) return;
  ::close(fd_);
  ::unlink(temporary_path_.c_str());
}

void OutputFile::fail(int error) const {
  throw Error("WRITE_FAILED", "Could not write " + path_ + ": " + std::strerror(error) + ".");
}

void OutputFile::append(const void* bytes, size_t count) {
  const auto* begin = static_cast<const uint8_t*>(bytes);
  buffer_.insert(buffer_.end(), begin, begin + count);
  if (buffer_.size() >= kBufferBytes) flush();
}

void OutputFile::flush() {
  if (!write_fully(fd_, buffer_.data(), buffer_.size(), -1)) fail(errno);
  buffer_.clear();
}

void OutputFile::patch(int64_t offset, const std::string& bytes) {
  flush();
  if (!write_fully(fd_, reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(), offset)) fail(errno);
}

void OutputFile::finish() {
  flush();
  const int closed = ::close(fd_);  // some file systems report a full disk only here
  fd_ = -1;
  if (closed == 0 && std::rename(temporary_path_.c_str(), path_.c_str()) == 0) return;
  const int error = errno;
  ::unlink(temporary_path_.c_str());
  fail(error);
}

}  // namespace brrr::edf
