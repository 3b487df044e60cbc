// A build's progress, told to a job, and the job's cancel, told to the build.
#pragma once

#include <NvInfer.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <string>

#include "common/job.h"

namespace brrr::tensorrt::BRRR_TRT {

/// TensorRT calls it from several threads; phases lie inside one another.
class Progress final : public nvinfer1::IProgressMonitor {
 public:
  explicit Progress(Job& job) : job_(job) {}

  void phaseStart(const char* name, const char* parent, int32_t steps) noexcept override {
    try {
      std::lock_guard<std::mutex> lock(mutex_);
      phases_[name] = {parent ? parent : "", std::max(steps, 1), 0};
    } catch (...) {
    }
  }

  bool stepComplete(const char* name, int32_t step) noexcept override {
    try {
      std::lock_guard<std::mutex> lock(mutex_);
      const auto found = phases_.find(name);
      if (found != phases_.end()) {
        found->second.done = step + 1;
        advance(found->first);
      }
    } catch (...) {
    }
    return !job_.cancelled();
  }

  void phaseFinish(const char* name) noexcept override {
    try {
      std::lock_guard<std::mutex> lock(mutex_);
      phases_.erase(name);
    } catch (...) {
    }
  }

 private:
  struct Phase {
    std::string parent;
    int steps, done;
  };

  /// The share of the outermost phase; a phase is one step of its parent's. It never goes back.
  void advance(std::string name) {
    double share = 0;
    for (size_t depth = 0; depth <= phases_.size(); depth++) {
      const auto phase = phases_.find(name);
      if (phase == phases_.end()) break;
      share = std::min(1.0, (phase->second.done + share) / phase->second.steps);
      name = phase->second.parent;
    }
    job_.report(std::max(job_.progress(), share));
  }

  Job& job_;
  std::mutex mutex_;
  std::map<std::string, Phase> phases_;
};

}  // namespace brrr::tensorrt::BRRR_TRT
