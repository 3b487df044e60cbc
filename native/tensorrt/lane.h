#pragma once

#include <memory>

#include "engine/backend.h"
#include "tensorrt/slot.h"

namespace brrr::tensorrt {

/// A lane of two slots whose graphs are captured, with two threads: one stages inputs and puts runs on the streams, one
/// waits for them. The state outlives it. Throws as the constructor of Slot and capture() do.
class PlanLane final : public engine::Lane {
 public:
  PlanLane(PlanState& state, int index, std::shared_ptr<engine::Meter> device, std::shared_ptr<engine::Meter> pinned,
           engine::Completion done);
  ~PlanLane() override;

  int depth() const override;
  void start(engine::RequestPtr request) override;
  void cancel(const engine::RequestPtr& request) noexcept override;

  /// Per state.captures why it is not captured; "" where it is.
  std::vector<std::string> capture_failures() const;

 private:
  class Work;
  PlanState& state_;
  std::unique_ptr<Work> work_;
};

}  // namespace brrr::tensorrt
