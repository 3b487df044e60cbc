// Bluestein's algorithm: a discrete Fourier transform of any length as a convolution with a chirp, done by FFTs of a
// convenient length (IEEE Trans. Audio Electroacoust. 18, 451-455, 1970).
#pragma once

#include <complex>
#include <cstdint>
#include <functional>

#include "common/job.h"

namespace brrr {

/// Terms are asked for, and values handed over, at most this many at a time.
constexpr int64_t kBluesteinPiece = 512;

/// Writes terms [start, start + count) to out. Called from several threads.
using BluesteinTerms = std::function<void(int64_t start, int64_t count, std::complex<double>* out)>;
/// Adds to results [start, start + count). Called from several threads at once, never for the same results.
using BluesteinSum = std::function<void(int64_t start, int64_t count, const std::complex<double>* values)>;

/// result[k] = sum over j < count of term[j] exp(-2 pi i j k / n) for k < results; count and results are at most n.
/// `add` is called twice for each k: the values add up to the result.
void bluestein(int64_t n, int64_t count, const BluesteinTerms& terms, int64_t results, const BluesteinSum& add,
               Job& job);

}  // namespace brrr
