// Constants of the epoch spectrum: Welch's method on 5 s segments and the bands integrated over it.
#pragma once

#include "signal/fft.h"

namespace brrr::sleep {

constexpr int kSegment = 500;      // 5 s at 100 Hz
constexpr double kBinWidth = 0.2;  // Hz
constexpr int kSegmentHop = 250;   // half a segment
constexpr int kSegmentCount = 11;  // in 30 s
constexpr int kFirstBin = 2;       // 0.4 Hz
constexpr int kLastBin = 150;      // 30 Hz, inclusive
constexpr int kBinCount = kLastBin - kFirstBin + 1;

/// sdelta 0.4-1, fdelta 1-4, theta 4-8, alpha 8-12, sigma 12-16, beta 16-30 Hz, and 0.4-30 Hz; edges belong to both.
enum Band { kSdeltaBand, kFdeltaBand, kThetaBand, kAlphaBand, kSigmaBand, kBetaBand, kTotalBand, kBandCount };

struct BandWeights {
  int first, count;           // bins, counted from kFirstBin
  double weights[kBinCount];  // of Simpson's rule
};

struct SpectrumTables {
  const FftPlan* plan;      // of kSegment points
  double window[kSegment];  // periodic Hamming
  BandWeights bands[kBandCount];
  /// uV^2/Hz of a bin of 1: one-sided density, and the bias of a median of kSegmentCount periodograms taken out.
  double density;
};

/// Made on first use.
const SpectrumTables& spectrum_tables();

}  // namespace brrr::sleep
