// Spectra of segments on SIMD lanes. For *.tier.cc files.
#pragma once

#include "signal/lanes.h"
#include "signal/welch.h"

namespace brrr {
namespace BRRR_TIER {

/// One-sided power densities of one segment in each lane. x: plan.segment values, not changed, one real series in re
/// and another in im. power[k].re and .im are the densities of the two series, k = 0..bins-1. work: 2 * plan.segment
/// values.
void welch_segment(const WelchPlan& plan, const CVec* x, CVec* power, CVec* work);

}  // namespace BRRR_TIER
}  // namespace brrr
