#include "engine/meter.h"

#include <cstdio>

namespace brrr::engine {

std::string megabytes(size_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f MB", static_cast<double>(bytes) / 1e6);
  return text;
}

bool Budget::take(size_t bytes) noexcept {
  size_t live = live_.load();
  do {
    if (limit_ != 0 && (live > limit_ || bytes > limit_ - live)) return false;
  } while (!live_.compare_exchange_weak(live, live + bytes));
  return true;
}

bool Meter::take(size_t bytes) noexcept {
  if (!budget_->take(bytes)) return false;
  size_t live = live_.fetch_add(bytes) + bytes;
  size_t peak = peak_.load();
  while (live > peak && !peak_.compare_exchange_weak(peak, live)) {
  }
  return true;
}

void Meter::give(size_t bytes) noexcept {
  live_.fetch_sub(bytes);
  budget_->give(bytes);
}

Error over_budget(const Budget& budget, size_t need, const std::string& what) {
  size_t live = budget.live();
  size_t free = budget.limit() > live ? budget.limit() - live : 0;
  return Error("MEMORY_BUDGET", what + " needs " + megabytes(need) + " more, but " + megabytes(free) +
                                    " are free of its budget of " + megabytes(budget.limit()) +
                                    ". Raise the option memory, or run smaller batches.");
}

}  // namespace brrr::engine
