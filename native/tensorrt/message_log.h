// What TensorRT says. Its logger is one for the whole process and is called from any of its threads, so the messages go
// into one log that lives as long; an operation marks where it began and reads what came since.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

namespace brrr::tensorrt {

enum class Severity { kInternalError, kError, kWarning, kInfo, kVerbose };

struct Message {
  Severity severity;
  std::string text;
};

class MessageLog {
 public:
  /// The log of this process; never destroyed.
  static MessageLog& get();

  /// Keeps a message of severity kInfo or graver, the last kKept of them. Drops it where memory is short.
  void add(Severity severity, const char* text) noexcept;

  /// Position after the newest message.
  uint64_t mark() const;
  /// Messages at or after a mark, oldest first.
  std::vector<Message> since(uint64_t mark) const;
  /// The errors among them, each once, as one text; "" where there is none.
  std::string errors_since(uint64_t mark) const;

  static constexpr size_t kKept = 4096;

 private:
  mutable std::mutex mutex_;
  std::deque<Message> messages_;
  uint64_t added_ = 0;
};

}  // namespace brrr::tensorrt
