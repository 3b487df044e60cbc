// A channel of a recording as a source of samples: a signal, or the difference of two, over one contiguous stretch.
#pragma once

#include <cstdint>
#include <memory>

#include "edf/reader.h"
#include "edf/segments.h"
#include "signal/source.h"

namespace brrr::edf {

/// Reads from the file on every call, in bounded pieces; nothing is kept. Thread-safe.
class ChannelSource final : public SampleSource {
 public:
  static constexpr int kNone = -1;

  /// Values are signal, or signal - minus, times factor (to microvolts). The signals must be usable and of one rate and
  /// dimension; else INVALID_ARGUMENT.
  ChannelSource(std::shared_ptr<const Reader> reader, const Segment& segment, int signal, int minus = kNone,
                double factor = 1);

  int64_t size() const override { return size_; }
  double rate() const override { return rate_; }
  /// Throws as Reader does.
  void read(int64_t start, int64_t count, double* out) const override;

 private:
  std::shared_ptr<const Reader> reader_;
  int signal_, minus_;
  double factor_;
  int64_t first_sample_, size_;
  double rate_;
};

}  // namespace brrr::edf
