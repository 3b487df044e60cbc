// Phase-amplitude coupling of slow waves and a faster rhythm.
#pragma once

#include <array>
#include <vector>

#include "common/job.h"
#include "events/slow_wave_peaks.h"
#include "events/sparse_hilbert.h"

namespace brrr::events {

/// SigmaPeak PhaseAtSigmaPeak ndPAC.
using Coupling = std::array<double, 3>;

/// One row per wave. fir: the slow band, then the fast one; `transforms` likewise, ready to be evaluated.
std::vector<Coupling> measure_coupling(const SampleSource& channel, const BlockFir& fir,
                                       const std::vector<SparseHilbert>& transforms, const std::vector<SlowWave>& waves,
                                       const CouplingOptions& options, Job& job);

}  // namespace brrr::events
