import type { Binding } from '../native.js'

/** A stretch of one signal without a gap. */
export interface Stretch {
  source: Binding.NativeSource
  /** Seconds from the recording's start. */
  start_s: number
  samples: number
}

/** What every analysis takes: evenly sampled microvolts, from a recording or from arrays, with its gaps known. */
export interface Signal {
  name: string
  /** Samples per second. */
  rate_hz: number
  stretches: Stretch[]
}

/**
 * A signal from samples in memory.
 * @param samples microvolts; read in place, so it must not be transferred while an analysis runs
 * @param rate_hz samples per second
 */
export function signalFromArray(samples: Float64Array | Float32Array, rate_hz: number, name = 'signal'): Signal {
  return { name, rate_hz, stretches: [{ source: { samples, rate: rate_hz }, start_s: 0, samples: samples.length }] }
}

/** End of the signal in seconds from the recording's start. */
export function signalEnd(signal: Signal): number {
  const last = signal.stretches.at(-1)
  return last ? last.start_s + last.samples / signal.rate_hz : 0
}
