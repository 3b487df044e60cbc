#include <cmath>

#include "sleep/epoch.h"

namespace brrr::sleep {
namespace {

constexpr double kPi = 3.14159265358979323846;

// Composite Simpson as SciPy >= 1.11 has it: over an even number of points the last interval is Cartwright's
// correction.
BandWeights simpson(double low_hz, double high_hz) {
  BandWeights band{};
  band.first = static_cast<int>(std::lround(low_hz / kBinWidth)) - kFirstBin;
  band.count = static_cast<int>(std::lround((high_hz - low_hz) / kBinWidth)) + 1;
  const int odd = band.count % 2 ? band.count : band.count - 1;
  for (int i = 0; i < odd; ++i) band.weights[i] = (i == 0 || i == odd - 1 ? 1 : i % 2 ? 4 : 2) * kBinWidth / 3;
  if (odd < band.count) {
    band.weights[odd] += 5 * kBinWidth / 12;
    band.weights[odd - 1] += 8 * kBinWidth / 12;
    band.weights[odd - 2] -= kBinWidth / 12;
  }
  return band;
}

SpectrumTables make_tables() {
  static const FftPlan plan(kSegment);
  SpectrumTables tables{};
  tables.plan = &plan;
  double power = 0;
  for (int i = 0; i < kSegment; ++i) {
    tables.window[i] = 0.54 - 0.46 * std::cos(2 * kPi * i / kSegment);
    power += tables.window[i] * tables.window[i];
  }
  const double edges_hz[] = {0.4, 1, 4, 8, 12, 16, 30};
  for (int band = 0; band < kTotalBand; ++band) tables.bands[band] = simpson(edges_hz[band], edges_hz[band + 1]);
  tables.bands[kTotalBand] = simpson(0.4, 30);
  double bias = 1;
  for (int j = 2; j < kSegmentCount; j += 2) bias += 1.0 / (j + 1) - 1.0 / j;
  tables.density = 2 / (kEpochRate * power) / bias;
  return tables;
}

}  // namespace

const SpectrumTables& spectrum_tables() {
  static const SpectrumTables tables = make_tables();
  return tables;
}

}  // namespace brrr::sleep
