// Where samples come from: the seam between recordings (native/edf) or arrays and every computation on signals.
#pragma once

#include <cstdint>
#include <cstring>

namespace brrr {

/// A run of evenly spaced samples without a gap. Values are physical, in microvolts unless a caller says otherwise.
/// Reading is thread-safe.
class SampleSource {
 public:
  virtual ~SampleSource() = default;
  /// Number of samples.
  virtual int64_t size() const = 0;
  /// Samples per second.
  virtual double rate() const = 0;
  /// Copies samples [start, start + count) to out. The range must lie inside [0, size()).
  virtual void read(int64_t start, int64_t count, double* out) const = 0;
};

/// Samples that lie in memory (not owned).
class ArraySource final : public SampleSource {
 public:
  ArraySource(const double* samples, int64_t size, double rate) : samples_(samples), size_(size), rate_(rate) {}
  int64_t size() const override { return size_; }
  double rate() const override { return rate_; }
  void read(int64_t start, int64_t count, double* out) const override {
    std::memcpy(out, samples_ + start, static_cast<size_t>(count) * sizeof(double));
  }

 private:
  const double* samples_;
  int64_t size_;
  double rate_;
};

}  // namespace brrr
