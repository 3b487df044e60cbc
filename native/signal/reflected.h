// A signal continued past its ends, as MNE's pad "reflect_limited" does it.
#pragma once

#include "signal/source.h"

namespace brrr {

/// Copies samples [start, start + count) of x continued on both sides: odd reflection about each end sample
/// (2 x[0] - x[k], 2 x[n-1] - x[n-1-k], k = 1..n-1), then zeros. Any range; x may be empty.
void read_reflected(const SampleSource& x, int64_t start, int64_t count, double* out);

/// x with `left` and `right` such samples added. Keeps a reference to x.
class ReflectedSource final : public SampleSource {
 public:
  ReflectedSource(const SampleSource& x, int64_t left, int64_t right) : x_(x), left_(left), right_(right) {}
  int64_t size() const override { return left_ + x_.size() + right_; }
  double rate() const override { return x_.rate(); }
  void read(int64_t start, int64_t count, double* out) const override { read_reflected(x_, start - left_, count, out); }

 private:
  const SampleSource& x_;
  int64_t left_, right_;
};

}  // namespace brrr
