// A process that exits while a thread is inside a library: the library's destructors would pull its state from under
// that thread. An environment that ends in order waits for its runs (napi/tasks.h); exit() does not.
#pragma once

#include <functional>
#include <list>

namespace brrr {

/// Marks this thread as inside a library while it lives. `interrupt` hurries the call along; it is called by another
/// thread, at most while the mark lives, and must not block. Once an exit has begun, whoever would enter waits for the
/// end of the process.
class InLibrary {
 public:
  explicit InLibrary(std::function<void()> interrupt);
  ~InLibrary();
  InLibrary(const InLibrary&) = delete;

 private:
  std::list<std::function<void()>>::iterator mark_;
};

/// From now on an exit interrupts the calls under way and waits for them for a moment; where one does not come back,
/// the process ends with its status and without the remaining exit handlers. To be called after each step by which a
/// library may have registered handlers of its own, which run later than ours then.
void end_calls_at_exit();

}  // namespace brrr
