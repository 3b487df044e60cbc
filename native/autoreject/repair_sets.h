// Interpolation weights by the set of channels to be repaired: epochs that share a set share its weights.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "autoreject/repair_set.h"
#include "autoreject/splines.h"
#include "common/job.h"

namespace brrr::autoreject {

class RepairSets {
 public:
  explicit RepairSets(const SphericalSplines& splines) : splines_(splines) {}

  /// The number of the set of channels labelled kRepaired; -1 where there is none, or no other channel to repair from.
  int add(const uint8_t* labels);
  /// Computes the weights of all sets added.
  void solve(Job& job);
  /// A set by its number, once solved; null for -1.
  const RepairSet* get(int number) const { return number < 0 ? nullptr : &sets_[static_cast<size_t>(number)]; }

 private:
  const SphericalSplines& splines_;
  std::map<std::vector<int>, int> numbers_;
  std::vector<RepairSet> sets_;
  std::vector<double> weights_;
};

}  // namespace brrr::autoreject
