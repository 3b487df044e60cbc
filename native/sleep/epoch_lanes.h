// A group of epochs as its tier sees it, and the families of features computed on it. For *.tier.cc files.
#pragma once

#include "signal/lanes.h"
#include "sleep/epoch.h"

namespace brrr::BRRR_TIER::epoch {

using namespace ::brrr::sleep;

/// One part of a group, the even or the odd epochs: one epoch in each lane.
struct Series {
  const Vec* first;
  const Vec& operator[](int t) const { return first[2 * t]; }
};

/// Mean and standard deviation (ddof 1) of each epoch.
struct Level {
  Vec mean, deviation;
};

/// Writes kStd, kSkew and kKurt.
Level moments(Series x, Vec* features);
/// Writes kHmob, kHcomp, kNzc and kPetrosian. Needs kStd.
void derivatives(Series x, Vec* features);
/// Writes kPerm.
void permutation_entropy(Series x, Vec* features);
/// Writes kHiguchi.
void fractal_dimension(Series x, Vec* features);

constexpr int kQuartileBins = 512;
struct QuartileScratch {
  int32_t counts[kQuartileBins * kLanes];
  double values[2 * kLanes][kEpochSamples];
};
/// Writes kIqr.
void interquartile_range(Series x, const Level& level, QuartileScratch* scratch, Vec* features);

struct SpectrumScratch {
  CVec segment[kSegment];
  Vec power[kSegmentCount][2 * kBinCount];  // (segment, bin, even or odd epochs)
  Vec spectrum[kBinCount];
};
/// Writes the band powers, their ratios and kAbspow of the even and the odd epochs.
void band_powers(const CVec* x, const SpectrumTables& tables, SpectrumScratch* scratch, Vec* even, Vec* odd);

}  // namespace brrr::BRRR_TIER::epoch
