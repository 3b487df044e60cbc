#include "edf/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "common/error.h"

namespace brrr::edf {
namespace {

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

[[noreturn]] void fail_to_open(const std::string& path, int error) {
  if (error == ENOENT || error == ENOTDIR) {
    throw Error("FILE_NOT_FOUND", "No file at " + path + ". Check the path.");
  }
  throw Error("FILE_UNREADABLE", "Could not open " + path + ": " + std::strerror(error) + ".");
}

void require_regular_file(const std::string& path, const struct stat& status) {
  if (S_ISREG(status.st_mode)) return;
  const char* kind = S_ISDIR(status.st_mode)    ? "a folder"
                     : S_ISFIFO(status.st_mode) ? "a pipe"
                     : S_ISSOCK(status.st_mode) ? "a socket"
                                                : "a device";
  throw Error("NOT_A_FILE", "Expected an EDF or BDF file, but " + path + " is " + kind + ".");
}

int64_t modified_ns(const struct stat& status) {
#if defined(__APPLE__)
  const timespec& time = status.st_mtimespec;
#else
  const timespec& time = status.st_mtim;
#endif
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

class FileSource final : public ByteSource {
 public:
  FileSource(const std::string& path, FileDescriptor file, const struct stat& status)
      : path_(path), file_(std::move(file)), status_(status) {}

  const std::string& name() const override { return path_; }
  int64_t size() const override { return status_.st_size; }

  void read(int64_t offset, int64_t count, uint8_t* out) const override {
    while (count > 0) {
      const ssize_t got = ::pread(file_.get(), out, static_cast<size_t>(count), offset);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) throw Error("FILE_UNREADABLE", "Could not read " + path_ + ": " + std::strerror(errno) + ".");
      if (got == 0) {
        throw Error("FILE_CHANGED", path_ + " became shorter while it was read: it ends before byte " +
                                        std::to_string(offset + count) + ". Read it again once it is complete.");
      }
      out += got;
      offset += got;
      count -= got;
    }
  }

  void verify_unchanged() const override {
    struct stat now;
    const bool same = ::stat(path_.c_str(), &now) == 0 && now.st_dev == status_.st_dev &&
                      now.st_ino == status_.st_ino && now.st_size == status_.st_size &&
                      modified_ns(now) == modified_ns(status_);
    if (!same) {
      throw Error("FILE_CHANGED", path_ + " changed while it was read. Read it again once nothing writes to it.");
    }
  }

 private:
  std::string path_;
  FileDescriptor file_;
  struct stat status_;
};

class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::vector<uint8_t> bytes) : bytes_(std::move(bytes)) {}
  const std::string& name() const override { return name_; }
  int64_t size() const override { return static_cast<int64_t>(bytes_.size()); }
  void read(int64_t offset, int64_t count, uint8_t* out) const override {
    if (offset < 0 || count < 0 || offset > size() - count) throw Error("INTERNAL", "read past the end of memory");
    if (count > 0) std::memcpy(out, bytes_.data() + offset, static_cast<size_t>(count));
  }
  void verify_unchanged() const override {}

 private:
  std::string name_ = "memory";
  std::vector<uint8_t> bytes_;
};

}  // namespace

std::unique_ptr<ByteSource> open_file(const std::string& path) {
  // A path with a NUL would open another file than the one that was named.
  if (path.empty() || path.find('\0') != std::string::npos) {
    throw Error("INVALID_ARGUMENT", "Expected the path of an EDF or BDF file, got an empty text or one with a NUL.");
  }
  struct stat status;
  if (::stat(path.c_str(), &status) != 0) fail_to_open(path, errno);
  require_regular_file(path, status);
  // The path may have become a pipe since: O_NONBLOCK keeps open() from waiting for its other end.
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0) fail_to_open(path, errno);
  require_regular_file(path, status);
  return std::make_unique<FileSource>(path, std::move(file), status);
}

std::unique_ptr<ByteSource> memory_source(std::vector<uint8_t> bytes) {
  return std::make_unique<MemorySource>(std::move(bytes));
}

}  // namespace brrr::edf
