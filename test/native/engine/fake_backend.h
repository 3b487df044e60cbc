// A backend whose runs end when the test says so, on threads of its own.
#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine/engine.h"

namespace brrr::engine {

/// What the test sees and steers.
struct FakeDevice {
  int depth = 1;
  /// Runs end only while the gate is open.
  void open_gate() {
    std::lock_guard<std::mutex> lock(mutex);
    gate_open = true;
    changed.notify_all();
  }
  void close_gate() {
    std::lock_guard<std::mutex> lock(mutex);
    gate_open = false;
  }
  /// Blocks until so many requests have been started.
  void wait_for_starts(size_t count) {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [&] { return started.size() >= count; });
  }

  std::mutex mutex;
  std::condition_variable changed;
  bool gate_open = true;
  std::vector<const Request*> started;
  std::vector<std::string> released;
  int in_flight = 0, most_in_flight = 0;
};

/// Each input is one int32; the output is twice that. A negative input fails.
class FakeLane final : public Lane {
 public:
  FakeLane(FakeDevice& device, int index, Completion done) : device_(device), index_(index), done_(std::move(done)) {
    thread_ = std::thread([this] { serve(); });
  }
  ~FakeLane() override {
    {
      std::lock_guard<std::mutex> lock(device_.mutex);
      ending_ = true;
      device_.released.push_back("lane " + std::to_string(index_));
      device_.changed.notify_all();
    }
    thread_.join();
  }
  int depth() const override { return device_.depth; }

  void start(RequestPtr request) override {
    std::lock_guard<std::mutex> lock(device_.mutex);
    device_.started.push_back(request.get());
    device_.most_in_flight = std::max(device_.most_in_flight, ++device_.in_flight);
    requests_.push_back(std::move(request));
    device_.changed.notify_all();
  }

  void cancel(const RequestPtr& request) noexcept override {
    std::lock_guard<std::mutex> lock(device_.mutex);
    if (std::find(requests_.begin(), requests_.end(), request) == requests_.end()) return;
    cancelled_.push_back(request.get());
    device_.changed.notify_all();
  }

 private:
  bool is_cancelled(const Request* request) const {
    return std::find(cancelled_.begin(), cancelled_.end(), request) != cancelled_.end();
  }

  void serve() {
    std::unique_lock<std::mutex> lock(device_.mutex);
    for (;;) {
      // The first that may end.
      auto ready = requests_.end();
      device_.changed.wait(lock, [&] {
        ready = std::find_if(requests_.begin(), requests_.end(),
                             [&](const RequestPtr& r) { return device_.gate_open || is_cancelled(r.get()); });
        return ready != requests_.end() || (ending_ && requests_.empty());
      });
      if (ready == requests_.end()) return;
      RequestPtr request = *ready;
      requests_.erase(ready);
      device_.in_flight--;
      bool ran = !is_cancelled(request.get());
      lock.unlock();
      Times& times = request->times;
      times.started_ns = now_ns();
      if (ran) compute(*request);
      times.finished_ns = now_ns();
      // Every run counts for a millisecond, one after another.
      const int64_t start = std::max(computed_until_ns_, times.started_ns);
      computed_until_ns_ = start + 1'000'000;
      times.compute = {start, computed_until_ns_};
      done_(std::move(request));
      lock.lock();
    }
  }

  static void compute(Request& request) {
    int value = *static_cast<int*>(request.inputs[0].data);
    if (value < 0)
      request.error.emplace("RUN_FAILED", "negative");
    else
      *static_cast<int*>(request.outputs[0].tensor.data) = 2 * value;
  }

  FakeDevice& device_;
  const int index_;
  const Completion done_;
  std::vector<RequestPtr> requests_;
  std::vector<const Request*> cancelled_;
  int64_t computed_until_ns_ = 0;
  bool ending_ = false;
  std::thread thread_;
};

class FakeModel final : public Model {
 public:
  explicit FakeModel(FakeDevice& device) : device_(device) {
    info_.push_back({"x", DataType::kInt32, {1}, {""}, true});
  }
  ~FakeModel() override {
    std::lock_guard<std::mutex> lock(device_.mutex);
    device_.released.push_back("model");
  }
  const std::vector<TensorInfo>& inputs() const override { return info_; }
  const std::vector<TensorInfo>& outputs() const override { return info_; }
  std::string backend() const override { return "fake"; }
  std::string version() const override { return "1"; }
  std::string device() const override { return "fake:0"; }
  std::unique_ptr<Lane> open_lane(int index, Completion done) override {
    return std::make_unique<FakeLane>(device_, index, std::move(done));
  }
  std::vector<MemoryPart> memory() const override { return {{"model", "host", 5, 7}}; }

 private:
  FakeDevice& device_;
  std::vector<TensorInfo> info_;
};

/// A request that knows how it ended.
struct Call {
  explicit Call(int value) : input(value) {
    request->inputs.push_back({DataType::kInt32, {1}, &input, sizeof input});
    request->outputs.emplace_back();
    request->outputs[0].tensor = {DataType::kInt32, {1}, &output, sizeof output};
    request->job = std::make_shared<Job>();
    request->on_complete = [this](Request& r) {
      std::lock_guard<std::mutex> lock(mutex);
      completions++;
      code = r.error ? r.error->code() : "ok";
      changed.notify_all();
    };
  }
  std::string wait() {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [this] { return completions > 0; });
    return code;
  }
  int count() {
    std::lock_guard<std::mutex> lock(mutex);
    return completions;
  }

  int input, output = 0;
  RequestPtr request = std::make_shared<Request>();
  std::mutex mutex;
  std::condition_variable changed;
  int completions = 0;
  std::string code;
};

}  // namespace brrr::engine
