#include "autoreject/repair_sets.h"

#include "autoreject/autoreject.h"
#include "common/parallel.h"

namespace brrr::autoreject {

int RepairSets::add(const uint8_t* labels) {
  std::vector<int> channels;
  for (int c = 0; c < splines_.channels(); c++)
    if (labels[c] == kRepaired) channels.push_back(c);
  if (channels.empty() || static_cast<int>(channels.size()) == splines_.channels()) return -1;
  const int count = static_cast<int>(channels.size());
  const auto added = numbers_.emplace(std::move(channels), static_cast<int>(sets_.size()));
  if (added.second) sets_.push_back({count, added.first->first.data(), nullptr});
  return added.first->second;
}

void RepairSets::solve(Job& job) {
  std::vector<size_t> start(sets_.size() + 1, 0);
  for (size_t i = 0; i < sets_.size(); i++)
    start[i + 1] = start[i] + static_cast<size_t>(sets_[i].count) * static_cast<size_t>(splines_.channels());
  weights_.resize(start.back());
  parallel_for(static_cast<int>(sets_.size()), [&](int number, int) {
    job.check();
    RepairSet& set = sets_[static_cast<size_t>(number)];
    double* weights = &weights_[start[static_cast<size_t>(number)]];
    splines_.repair_weights(set.channels, set.count, weights);
    set.weights = weights;
  });
}

}  // namespace brrr::autoreject
