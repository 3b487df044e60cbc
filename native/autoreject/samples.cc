#include "autoreject/samples.h"

namespace brrr::autoreject {

Samples samples_of(const Epochs& epochs) {
  return {epochs.float32,
          epochs.float64,
          epochs.scale,
          epochs.samples,
          epochs.epochs(),
          epochs.channels(),
          epochs.epoch_start.data(),
          epochs.channel_start.data()};
}

}  // namespace brrr::autoreject
