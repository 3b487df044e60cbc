#include "tensorrt/message_log.h"

#include <gtest/gtest.h>

#include <thread>

namespace brrr::tensorrt {
namespace {

TEST(MessageLog, GivesWhatCameSinceAMark) {
  MessageLog log;
  log.add(Severity::kError, "before");
  const uint64_t mark = log.mark();
  log.add(Severity::kWarning, "careful");
  log.add(Severity::kVerbose, "noise");
  log.add(Severity::kError, "broken");
  const std::vector<Message> messages = log.since(mark);
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[0].text, "careful");
  EXPECT_EQ(messages[0].severity, Severity::kWarning);
  EXPECT_EQ(messages[1].text, "broken");
}

TEST(MessageLog, ErrorsAreJoinedEachOnce) {
  MessageLog log;
  EXPECT_EQ(log.errors_since(0), "");
  log.add(Severity::kError, "a");
  log.add(Severity::kInfo, "b");
  log.add(Severity::kInternalError, "c");
  log.add(Severity::kError, "a");
  EXPECT_EQ(log.errors_since(0), "a; c");
}

TEST(MessageLog, KeepsTheNewestOfMany) {
  MessageLog log;
  for (size_t i = 0; i < MessageLog::kKept + 10; i++) log.add(Severity::kInfo, std::to_string(i).c_str());
  const std::vector<Message> messages = log.since(0);
  ASSERT_EQ(messages.size(), MessageLog::kKept);
  EXPECT_EQ(messages.front().text, "10");
}

TEST(MessageLog, TakesMessagesFromManyThreads) {
  MessageLog log;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; t++)
    threads.emplace_back([&log] {
      for (int i = 0; i < 500; i++) {
        log.add(Severity::kError, "same");
        log.errors_since(log.mark());
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(log.since(0).size(), 2000u);
  EXPECT_EQ(log.errors_since(0), "same");
}

}  // namespace
}  // namespace brrr::tensorrt
