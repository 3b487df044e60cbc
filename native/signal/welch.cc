#include "signal/welch.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "common/error.h"
#include "common/parallel.h"
#include "signal/welch_rows.h"

namespace brrr {

std::vector<double> periodic_window(WindowShape shape, int n) {
  const double a = shape == WindowShape::kHann ? 0.5 : 0.54;
  std::vector<double> window(n);
  for (int i = 0; i < n; i++) window[i] = a - (1 - a) * std::cos(2 * 3.14159265358979323846 * i / n);
  return window;
}

double median_bias(int segments) {
  double bias = 1;
  for (int j = 2; j < segments; j += 2) bias += 1.0 / (j + 1) - 1.0 / j;
  return bias;
}

WelchPlan::WelchPlan(WindowShape shape, int samples, double rate)
    : segment(samples), bins(samples / 2 + 1), plan(samples), tables_(samples + samples / 2 + 1) {
  const auto values = periodic_window(shape, samples);
  std::copy(values.begin(), values.end(), tables_.data());
  double power = 0;
  for (double w : values) power += w * w;
  double* factors = tables_.data() + samples;
  // A quarter, for the two series of a complex transform come out doubled; twice that for the negative frequencies.
  for (int k = 0; k < bins; k++) factors[k] = (k == 0 || 2 * k == samples ? 0.25 : 0.5) / (rate * power);
  window = tables_.data();
  scale = factors;
}

Spectra welch_spectra(const SampleSource& x, double epoch_s, double segment_s, WindowShape shape,
                      SegmentAverage average, Job& job) {
  const int64_t epoch = std::llrint(epoch_s * x.rate()), segment = std::llrint(segment_s * x.rate());
  if (segment < 2 || segment > epoch || epoch > (int64_t{1} << 26))
    throw Error("INVALID_ARGUMENT", "Spectra need segments of at least two samples that fit into an epoch; got " +
                                        std::to_string(segment) + " and " + std::to_string(epoch) + " samples.");
  const WelchPlan plan(shape, static_cast<int>(segment), x.rate());
  const int64_t hop = segment - segment / 2;
  const int segments = static_cast<int>((epoch - segment) / hop + 1);
  const bool median = average == SegmentAverage::kMedian;
  const WelchLayout layout = {epoch,    x.size() / epoch, hop,
                              segments, median,           1 / (median ? median_bias(segments) : segments)};
  Spectra spectra;
  spectra.epochs = layout.epochs;
  spectra.bins = plan.bins;
  spectra.bin_hz = x.rate() / static_cast<double>(segment);
  spectra.power.resize(static_cast<size_t>(spectra.epochs) * plan.bins);
  std::vector<AlignedBuffer<double>> work(worker_count());
  parallel_for(static_cast<int>((layout.epochs + kWelchEpochs - 1) / kWelchEpochs), [&](int item, int worker) {
    job.check();
    work[worker].reserve(welch_work(plan, layout));
    BRRR_DISPATCH(welch_epochs)
    (plan, layout, x, int64_t{item} * kWelchEpochs, work[worker].data(), spectra.power.data());
  });
  return spectra;
}

}  // namespace brrr
