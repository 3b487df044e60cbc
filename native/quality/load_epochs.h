// Fills an EpochStore from a recording or from an array.
#pragma once

#include <memory>
#include <vector>

#include "quality/epoch_store.h"
#include "quality/raw_cells.h"
#include "signal/source.h"

namespace brrr::quality {

/// One channel over the stretches of a recording that have no gap.
struct ChannelInput {
  std::vector<std::shared_ptr<const SampleSource>> stretches;
  Rails rails;
};

struct LoadOptions {
  double rate_hz = 0;  ///< of the store; channels of another rate are resampled
  double length_s = 4;
  double high_pass_hz = 1;  ///< 0: none
  double flat_uv = 0.5;     ///< peak-to-peak below which a 1 s piece is flat
  uint64_t max_bytes = 0;   ///< 0: no limit
  bool artifacts = false;   ///< max_bytes covers a later detect_artifacts() too
};

/// Reads, resamples where needed, high-passes (zero phase, MNE's default transition, ends reflected) and cuts each
/// stretch; start_s[i] is where stretch i begins, in seconds. Epochs follow each other from the start of a stretch;
/// what is left at its end is dropped. Uses all cores, and besides the store 8 bytes a sample of one channel each.
/// Throws INVALID_ARGUMENT, RATE_TOO_LOW (high-pass), TOO_SHORT (no stretch holds an epoch), MEMORY_BUDGET, and what
/// the sources throw.
std::shared_ptr<EpochStore> load_epochs(const std::vector<ChannelInput>& channels, const std::vector<double>& start_s,
                                        const LoadOptions& options, Job& job);

/// Ready-made epochs: epochs x channels x samples, times to_uv, unfiltered. Epoch e starts at e * samples / rate_hz.
/// Throws INVALID_ARGUMENT for a sample that is not finite, naming it.
struct ArrayShape {
  int epochs = 0, channels = 0, samples = 0;
  double rate_hz = 0;
  double to_uv = 1;
};
template <class Sample>
std::shared_ptr<EpochStore> epochs_from_array(const Sample* data, const ArrayShape& shape, const LoadOptions& options,
                                              Job& job);
extern template std::shared_ptr<EpochStore> epochs_from_array(const float*, const ArrayShape&, const LoadOptions&,
                                                              Job&);
extern template std::shared_ptr<EpochStore> epochs_from_array(const double*, const ArrayShape&, const LoadOptions&,
                                                              Job&);

}  // namespace brrr::quality
