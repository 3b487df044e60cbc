#include "napi/tasks.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <functional>
#include <thread>

#include "common/parallel.h"

namespace brrr::addon {
namespace {

std::atomic<int> pending_everywhere{0};

/// The threads that run tasks: a few for the whole process, made on demand and never joined (an exit must not wait).
class TaskThreads {
 public:
  static TaskThreads& get() {
    static TaskThreads* threads = new TaskThreads;
    return *threads;
  }

  void post(std::function<void()> work) {
    std::lock_guard<std::mutex> lock(mutex_);
    queue_.push_back(std::move(work));
    if (waiting_ < static_cast<int>(queue_.size()) && count_ < std::max(4, worker_count())) {
      std::thread([this] { serve(); }).detach();
      count_++;
    }
    wake_.notify_one();
  }

 private:
  void serve() {
    for (;;) {
      std::unique_lock<std::mutex> lock(mutex_);
      waiting_++;
      wake_.wait(lock, [this] { return !queue_.empty(); });
      waiting_--;
      std::function<void()> work = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      work();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  int waiting_ = 0;
  int count_ = 0;
};

}  // namespace

std::shared_ptr<TaskGroup> TaskGroup::create(Napi::Env env) {
  auto group = std::make_shared<TaskGroup>();
  group->to_js_ = Napi::ThreadSafeFunction::New(env, Napi::Function(), "brrr", 0, 1);
  group->to_js_.Unref(env);
  // Hooks run in reverse order: this one before the thread-safe function's own, which closes it.
  napi_add_env_cleanup_hook(env, &TaskGroup::on_environment_end, new std::shared_ptr<TaskGroup>(group));
  return group;
}

bool TaskGroup::any_pending() { return pending_everywhere > 0; }

void TaskGroup::start(Napi::Env env, std::unique_ptr<Task> task) {
  Task* raw = task.release();
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (pending_.empty()) to_js_.Ref(env);
    pending_.insert(raw);
    pending_everywhere++;
  }
  TaskThreads::get().post([group = shared_from_this(), raw] { group->execute(raw); });
}

void TaskGroup::execute(Task* task) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (closed_) return;  // abandoned
    running_++;
  }
  task->run();
  std::lock_guard<std::mutex> lock(mutex_);
  running_--;
  if (!closed_) to_js_.NonBlockingCall(task, [this](Napi::Env env, Napi::Function, Task* done) { finish(env, done); });
  idle_.notify_all();
}

void TaskGroup::finish(Napi::Env env, Task* task) {
  std::unique_ptr<Task> owned(task);
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!pending_.erase(task)) {  // close() abandoned it and owns it
      owned.release();
      return;
    }
    pending_everywhere--;
    if (pending_.empty()) to_js_.Unref(env);
  }
  Napi::HandleScope scope(env);
  task->settle(env);
}

void TaskGroup::on_environment_end(void* holder) {
  std::unique_ptr<std::shared_ptr<TaskGroup>> group(static_cast<std::shared_ptr<TaskGroup>*>(holder));
  (*group)->close();
}

void TaskGroup::close() {
  std::unique_lock<std::mutex> lock(mutex_);
  closed_ = true;
  for (Task* task : pending_) task->job().cancel();
  idle_.wait(lock, [this] { return running_ == 0; });
  for (Task* task : pending_) {
    task->abandon();
    delete task;
  }
  pending_everywhere -= static_cast<int>(pending_.size());
  pending_.clear();
}

}  // namespace brrr::addon
