#include "quality/artifact_grid.h"

#include <algorithm>
#include <cmath>

#include "common/parallel.h"
#include "quality/artifact_rows.h"

namespace brrr::quality {
namespace {

constexpr double kTau = 6.283185307179586;
constexpr double kStepsPerSecond = 32;
constexpr double kJumpS = 0.008;
constexpr int kTileSamples = 256;

// Sections by the bilinear transform, as in R. Bristow-Johnson's "Cookbook formulae for audio equaliser biquad filter
// coefficients"; two of them with these qualities are a Butterworth filter of order 4.
constexpr double kButterworth4[] = {0.54119610014619698, 1.3065629648763766};
constexpr double kButterworth2 = 0.70710678118654752;
constexpr double kNotchWidthHz = 8;
constexpr double kMainsHz[] = {50, 60};

constexpr double kLeastRateHz = 100;
/// Of the rate: where a fast band begins and ends at the latest.
constexpr double kLowestShare = 0.35, kHighestShare = 0.45;

FilterSection section(double hz, double rate, double quality, double b0, double b1, double b2) {
  const double w = kTau * hz / rate, alpha = std::sin(w) / (2 * quality), a0 = 1 + alpha;
  return {b0 / a0, b1 / a0, b2 / a0, -2 * std::cos(w) / a0, (1 - alpha) / a0};
}

FilterSection highpass(double hz, double rate, double quality) {
  const double c = std::cos(kTau * hz / rate);
  return section(hz, rate, quality, (1 + c) / 2, -(1 + c), (1 + c) / 2);
}

FilterSection lowpass(double hz, double rate, double quality) {
  const double c = std::cos(kTau * hz / rate);
  return section(hz, rate, quality, (1 - c) / 2, 1 - c, (1 - c) / 2);
}

FilterSection notch(double hz, double rate) {
  return section(hz, rate, hz / kNotchWidthHz, 1, -2 * std::cos(kTau * hz / rate), 1);
}

ArtifactRows make_rows(double rate, int hop, const FastBand& band) {
  ArtifactRows rows{};
  rows.hop = hop;
  rows.span = jump_span(rate);
  rows.tile = (std::max(kTileSamples, rows.span) + hop - 1) / hop * hop;
  if (band.empty()) return rows;
  const auto add = [&](const FilterSection& f) { rows.filter[rows.sections++] = f; };
  for (double quality : kButterworth4) add(highpass(band.low, rate, quality));
  if (band.high < kHighestShare * rate) add(lowpass(band.high, rate, kButterworth2));
  for (double hz : kMainsHz)
    if (hz + kNotchWidthHz / 2 < rate / 2) add(notch(hz, rate));
  return rows;
}

int samples_of_step(double rate) { return std::max(1, static_cast<int>(std::lround(rate / kStepsPerSecond))); }

}  // namespace

FastBand fast_band(double rate, const MuscleLimits& limits) {
  if (!(rate >= kLeastRateHz)) return {};
  return {std::min(limits.low_hz, kLowestShare * rate), std::min(limits.high_hz, kHighestShare * rate)};
}

bool holds_band(double recorded_rate, const FastBand& band) {
  return !band.empty() && recorded_rate >= kLeastRateHz && kHighestShare * recorded_rate > band.low;
}

int jump_span(double rate) { return std::max(1, static_cast<int>(std::lround(kJumpS * rate))); }

ArtifactGrid make_artifact_grid(const ContinuousView& view, const FastBand& band, const UseFast& use_fast, Job& job) {
  ArtifactGrid grid;
  grid.hop = samples_of_step(view.rate_hz);
  grid.step_s = grid.hop / view.rate_hz;
  grid.channels = view.channels;
  grid.band = band;
  grid.first.push_back(0);
  for (const auto& stretch : view.stretches) grid.first.push_back(grid.first.back() + stretch.samples / grid.hop);
  grid.steps = grid.first.back();
  const size_t size = static_cast<size_t>(grid.steps) * static_cast<size_t>(grid.channels);
  for (AlignedBuffer<float>* buffer : {&grid.mean, &grid.jump}) *buffer = AlignedBuffer<float>(size);

  const ArtifactRows rows = make_rows(view.rate_hz, grid.hop, band);
  const int groups = (view.channels + kArtifactRows - 1) / kArtifactRows;
  parallel_for(groups, [&](int group, int) {
    const int first_channel = group * kArtifactRows, count = std::min(kArtifactRows, view.channels - first_channel);
    AlignedBuffer<double> work(static_cast<size_t>(rows.span + rows.tile) * kArtifactRows);
    AlignedBuffer<float> fast(static_cast<size_t>(count * grid.steps)), unused(static_cast<size_t>(grid.steps));
    ArtifactRows own = rows;
    own.work = work.data();
    for (int s = 0; s < grid.stretches(); s++) {
      job.check();
      const float* x[kArtifactRows];
      float *mean[kArtifactRows], *jump[kArtifactRows], *power[kArtifactRows];
      for (int r = 0; r < kArtifactRows; r++) {
        const int channel = first_channel + std::min(r, count - 1);  // the last one is repeated
        const int64_t at = channel * grid.steps + grid.begin(s);
        x[r] = view.at(s, channel);
        mean[r] = r < count ? grid.mean.data() + at : unused.data();
        jump[r] = r < count ? grid.jump.data() + at : unused.data();
        power[r] = r < count ? fast.data() + r * grid.steps + grid.begin(s) : unused.data();
      }
      BRRR_DISPATCH(artifact_rows)(own, x, grid.end(s) - grid.begin(s), mean, jump, power);
    }
    for (int r = 0; r < count; r++) use_fast(grid, first_channel + r, fast.data() + r * grid.steps);
  });
  return grid;
}

uint64_t artifact_bytes(double rate, int channels, int64_t samples) {
  // Of each worker: fast activity of a group of channels, and smoothed rows and counts of one.
  const auto rows = 2 * static_cast<uint64_t>(channels) + static_cast<uint64_t>(worker_count()) * (kArtifactRows + 4);
  return rows * sizeof(float) * static_cast<uint64_t>(samples / samples_of_step(rate));
}

double mean_around(const float* x, const ArtifactGrid& grid, int stretch, int64_t step, int64_t around) {
  const int64_t from = std::max(step - around, grid.begin(stretch));
  const int64_t to = std::min(step + around + 1, grid.end(stretch));
  double sum = 0;
  for (int64_t g = from; g < to; g++) sum += x[g];
  return sum / static_cast<double>(to - from);
}

std::vector<float> smooth(const float* x, const ArtifactGrid& grid, int64_t around) {
  std::vector<float> means(static_cast<size_t>(grid.steps));
  for (int s = 0; s < grid.stretches(); s++) {
    double sum = 0;
    int64_t from = grid.begin(s), to = from;  // of the sum
    for (int64_t g = from; g < grid.end(s); g++) {
      for (; to < std::min(grid.end(s), g + around + 1); to++) sum += x[to];
      for (; from < g - around; from++) sum -= x[from];
      means[static_cast<size_t>(g)] = static_cast<float>(sum / static_cast<double>(to - from));
    }
  }
  return means;
}

}  // namespace brrr::quality
