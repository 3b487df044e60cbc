#include "common/parallel.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>

namespace brrr {
namespace {

thread_local bool inside_parallel_for = false;
std::atomic<int> requested_workers{0};

struct Loop {
  Loop(int n, const std::function<void(int, int)>& f) : count(n), body(f) {}

  void work(int worker) {
    inside_parallel_for = true;
    for (int item; (item = next.fetch_add(1)) < count;) {
      try {
        body(item, worker);
      } catch (...) {
        std::lock_guard<std::mutex> lock(mutex);
        if (!error) error = std::current_exception();
        next.store(count);
      }
    }
    inside_parallel_for = false;
  }

  const int count;
  const std::function<void(int, int)>& body;
  std::atomic<int> next{0};
  std::atomic<int> workers{1};
  std::mutex mutex;
  std::condition_variable left;
  int inside = 0;
  bool closed = false;
  std::exception_ptr error;
};

class Pool {
 public:
  static Pool& get() {
    static Pool* pool = new Pool;  // never destroyed: see the header
    return *pool;
  }

  void offer(const std::shared_ptr<Loop>& loop, int helpers) {
    std::lock_guard<std::mutex> lock(mutex_);
    for (; threads_ < helpers; threads_++) std::thread([this] { serve(); }).detach();
    for (int i = 0; i < helpers; i++) queue_.push_back(loop);
    wake_.notify_all();
  }

 private:
  void serve() {
    for (;;) {
      std::shared_ptr<Loop> loop;
      {
        std::unique_lock<std::mutex> lock(mutex_);
        wake_.wait(lock, [this] { return !queue_.empty(); });
        loop = std::move(queue_.front());
        queue_.pop_front();
      }
      {
        std::lock_guard<std::mutex> lock(loop->mutex);
        if (loop->closed) continue;
        loop->inside++;
      }
      loop->work(loop->workers.fetch_add(1));
      std::lock_guard<std::mutex> lock(loop->mutex);
      if (--loop->inside == 0) loop->left.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::shared_ptr<Loop>> queue_;
  int threads_ = 0;
};

}  // namespace

int worker_count() {
  int requested = requested_workers.load();
  return requested > 0 ? requested : std::max(1u, std::thread::hardware_concurrency());
}

void set_worker_count(int count) { requested_workers.store(count); }

void parallel_for(int count, const std::function<void(int, int)>& body) {
  int helpers = std::min(count, worker_count()) - 1;
  if (helpers < 1 || inside_parallel_for) {
    for (int item = 0; item < count; item++) body(item, 0);
    return;
  }
  auto loop = std::make_shared<Loop>(count, body);
  Pool::get().offer(loop, helpers);
  loop->work(0);
  // Helpers that have not come yet must not: body dies with this call.
  std::unique_lock<std::mutex> lock(loop->mutex);
  loop->closed = true;
  loop->left.wait(lock, [&] { return loop->inside == 0; });
  if (loop->error) std::rethrow_exception(loop->error);
}

}  // namespace brrr
