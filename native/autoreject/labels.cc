#include "autoreject/labels.h"

#include <algorithm>
#include <numeric>

#include "autoreject/autoreject.h"

namespace brrr::autoreject {

Votes vote(const Peaks& peaks, const std::vector<double>& thresholds) {
  Votes votes{peaks.epochs, peaks.channels, std::vector<uint8_t>(peaks.values.size(), kGood),
              std::vector<int>(static_cast<size_t>(peaks.epochs), 0)};
  size_t cell = 0;
  for (int& count : votes.count)
    for (double threshold : thresholds) {
      if (peaks.values[cell] > threshold) {
        votes.labels[cell] = kBad;
        count++;
      }
      cell++;
    }
  return votes;
}

void mark_repairs(const double* peaks, int channels, int most, uint8_t* labels) {
  std::vector<int> bad;
  for (int c = channels - 1; c >= 0; c--)
    if (labels[c] == kBad) bad.push_back(c);
  if (std::accumulate(labels, labels + channels, 0) > most) {
    std::stable_sort(bad.begin(), bad.end(), [&](int a, int b) { return peaks[a] > peaks[b]; });
    bad.resize(std::min(bad.size(), static_cast<size_t>(std::max(most, 0))));
  }
  for (int c : bad) labels[c] = kRepaired;
}

}  // namespace brrr::autoreject
