// All features of one group of epochs, computed while its samples are in the cache.
#include "signal/fir_lanes.h"
#include "sleep/epoch_lanes.h"

namespace brrr::BRRR_TIER::epoch {
namespace {

union Scratch {
  QuartileScratch quartiles;
  SpectrumScratch spectrum;
};

}  // namespace

int group_size() { return 2 * kLanes; }

int64_t scratch_size() { return sizeof(Scratch) / sizeof(double); }

void group_features(const double* block, const SpectrumTables& tables, double* scratch_memory, double* out) {
  const CVec* x = reinterpret_cast<const CVec*>(block);
  Scratch* scratch = reinterpret_cast<Scratch*>(scratch_memory);
  Vec features[2][kFeatureCount];
  for (int part = 0; part < 2; ++part) {
    const Series series{(part ? &x->im : &x->re)};
    const Level level = moments(series, features[part]);
    derivatives(series, features[part]);
    permutation_entropy(series, features[part]);
    fractal_dimension(series, features[part]);
    interquartile_range(series, level, &scratch->quartiles, features[part]);
  }
  band_powers(x, tables, &scratch->spectrum, features[0], features[1]);
  for (int feature = 0; feature < kFeatureCount; ++feature)
    for (int l = 0; l < kLanes; ++l)
      for (int part = 0; part < 2; ++part) *out++ = features[part][feature][l];
}

void filtered_group_features(const BlockFir& filter, const EpochRun& run, int first_epoch, const SpectrumTables& tables,
                             double* work, double* scratch, double* out) {
  const CVec* block =
      filter_blocks(filter, *run.source, run.first_sample, first_epoch, run.epochs, reinterpret_cast<CVec*>(work));
  group_features(reinterpret_cast<const double*>(block), tables, scratch, out);
}

}  // namespace brrr::BRRR_TIER::epoch
