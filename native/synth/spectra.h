// Background spectra of the synthetic recordings, one-sided, in uV^2/Hz.
#pragma once

#include "synth/night_plan.h"

namespace brrr::synth {

/// Gaussian peak of height `power` at `centre_hz`.
double peak(double hz, double centre_hz, double width_hz, double power);
/// 1/f noise, level below 0.3 Hz.
double slope(double hz, double power_at_1_hz, double exponent);

/// EEG of a stage between an electrode and a mastoid.
double sleep_eeg_spectrum(Stage stage, double hz);
/// What an EOG lead records besides eye movements and EEG.
double eye_spectrum(double hz);
/// Muscle, of variance 1 uV^2 at a sampling rate of `rate`.
double muscle_spectrum(double hz, double rate);

}  // namespace brrr::synth
