import { type Signal, signalFromArray } from '../lib/index.js'
import { Recording } from '../lib/recording/recording.js'
import { synthesise } from '../lib/recording/synth.js'
import { random } from './report-fixture.js'

export { random }

/** Normal values from uniform ones. */
export function normal(next: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
}

/** Channels of one recording: samples in microvolts. */
export interface Eeg {
  rate_hz: number
  names: string[]
  samples: Float64Array[]
}

/** The EEG channels of a synthetic routine recording. `path` is overwritten. */
export async function routineEeg(
  path: string,
  options: { seed: number; minutes: number; rate?: number },
): Promise<Eeg> {
  const { seed, minutes, rate = 256 } = options
  await synthesise(path, { kind: 'routine', hours: minutes / 60, rate, seed })
  await using recording = await Recording.open(path)
  const channels = recording.channels.filter((channel) => channel.kind === 'eeg')
  const samples: Float64Array[] = []
  for (const channel of channels) samples.push(await recording.read(channel, new Float64Array(channel.samples)))
  return { rate_hz: rate, names: channels.map((channel) => channel.name), samples }
}

/** An EEG of any number of channels: 1/f noise of some sources that each channel sees, and its own. */
export function plainEeg(options: { seed: number; seconds: number; channels: number; rate: number }): Eeg {
  const { seed, seconds, channels, rate } = options
  const next = random(seed)
  const gauss = normal(next)
  const n = Math.round(seconds * rate)
  // Leaky sums of white noise with time constants of two octaves each: close to 1/f, about 1 uV.
  const pink = () => {
    const out = new Float64Array(n)
    for (const hz of [1, 4, 16]) {
      const keep = Math.exp((-2 * Math.PI * hz) / rate)
      const gain = Math.sqrt((1 - keep * keep) / 3)
      let x = 0
      for (let t = 0; t < n; t++) {
        x = keep * x + gain * gauss()
        out[t]! += x
      }
    }
    return out
  }
  const sources = Array.from({ length: 4 }, pink)
  const samples = Array.from({ length: channels }, (_, c) => {
    const own = pink()
    const level = 8 + 4 * next()
    const gains = sources.map((_, s) => Math.cos((c / channels) * Math.PI * (s + 1)))
    return own.map((x, t) => level * (0.7 * x + gains.reduce((sum, gain, s) => sum + 0.5 * gain * sources[s]![t]!, 0)))
  })
  return { rate_hz: rate, names: samples.map((_, c) => `E${c + 1}`), samples }
}

export function signalsOf({ names, samples, rate_hz }: Eeg): Signal[] {
  return samples.map((x, c) => signalFromArray(x, rate_hz, names[c]))
}

export function deviation(x: Float64Array): number {
  const mean = x.reduce((sum, v) => sum + v, 0) / x.length
  return Math.sqrt(x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / x.length)
}

type Plant = (x: Float64Array, rate_hz: number, next: () => number) => void

/** Three stretches, in order, that hold `share` of the samples. */
function stretches(samples: number, share: number, next: () => number): Array<[number, number]> {
  const count = 3
  const length = Math.round((share * samples) / count)
  const slack = samples - count * length
  const cuts = Array.from({ length: count }, () => Math.round(next() * slack)).sort((a, b) => a - b)
  return cuts.map((cut, i) => [cut + i * length, cut + (i + 1) * length] as [number, number])
}

/** What can be done to a channel. */
export const plants = {
  flat: (x, _, next) => x.fill(Math.round(20 * next())),
  /** Dead in three stretches, 30 % of the time: the input drifts, a hundredth of the EEG. */
  disconnected: (x, rate, next) => {
    for (const [from, to] of stretches(x.length, 0.3, next)) {
      const level = 100 * next()
      for (let t = from; t < to; t++) x[t] = level + 0.05 * Math.sin(t / rate)
    }
  },
  noisy: (x, _, next) => {
    const gauss = normal(next)
    const sd = 5 * deviation(x)
    for (let t = 0; t < x.length; t++) x[t]! += sd * gauss()
  },
  noisy_60: (x, _, next) => {
    const gauss = normal(next)
    const sd = 5 * deviation(x)
    for (const [from, to] of stretches(x.length, 0.6, next)) for (let t = from; t < to; t++) x[t]! += sd * gauss()
  },
  mains50: (x, rate) => hum(x, rate, 50.02),
  mains60: (x, rate) => hum(x, rate, 59.97),
  clipped: (x) => {
    const rail = Math.round(1.5 * deviation(x))
    for (let t = 0; t < x.length; t++) x[t] = Math.min(rail, Math.max(-rail, Math.round(10 * x[t]!) / 10))
  },
  millivolts: (x) => scale(x, 1e-3),
  volts: (x) => scale(x, 1e-6),
  microvolts_as_volts: (x) => scale(x, 1e6),
} satisfies Record<string, Plant>

function hum(x: Float64Array, rate_hz: number, hz: number): void {
  const amplitude = 3 * deviation(x)
  for (let t = 0; t < x.length; t++) x[t]! += amplitude * Math.sin((2 * Math.PI * hz * t) / rate_hz)
}

function scale(x: Float64Array, factor: number): void {
  for (let t = 0; t < x.length; t++) x[t]! *= factor
}

/** Makes two channels one electrode, each with 0.5 uV of its amplifier's noise. */
export function bridge(a: Float64Array, b: Float64Array, next: () => number): void {
  const gauss = normal(next)
  for (let t = 0; t < a.length; t++) {
    const both = (a[t]! + b[t]!) / 2
    a[t] = both + 0.5 * gauss()
    b[t] = both + 0.5 * gauss()
  }
}
