import { type RunOptions, runNative } from '../native.js'
import type { Signal, Stretch } from '../recording/signal.js'

/** Spectra of consecutive epochs. */
export interface Spectra {
  epochs: number
  bins: number
  /** Hz between bins; the first is 0 Hz. */
  step_hz: number
  /** Density in uV^2/Hz, epochs x bins. */
  power: Float64Array
}

/** One result per stretch without a gap, in order. */
async function eachStretch<T>(signal: Signal, work: (source: Stretch['source']) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  for (const { source } of signal.stretches) results.push(await work(source))
  return results
}

/**
 * Welch spectra (scipy.signal.welch: periodic window, half overlap, mean removed, density) of consecutive epochs.
 * @returns one per stretch of the signal
 */
export function spectra(
  signal: Signal,
  options: {
    epoch_s?: number
    segment_s?: number
    average?: 'mean' | 'median'
    window?: 'hann' | 'hamming'
  } & RunOptions = {},
): Promise<Spectra[]> {
  const { epoch_s = 30, segment_s = 4, average = 'mean', window = 'hann' } = options
  return eachStretch(signal, async (source) => {
    const { epochs, bins, stepHz, power } = await runNative(options, (addon, job) =>
      addon.spectra(source, { epochS: epoch_s, segmentS: segment_s, average, window }, job),
    )
    return { epochs, bins, step_hz: stepHz, power }
  })
}

/** FFT resampling as MNE-Python's `Raw.resample` does it by default. @returns one array per stretch of the signal */
export function resample(signal: Signal, rate_hz: number, options: RunOptions = {}): Promise<Float64Array[]> {
  return eachStretch(signal, (source) => runNative(options, (addon, job) => addon.resample(source, rate_hz, job)))
}

/**
 * Zero-phase FIR filter as MNE-Python designs and applies it (firwin, Hamming); null leaves an edge open.
 * @returns one array per stretch of the signal
 */
export function bandpass(
  signal: Signal,
  low_hz: number | null,
  high_hz: number | null,
  options: RunOptions = {},
): Promise<Float64Array[]> {
  return eachStretch(signal, (source) =>
    runNative(options, (addon, job) => addon.bandpass(source, low_hz, high_hz, job)),
  )
}
