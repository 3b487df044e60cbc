// Whether a channel holds a signal at all: YASA skips it unless 0.1 uV < trimmed standard deviation < 1000 uV.
#pragma once

#include <string>
#include <vector>

#include "common/job.h"
#include "signal/source.h"

namespace brrr::events {

/// Counts from which most channels are seen to pass without sorting their samples. Filled piece by piece and merged.
class ChannelLevel {
 public:
  explicit ChannelLevel(double centre = 0) : centre_(centre) {}
  void add(const double* x, int64_t count);
  void merge(const ChannelLevel& other);
  /// True only if the trimmed deviation is surely inside the limits.
  bool surely_passes() const;

 private:
  double centre_;
  int64_t count_ = 0;
  double above_ = 0, below_ = 0, sum_ = 0, squares_ = 0;
};

/// A value in the midst of the samples, from a few of them; the channel is not empty.
double typical_value(const SampleSource& channel);

/// Reads the whole channel and says why it has to be skipped, as a phrase; empty if it passes.
std::string channel_problem(const SampleSource& channel, Job& job);

/// Why a channel of that length is too short for any detector; empty if it is not.
std::string length_problem(const SampleSource& channel);

}  // namespace brrr::events
