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

void TaskGroup::add(Napi::Env env, Task* task) {
  if (pending_.empty()) to_js_.Ref(env);
  pending_.insert(task);
  pending_everywhere++;
}

void TaskGroup::start(Napi::Env env, std::unique_ptr<Task> task) {
  Task* raw = task.release();
  {
    std::lock_guard<std::mutex> lock(mutex_);
    add(env, raw);
  }
  TaskThreads::get().post([group = shared_from_this(), raw] { group->execute(raw); });
}

void TaskGroup::adopt(Napi::Env env, std::unique_ptr<Task> task) {
  std::lock_guard<std::mutex> lock(mutex_);
  add(env, task.release());
  running_++;
}

void TaskGroup::execute(Task* task) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (closed_) return;  // abandoned
    running_++;
  }
  task->run();
  deliver(task);
}

void TaskGroup::deliver(Task* task) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (!closed_) {
    delivered_.push_back(task);
    if (delivered_.size() == 1) {
      // Not under the lock: the JavaScript thread would wake up into it. close() waits for running_.
      lock.unlock();
      to_js_.NonBlockingCall([this](Napi::Env env, Napi::Function) { settle_delivered(env); });
      lock.lock();
    }
  }
  running_--;
  if (closed_) idle_.notify_all();
}

void TaskGroup::settle_delivered(Napi::Env env) {
  std::vector<Task*> delivered;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (closed_) return;  // close() owns them
    delivered.swap(delivered_);
    for (Task* task : delivered) pending_.erase(task);
    pending_everywhere -= static_cast<int>(delivered.size());
    if (pending_.empty()) to_js_.Unref(env);
  }
  for (Task* task : delivered) {
    std::unique_ptr<Task> owned(task);
    Napi::HandleScope scope(env);
    try {
      task->settle(env);
    } catch (const Napi::Error&) {
      // The environment takes no more values: it is being terminated.
    }
  }
}

void TaskGroup::release(std::shared_ptr<void> owned) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (closed_) return;
  }
  TaskThreads::get().post([owned = std::move(owned)]() mutable { owned.reset(); });
}

void TaskGroup::on_environment_end(void* holder) {
  std::unique_ptr<std::shared_ptr<TaskGroup>> group(static_cast<std::shared_ptr<TaskGroup>*>(holder));
  (*group)->close();
}

void TaskGroup::close() {
  std::unique_lock<std::mutex> lock(mutex_);
  closed_ = true;
  // Cancelling may deliver at once, which takes the lock; tasks are deleted by this thread only.
  std::vector<Task*> pending(pending_.begin(), pending_.end());
  lock.unlock();
  for (Task* task : pending) task->job().cancel();
  lock.lock();
  idle_.wait(lock, [this] { return running_ == 0; });
  for (Task* task : pending_) {
    task->abandon();
    delete task;
  }
  pending_everywhere -= static_cast<int>(pending_.size());
  pending_.clear();
  delivered_.clear();
}

}  // namespace brrr::addon
