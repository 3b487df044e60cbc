import type { ReportTrace } from './types.js'

/** The largest page that the report makes of its own accord, in bytes. */
export const PAGE_LIMIT_BYTES = 32e6

/** Left to everything but traces and events: markup, script, hypnogram, spectrogram. */
const RESERVED_BYTES = 2e6

/** An event as JSON, with some room. */
const EVENT_BYTES = 140

/** The sample of a trace that stands for "not recorded". */
export const NOT_RECORDED = -32768

const INT16_MAX = 32767

/** The step of a channel that is flat. */
const FINEST_STEP_UV = 1e-6

/** Below this amplitude nothing is ever clipped: the step is then at most 0.25 uV, finer than any screen shows. */
const CLIP_FREE_UV = 8192

/** A channel's size, before its samples are at hand. */
export interface TraceSize {
  rate_hz: number
  samples: number
}

/** Characters of base64 that `samples` 16-bit samples take. */
export function encodedBytes(samples: number): number {
  return 4 * Math.ceil((2 * samples) / 3)
}

/** What the traces may take of a page that shows so many events. */
export function traceBudget(events: number): number {
  return Math.max(1e6, PAGE_LIMIT_BYTES - RESERVED_BYTES - EVENT_BYTES * events)
}

/**
 * The whole number of samples of each channel that become one, so that all traces fit into `budgetBytes` of the page.
 * The channel with the highest rate left is thinned first; 1 leaves a channel as it is.
 */
export function thinningFactors(channels: readonly TraceSize[], budgetBytes: number): number[] {
  const factors = channels.map(() => 1)
  const bytes = () =>
    channels.reduce((sum, channel, i) => sum + encodedBytes(Math.ceil(channel.samples / factors[i]!)), 0)
  const rate = (i: number) => channels[i]!.rate_hz / factors[i]!
  while (bytes() > budgetBytes && channels.some((channel, i) => channel.samples > factors[i]!)) {
    const densest = channels.reduce((best, _, i) => (rate(i) > rate(best) ? i : best), 0)
    factors[densest]!++
  }
  return factors
}

/**
 * A trace for the report from physical values in microvolts; NaN where nothing was recorded.
 *
 * Each `factor` neighbouring samples become their mean (a moving average, so that little folds back from above the new
 * Nyquist frequency). The step covers the largest value; only values beyond both 8.192 mV and eight times the 99.9th
 * percentile are clipped, so that a single pulse of volts does not flatten the whole trace.
 */
export function makeTrace(channel: string, rateHz: number, uv: ArrayLike<number>, factor = 1): ReportTrace {
  const values = factor === 1 ? uv : means(uv, factor)
  const scale = Math.max(amplitude(values) / INT16_MAX, FINEST_STEP_UV)
  const samples = new Int16Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    samples[i] = Number.isNaN(value)
      ? NOT_RECORDED
      : Math.max(-INT16_MAX, Math.min(INT16_MAX, Math.round(value / scale)))
  }
  return { channel, rate_hz: rateHz / factor, samples, scale_uv: scale }
}

/** Traces of several channels within the page's limit, and whether they had to be thinned for it. */
export function makeTraces(
  channels: ReadonlyArray<{ channel: string; rate_hz: number; samples_uv: Float32Array | Float64Array }>,
  budgetBytes = traceBudget(0),
): { traces: ReportTrace[]; thinned: boolean } {
  const sizes = channels.map(({ rate_hz, samples_uv }) => ({ rate_hz, samples: samples_uv.length }))
  const factors = thinningFactors(sizes, budgetBytes)
  const traces = channels.map(({ channel, rate_hz, samples_uv }, i) =>
    makeTrace(channel, rate_hz, samples_uv, factors[i]),
  )
  return { traces, thinned: factors.some((factor) => factor > 1) }
}

/** Half of the range that a viewer should give a channel, in uV: a round number above all but its largest values. */
export function displayRange(trace: ReportTrace): number {
  const uv = quantileOfMagnitude(trace.samples, 0.98, (sample) => sample !== NOT_RECORDED) * trace.scale_uv
  const steps = [10, 20, 30, 50, 75, 100, 150, 200, 300, 500, 750, 1000]
  return steps.find((step) => step >= uv * 1.5) ?? 2000
}

function means(values: ArrayLike<number>, factor: number): Float32Array {
  const out = new Float32Array(Math.ceil(values.length / factor))
  for (let i = 0; i < out.length; i++) {
    let sum = 0
    let count = 0
    for (let k = i * factor; k < Math.min((i + 1) * factor, values.length); k++) {
      if (Number.isNaN(values[k]!)) continue
      sum += values[k]!
      count++
    }
    out[i] = count > 0 ? sum / count : Number.NaN
  }
  return out
}

function amplitude(values: ArrayLike<number>): number {
  let peak = 0
  for (let i = 0; i < values.length; i++) {
    const magnitude = Math.abs(values[i]!)
    if (magnitude > peak && magnitude < Number.POSITIVE_INFINITY) peak = magnitude
  }
  if (peak <= CLIP_FREE_UV) return peak
  return Math.min(peak, Math.max(CLIP_FREE_UV, 8 * quantileOfMagnitude(values, 0.999, Number.isFinite)))
}

/** A quantile of |values|, from at most about 50,000 of them, evenly spread. */
function quantileOfMagnitude(values: ArrayLike<number>, quantile: number, use: (value: number) => boolean): number {
  const stride = Math.max(1, Math.floor(values.length / 50_000))
  const magnitudes: number[] = []
  for (let i = 0; i < values.length; i += stride) if (use(values[i]!)) magnitudes.push(Math.abs(values[i]!))
  const sorted = Float64Array.from(magnitudes).sort()
  return sorted[Math.floor(quantile * (sorted.length - 1))] ?? 0
}
