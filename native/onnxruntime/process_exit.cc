#include "onnxruntime/process_exit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace brrr::onnxruntime {
namespace {

constexpr std::chrono::milliseconds kPatience(100);

struct Marks {
  std::mutex mutex;
  std::condition_variable left;
  std::list<std::function<void()>> inside;
};

// Never destroyed: threads of ours may outlive main().
Marks& marks() {
  static Marks* marks = new Marks;
  return *marks;
}

void at_exit(int status, void*) {
  std::unique_lock<std::mutex> lock(marks().mutex);
  for (const auto& interrupt : marks().inside) interrupt();
  if (marks().left.wait_for(lock, kPatience, [] { return marks().inside.empty(); })) return;
  fflush(nullptr);
  _exit(status);
}

}  // namespace

InLibrary::InLibrary(std::function<void()> interrupt) {
  std::lock_guard<std::mutex> lock(marks().mutex);
  mark_ = marks().inside.insert(marks().inside.end(), std::move(interrupt));
}

InLibrary::~InLibrary() {
  std::lock_guard<std::mutex> lock(marks().mutex);
  marks().inside.erase(mark_);
  if (marks().inside.empty()) marks().left.notify_all();
}

void end_calls_at_exit() {
  static const int registered = on_exit(at_exit, nullptr);
  (void)registered;
}

}  // namespace brrr::onnxruntime
