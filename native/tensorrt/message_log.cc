#include "tensorrt/message_log.h"

#include <algorithm>

namespace brrr::tensorrt {

MessageLog& MessageLog::get() {
  static auto& log = *new MessageLog;
  return log;
}

void MessageLog::add(Severity severity, const char* text) noexcept {
  if (severity == Severity::kVerbose) return;
  try {
    std::lock_guard<std::mutex> lock(mutex_);
    messages_.push_back({severity, text ? text : ""});
    added_++;
    if (messages_.size() > kKept) messages_.pop_front();
  } catch (...) {
  }
}

uint64_t MessageLog::mark() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return added_;
}

std::vector<Message> MessageLog::since(uint64_t mark) const {
  std::lock_guard<std::mutex> lock(mutex_);
  const uint64_t newer = added_ > mark ? added_ - mark : 0;
  return {messages_.end() - static_cast<std::ptrdiff_t>(std::min<uint64_t>(newer, messages_.size())), messages_.end()};
}

std::string MessageLog::errors_since(uint64_t mark) const {
  std::vector<std::string> seen;
  std::string joined;
  for (const Message& message : since(mark)) {
    if (message.severity > Severity::kError || std::count(seen.begin(), seen.end(), message.text)) continue;
    seen.push_back(message.text);
    joined += (joined.empty() ? "" : "; ") + message.text;
  }
  return joined;
}

}  // namespace brrr::tensorrt
