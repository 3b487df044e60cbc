// Promises whose work runs on the addon's own threads. Order of one task: start (JavaScript thread) -> run (a thread of
// ours) -> settle (JavaScript thread); or, where something else does the work: adopt (JavaScript thread) -> deliver
// (any thread) -> settle. When the environment ends first, the task is cancelled, waited for and abandoned.
#pragma once

#include <napi.h>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_set>
#include <vector>

#include "common/job.h"

namespace brrr::addon {

class Task {
 public:
  explicit Task(std::shared_ptr<Job> job) : job_(std::move(job)) {}
  virtual ~Task() = default;
  /// Off the JavaScript thread: touches no JavaScript value and never throws. Not called for adopted tasks.
  virtual void run() noexcept = 0;
  virtual void settle(Napi::Env env) = 0;
  /// The environment is ending: let go of what belongs to it without calling into it.
  virtual void abandon() noexcept = 0;
  Job& job() { return *job_; }

 private:
  std::shared_ptr<Job> job_;
};

/// The tasks of one environment. Its end cancels and waits for those that run, since they read the environment's
/// memory.
class TaskGroup : public std::enable_shared_from_this<TaskGroup> {
 public:
  static std::shared_ptr<TaskGroup> create(Napi::Env env);
  void start(Napi::Env env, std::unique_ptr<Task> task);
  /// The task's work is under way elsewhere; its job's watcher stops that. deliver(task) follows once.
  void adopt(Napi::Env env, std::unique_ptr<Task> task);
  void deliver(Task* task);
  /// Lets something go that takes long to release: on a thread of ours, or here if the environment is ending.
  void release(std::shared_ptr<void> owned);
  /// True while any environment has a task that was started and not settled.
  static bool any_pending();

 private:
  static void on_environment_end(void* holder);
  void close();
  void add(Napi::Env env, Task* task);
  void execute(Task* task);
  void settle_delivered(Napi::Env env);

  Napi::ThreadSafeFunction to_js_;
  std::mutex mutex_;
  std::condition_variable idle_;
  std::unordered_set<Task*> pending_;
  /// Tasks whose work is done, in that order, until the JavaScript thread settles them.
  std::vector<Task*> delivered_;
  int running_ = 0;
  bool closed_ = false;
};

}  // namespace brrr::addon
