// A process that exits while a thread is inside the library: its destructors would pull the library's state from under
// that thread. Environments wait for their runs (napi/tasks.h); this is for an exit() that no environment has seen.
#pragma once

#include <functional>
#include <list>

namespace brrr::onnxruntime {

/// Marks this thread as inside the library while it lives. `interrupt` hurries the call along; it is called by another
/// thread, at most while the mark lives, and must not block.
class InLibrary {
 public:
  explicit InLibrary(std::function<void()> interrupt);
  ~InLibrary();
  InLibrary(const InLibrary&) = delete;

 private:
  std::list<std::function<void()>>::iterator mark_;
};

/// From now on an exit interrupts the calls under way and waits for them for a moment; where one does not come back,
/// the process ends with its status and without the remaining exit handlers.
void end_calls_at_exit();

}  // namespace brrr::onnxruntime
