#include "common/process_exit.h"

#include <gtest/gtest.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>

namespace brrr {
namespace {

std::atomic<bool> inside{false}, told{false}, library_is_gone{false};

void wait_for(const std::atomic<bool>& flag) {
  while (!flag) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

/// A library whose exit handler comes before ours, so that it runs after it.
void load_library() {
  atexit([] {
    library_is_gone = true;
    fputs("library unloaded. ", stderr);
  });
  end_calls_at_exit();
}

void call_library(const std::atomic<bool>& until) {
  std::thread([&until] {
    InLibrary mark([] { told = true; });
    inside = true;
    wait_for(until);
    fputs(library_is_gone ? "too late. " : "in time. ", stderr);
  }).detach();
  wait_for(inside);
}

TEST(ProcessExitDeathTest, WaitsForACallThatComesBackWhenItIsTold) {
  EXPECT_EXIT(
      {
        load_library();
        call_library(told);
        exit(7);
      },
      ::testing::ExitedWithCode(7), "in time. library unloaded. ");
}

TEST(ProcessExitDeathTest, EndsWithItsStatusAndNoMoreHandlersWhereACallDoesNotComeBack) {
  EXPECT_EXIT(
      {
        load_library();
        call_library(library_is_gone);
        fputs("before. ", stderr);
        exit(7);
      },
      ::testing::ExitedWithCode(7), "before\\. $");
}

TEST(ProcessExitDeathTest, LetsNobodyEnterOnceItHasBegun) {
  EXPECT_EXIT(
      {
        // Runs after ours, and gives the other thread time.
        atexit([] { std::this_thread::sleep_for(std::chrono::milliseconds(50)); });
        load_library();
        std::thread([] {
          for (;;) {
            InLibrary mark([] {});
            if (library_is_gone) fputs("entered. ", stderr);
          }
        }).detach();
        exit(3);
      },
      ::testing::ExitedWithCode(3), "^library unloaded\\. $");
}

}  // namespace
}  // namespace brrr
