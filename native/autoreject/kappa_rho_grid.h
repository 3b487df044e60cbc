// Cross-validation of consensus (kappa / channels) and n_interpolate (rho), Jas et al. 2017 sec. 2.4, over contiguous
// folds of epochs: the distance between the mean of the repaired training epochs that a consensus keeps and the median
// of the unrepaired test epochs, over all channels and samples.
#pragma once

#include <vector>

#include "autoreject/epochs.h"
#include "autoreject/labels.h"
#include "autoreject/splines.h"
#include "common/job.h"

namespace brrr::autoreject {

struct Grid {
  std::vector<double> consensus;
  std::vector<int> n_interpolate;
  int folds;
};

/// (consensus, n_interpolate, fold), volts; +inf where consensus * channels <= n_interpolate and where no training
/// epoch is left.
std::vector<double> grid_losses(const Epochs& epochs, const Peaks& peaks, const Votes& votes,
                                const SphericalSplines& splines, const Grid& grid, Job& job);

}  // namespace brrr::autoreject
