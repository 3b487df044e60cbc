// Counting what allocators hand out, against a budget. Allocators are wrapped, call sites do not count.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>

#include "common/error.h"

namespace brrr::engine {

/// A limit that several meters share.
class Budget {
 public:
  /// `limit` 0: none.
  explicit Budget(size_t limit) : limit_(limit) {}
  size_t limit() const noexcept { return limit_; }
  size_t live() const noexcept { return live_.load(); }
  bool take(size_t bytes) noexcept;
  void give(size_t bytes) noexcept { live_.fetch_sub(bytes); }

 private:
  const size_t limit_;
  std::atomic<size_t> live_{0};
};

/// Live and peak bytes of one owner (a model, a lane).
class Meter {
 public:
  explicit Meter(std::shared_ptr<Budget> budget) : budget_(std::move(budget)) {}
  const Budget& budget() const noexcept { return *budget_; }
  size_t live() const noexcept { return live_.load(); }
  size_t peak() const noexcept { return peak_.load(); }
  /// False where the budget has no room: then nothing was counted and nothing may be allocated.
  bool take(size_t bytes) noexcept;
  void give(size_t bytes) noexcept;

 private:
  std::shared_ptr<Budget> budget_;
  std::atomic<size_t> live_{0}, peak_{0};
};

/// "12.5 MB".
std::string megabytes(size_t bytes);
/// MEMORY_BUDGET, with need, free and budget.
Error over_budget(const Budget& budget, size_t need, const std::string& what);

}  // namespace brrr::engine
