// The bare loop that the engine is measured against: one slot of one lane, made by the engine's own sources, and its
// captured graph launched over and over from one thread, first alone, then with the copies of its inputs and outputs.
// Usage: bare_replay TENSORRT CUDART PLAN SECONDS BATCH [BATCH ...]   ("" for what the machine has)
// Prints one line of JSON per batch size.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "device/devices.h"
#include "tensorrt/message_log.h"
#include "tensorrt/plan_error.h"
#include "tensorrt/shim.h"
#include "tensorrt/slot.h"

namespace brrr::tensorrt {
namespace {

using Clock = std::chrono::steady_clock;

/// Launches between two waits: the device never runs dry, and the host not far ahead.
constexpr int kBlock = 8;

std::vector<char> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error("FILE_NOT_FOUND", "There is no plan at " + path + ".");
  return {std::istreambuf_iterator<char>(file), {}};
}

std::unique_ptr<PlanState> open_plan(const Library& library, const cuda::Api& cuda, const std::vector<char>& bytes,
                                     const std::vector<int64_t>& batches) {
  auto state = std::make_unique<PlanState>(library, cuda, 0);
  state->budget = std::make_shared<engine::Budget>(0);
  state->meter = std::make_shared<engine::Meter>(state->budget);
  state->allocator = std::make_unique<GpuAllocator>(cuda, 0, state->meter);
  state->loading = std::make_shared<Job>();
  const uint64_t mark = MessageLog::get().mark();
  state->plan = shim_for(library).load_plan(library, *state->allocator, {bytes.data(), bytes.size()});
  if (!state->plan) throw plan_error(MessageLog::get().errors_since(mark));
  state->captures = capture_shapes(*state->plan, batches);
  return state;
}

/// Random values in [-1, 1): a device computes zeros faster than data.
void fill(const PlanState& state, Slot& slot) {
  std::minstd_rand random(1);
  std::uniform_real_distribution<float> uniform(-1, 1);
  for (size_t i = 0; i < slot.inputs.size(); i++) {
    if (state.plan->inputs()[i].info.type != engine::DataType::kFloat32)
      throw Error("TYPE_MISMATCH", "The bare loop feeds float32 inputs only.");
    auto* values = reinterpret_cast<float*>(slot.inputs[i].pinned);
    for (size_t k = 0; k < slot.inputs[i].bytes / sizeof(float); k++) values[k] = uniform(random);
  }
}

class Replay {
 public:
  Replay(PlanState& state, LaneResources& lane, Slot& slot, size_t which)
      : cuda_(state.cuda), lane_(lane), slot_(slot), graph_(slot.captured[which].exec.get()) {
    const RunShape& shape = state.captures[which];
    for (size_t i = 0; i < shape.inputs.size(); i++)
      in_.push_back(tensor_bytes(state.plan->inputs()[i].info, shape.inputs[i]));
    for (size_t o = 0; o < slot.outputs.size(); o++)
      out_.push_back(tensor_bytes(state.plan->outputs()[o], slot.captured[which].outputs[o]));
  }

  /// Runs per second over `seconds`, after a warm-up of a tenth of that.
  double per_second(double seconds, bool copies) {
    repeat(seconds / 10, copies);
    return repeat(seconds, copies);
  }

  /// Milliseconds of the graph on the device, from its events: the least of 20, one at a time.
  double alone_ms() {
    float least = 1e30F;
    for (int i = 0; i < 20; i++) {
      check(cuda_.event_record(slot_.compute_start.get(), stream()));
      check(cuda_.graph_launch(graph_, stream()));
      check(cuda_.event_record(slot_.compute_end.get(), stream()));
      check(cuda_.stream_synchronize(stream()));
      float ms = 0;
      check(cuda_.event_elapsed_time(&ms, slot_.compute_start.get(), slot_.compute_end.get()));
      least = std::min(least, ms);
    }
    return static_cast<double>(least);
  }

 private:
  cuda::Stream stream() const { return lane_.compute.get(); }
  void check(int status) const { cuda::check(cuda_, status, "replay a graph"); }

  void launch(bool copies) {
    for (size_t i = 0; copies && i < in_.size(); i++)
      check(cuda_.memcpy_async(slot_.inputs[i].device, slot_.inputs[i].pinned, in_[i], cuda::kMemcpyHostToDevice,
                               stream()));
    check(cuda_.graph_launch(graph_, stream()));
    for (size_t o = 0; copies && o < out_.size(); o++)
      check(cuda_.memcpy_async(slot_.outputs[o].pinned, slot_.outputs[o].device, out_[o], cuda::kMemcpyDeviceToHost,
                               stream()));
  }

  /// Waits for the block before the last, by an event.
  double repeat(double seconds, bool copies) {
    const cuda::EventOwner* marks[] = {&slot_.to_end, &slot_.compute_end};
    check(cuda_.stream_synchronize(stream()));
    const auto start = Clock::now();
    int64_t blocks = 0;
    double elapsed = 0;
    for (; elapsed < seconds; blocks++) {
      if (blocks >= 2) check(cuda_.event_synchronize(marks[blocks % 2]->get()));
      for (int i = 0; i < kBlock; i++) launch(copies);
      check(cuda_.event_record(marks[blocks % 2]->get(), stream()));
      elapsed = std::chrono::duration<double>(Clock::now() - start).count();
    }
    check(cuda_.stream_synchronize(stream()));
    elapsed = std::chrono::duration<double>(Clock::now() - start).count();
    return static_cast<double>(blocks * kBlock) / elapsed;
  }

  const cuda::Api& cuda_;
  LaneResources& lane_;
  Slot& slot_;
  const cuda::GraphExec graph_;
  std::vector<size_t> in_, out_;
};

void run(const std::string& tensorrt, const std::string& cudart, const std::string& path, double seconds,
         const std::vector<int64_t>& batches) {
  const cuda::Api& cuda = cuda::api(cudart);
  cuda::use_device(cuda, 0);
  const auto state = open_plan(require_library(tensorrt), cuda, read_file(path), batches);
  LaneResources lane(*state, 0, state->meter, std::make_shared<engine::Meter>(std::make_shared<engine::Budget>(0)));
  Slot slot(lane, 0);
  slot.capture();
  fill(*state, slot);
  for (size_t i = 0; i < state->captures.size(); i++) {
    const long long batch = state->captures[i].batch;
    if (!slot.captured[i].exec)
      throw Error("RUN_FAILED", "Batch " + std::to_string(batch) + " was not captured: " + slot.captured[i].reason);
    Replay replay(*state, lane, slot, i);
    const double with_copies = replay.per_second(seconds, true);
    const double bare = replay.per_second(seconds, false);
    std::printf("{\"batch\": %lld, \"runs_per_s\": %.3f, \"runs_per_s_with_copies\": %.3f, \"alone_ms\": %.5f}\n",
                batch, bare, with_copies, replay.alone_ms());
  }
}

}  // namespace
}  // namespace brrr::tensorrt

int main(int argc, char** argv) {
  if (argc < 6) {
    std::fprintf(stderr, "usage: bare_replay TENSORRT CUDART PLAN SECONDS BATCH [BATCH ...]\n");
    return 2;
  }
  std::vector<int64_t> batches;
  for (int i = 5; i < argc; i++) batches.push_back(std::atoll(argv[i]));
  try {
    brrr::tensorrt::run(argv[1], argv[2], argv[3], std::atof(argv[4]), batches);
  } catch (const brrr::Error& e) {
    std::fprintf(stderr, "%s: %s\n", e.code(), e.what());
    return 1;
  }
}
