#include "autoreject/ransac.h"

#include <atomic>
#include <cmath>
#include <string>

#include "autoreject/random_state.h"
#include "autoreject/ransac_tile.h"
#include "autoreject/splines.h"
#include "common/aligned_buffer.h"
#include "common/error.h"
#include "common/parallel.h"

namespace brrr::autoreject {
namespace {

std::vector<std::vector<int>> draw_subsets(int channels, const RansacOptions& options) {
  // Python's rounding: half to even, which is the default mode of nearbyint.
  const int size = static_cast<int>(std::nearbyint(options.min_channels * channels));
  if (size < 1 || size > channels)
    throw Error("INVALID_ARGUMENT", "RANSAC needs subsets of 1 to " + std::to_string(channels) + " channels; " +
                                        std::to_string(options.min_channels) + " of " + std::to_string(channels) +
                                        " channels are " + std::to_string(size) + ".");
  RandomState random(options.seed);
  std::vector<std::vector<int>> subsets;
  for (int i = 0; i < options.n_resample; i++) subsets.push_back(random.choice(channels, size));
  return subsets;
}

}  // namespace

RansacResult ransac(const Epochs& epochs, const double* positions, const RansacOptions& options, Job& job) {
  const Samples x = samples_of(epochs);
  const size_t q = static_cast<size_t>(x.channels);
  const SphericalSplines splines(std::vector<double>(positions, positions + 3 * q));
  RansacResult result;
  result.subsets = draw_subsets(x.channels, options);

  std::vector<int> all(q), members;
  for (size_t c = 0; c < q; c++) all[c] = static_cast<int>(c);
  std::vector<double> weights;
  for (const std::vector<int>& subset : result.subsets) {
    job.check();
    members.insert(members.end(), subset.begin(), subset.end());
    const std::vector<double> of_subset = splines.weights(subset, all);
    weights.insert(weights.end(), of_subset.begin(), of_subset.end());
  }
  const RansacSubsets subsets{options.n_resample, static_cast<int>(result.subsets[0].size()), members.data(),
                              weights.data()};

  result.correlations.resize(static_cast<size_t>(x.epochs) * q);
  std::vector<AlignedBuffer<double>> scratch(static_cast<size_t>(worker_count()));
  std::atomic<int> done{0};
  parallel_for(x.epochs, [&](int epoch, int worker) {
    auto& work = scratch[static_cast<size_t>(worker)];
    work.reserve(static_cast<size_t>(ransac_scratch(x.channels, subsets.count, subsets.size)));
    std::vector<const double*> rows(static_cast<size_t>(subsets.count));
    std::vector<RansacSums> sums(q, RansacSums{0, 0, 0});
    for (int first = 0; first < x.samples; first += kTile) {
      job.check();
      BRRR_DISPATCH(autoreject::ransac_tile)(x, epoch, first, subsets, rows.data(), work.data(), sums.data());
    }
    for (size_t c = 0; c < q; c++)
      result.correlations[static_cast<size_t>(epoch) * q + c] =
          sums[c].product / (std::sqrt(sums[c].sample_squares) * std::sqrt(sums[c].prediction_squares));
    job.report(static_cast<double>(++done) / x.epochs);
  });

  for (size_t c = 0; c < q; c++) {
    int bad = 0;
    for (int e = 0; e < x.epochs; e++) bad += result.correlations[static_cast<size_t>(e) * q + c] < options.min_corr;
    result.bad_fraction.push_back(static_cast<double>(bad) / x.epochs);
    result.bad.push_back(bad > options.unbroken_time * x.epochs);
  }
  return result;
}

}  // namespace brrr::autoreject
