// Votes and labels of cells (epoch x channel).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace brrr::autoreject {

/// Peak-to-peak values of all cells, (epoch, channel), volts.
struct Peaks {
  int epochs, channels;
  std::vector<double> values;

  const double* of_epoch(int epoch) const {
    return &values[static_cast<size_t>(epoch) * static_cast<size_t>(channels)];
  }
};

struct Votes {
  int epochs, channels;
  /// (epoch, channel): kBad where the cell exceeds its channel's threshold, else kGood.
  std::vector<uint8_t> labels;
  /// Bad cells of each epoch, repaired ones included.
  std::vector<int> count;
};

Votes vote(const Peaks& peaks, const std::vector<double>& thresholds);

/// Turns kBad into kRepaired in one epoch: in all cells, or where they are more than `most`, in those `most` with the
/// largest peak-to-peak values (of equal ones the later channel). Cells that are kRepaired already stay so, and each
/// adds its label's value, 2, to the number that is compared with `most`: so does the original, which carries labels
/// from one candidate number to the next.
void mark_repairs(const double* peaks, int channels, int most, uint8_t* labels);

}  // namespace brrr::autoreject
