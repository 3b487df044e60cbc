#include "common/process_exit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace brrr {
namespace {

constexpr std::chrono::milliseconds kPatience(100);

struct Marks {
  std::mutex mutex;
  std::condition_variable left, never;
  std::list<std::function<void()>> inside;
  bool ending = false;
};

// Never destroyed: threads of ours may outlive main().
Marks& marks() {
  static Marks* marks = new Marks;
  return *marks;
}

void at_exit(int status, void*) {
  std::unique_lock<std::mutex> lock(marks().mutex);
  marks().ending = true;
  for (const auto& interrupt : marks().inside) interrupt();
  if (marks().left.wait_for(lock, kPatience, [] { return marks().inside.empty(); })) return;
  fflush(nullptr);
  _exit(status);
}

}  // namespace

InLibrary::InLibrary(std::function<void()> interrupt) {
  std::unique_lock<std::mutex> lock(marks().mutex);
  marks().never.wait(lock, [] { return !marks().ending; });
  mark_ = marks().inside.insert(marks().inside.end(), std::move(interrupt));
}

InLibrary::~InLibrary() {
  std::lock_guard<std::mutex> lock(marks().mutex);
  marks().inside.erase(mark_);
  if (marks().inside.empty()) marks().left.notify_all();
}

void end_calls_at_exit() { on_exit(at_exit, nullptr); }

}  // namespace brrr
