#include "signal/reflected.h"

#include <algorithm>

namespace brrr {
namespace {

// out[i] = 2 end - x[first - i]: reads the mirror image forwards, then turns it round.
void read_mirrored(const SampleSource& x, int64_t first, int64_t count, int64_t end, double* out) {
  double value;
  x.read(end, 1, &value);
  x.read(first - count + 1, count, out);
  std::reverse(out, out + count);
  for (int64_t i = 0; i < count; i++) out[i] = 2 * value - out[i];
}

}  // namespace

void read_reflected(const SampleSource& x, int64_t start, int64_t count, double* out) {
  const int64_t n = x.size(), stop = start + count;
  // The part of [start, stop) inside [from, to), copied by body(start, count, out).
  const auto part = [&](int64_t from, int64_t to, const auto& body) {
    from = std::max(from, start);
    to = std::min(to, stop);
    if (from < to) body(from, to - from, out + (from - start));
  };
  const auto zeros = [](int64_t, int64_t length, double* to) { std::fill_n(to, length, 0.0); };
  if (n == 0) return part(start, stop, zeros);
  part(start, 1 - n, zeros);
  part(1 - n, 0, [&](int64_t from, int64_t length, double* to) { read_mirrored(x, -from, length, 0, to); });
  part(0, n, [&](int64_t from, int64_t length, double* to) { x.read(from, length, to); });
  part(n, 2 * n - 1,
       [&](int64_t from, int64_t length, double* to) { read_mirrored(x, 2 * (n - 1) - from, length, n - 1, to); });
  part(2 * n - 1, stop, zeros);
}

}  // namespace brrr
