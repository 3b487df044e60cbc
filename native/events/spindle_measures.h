// What is measured on a spindle once it is found.
#pragma once

#include <array>
#include <vector>

#include "events/intervals.h"
#include "events/signal_view.h"

namespace brrr::events {

/// Start Peak End Duration Amplitude AmpFiltered RMS AbsPower RelPower Frequency Oscillations Symmetry.
using SpindleMeasures = std::array<double, 12>;

/// broad, sigma and its Hilbert transform cover the event; the latter two one sample more, unless the signal ends
/// there.
SpindleMeasures measure_spindle(const Interval& event, double rate, const SignalView& broad, const SignalView& sigma,
                                const SignalView& hilbert, double relative_power);

}  // namespace brrr::events
