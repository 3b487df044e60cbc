// The rows from which a channel's threshold is found: the channel as measured in each epoch, and as predicted from all
// other channels. Predictions are never stored whole: a tile of them is computed again wherever it is needed, which
// costs less than memory traffic, and always by the same sums, so that it always has the same bits.
#pragma once

#include "autoreject/samples.h"
#include "common/tier.h"

namespace brrr {

// weights: channels x channels, row c predicts channel c; null for no predictions. scratch: channels * kTile doubles.
BRRR_TIERED(namespace autoreject {
  /// Tile `first`.. of all rows of one epoch. Row `epoch` of channel c lies at out + c * channel_stride + epoch *
  /// kTile, its prediction `epochs` rows further; zeros past the epoch's end.
  void augmented_tile(const brrr::autoreject::Samples& x, int epoch, int first, const double* weights, double* scratch,
                      double* out, int64_t channel_stride);

  /// max - min over time of each channel of one epoch and (with weights) of each prediction, volts. scratch:
  /// kPeakScratch * channels doubles.
  void peak_to_peak(const brrr::autoreject::Samples& x, int epoch, const double* weights, double* scratch,
                    double* measured, double* predicted);
})

namespace autoreject {
constexpr int kPeakScratch = 2 * kTile + 2 * 2 * 8;
}

}  // namespace brrr
