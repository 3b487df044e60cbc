// Repair: the samples of cells labelled kRepaired, interpolated by spherical splines from all channels of that epoch
// which are not. Cells labelled kBad do serve as sources, as in the original.
#pragma once

#include <cstdint>
#include <vector>

#include "autoreject/epochs.h"
#include "common/job.h"

namespace brrr::autoreject {

struct Cell {
  int epoch, channel;
};

/// Writes whole epochs, the repaired cells among them, to `out` (chosen epoch, channel, sample) in the unit of the data
/// (not scaled to volts). `labels`: (epoch, channel) of all epochs; `chosen`: which epochs to write, in which order.
/// `positions`: as fit() takes them. `out` must not overlap the data.
void repair_epochs(const Epochs& epochs, const double* positions, const uint8_t* labels, const std::vector<int>& chosen,
                   float* out, Job& job);
void repair_epochs(const Epochs& epochs, const double* positions, const uint8_t* labels, const std::vector<int>& chosen,
                   double* out, Job& job);

/// Writes single repaired cells, each labelled kRepaired, to `out` (cell, sample), in the unit of the data.
void repair_cells(const Epochs& epochs, const double* positions, const uint8_t* labels, const std::vector<Cell>& cells,
                  float* out, Job& job);
void repair_cells(const Epochs& epochs, const double* positions, const uint8_t* labels, const std::vector<Cell>& cells,
                  double* out, Job& job);

/// The same, each cell to a place of its own.
void repair_cells(const Epochs& epochs, const double* positions, const uint8_t* labels, const std::vector<Cell>& cells,
                  const std::vector<float*>& out, Job& job);
void repair_cells(const Epochs& epochs, const double* positions, const uint8_t* labels, const std::vector<Cell>& cells,
                  const std::vector<double*>& out, Job& job);

}  // namespace brrr::autoreject
