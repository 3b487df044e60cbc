// The guide's recordings for AutoReject: 20 channels of EEG from sources on a head, three of the channels spoiled.
import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { electrodePositions } from '../../lib/index.js'
import { writeEdf } from '../../test/edf-fixture.js'
import { random } from '../../test/report-fixture.js'

const CHANNELS = 'Fp1 Fp2 F7 F3 Fz F4 F8 T7 C3 Cz C4 T8 P7 P3 Pz P4 P8 O1 Oz O2'.split(' ')
export const RATE_HZ = 256
export const EPOCH_S = 4
const SOURCES = 24
/** How far a source is seen, as a share of the head's radius. */
const REACH = 0.7

export type Spoiling = 'flat' | 'noise' | 'mains' | 'noise in 60 % of the epochs'
const SPOILINGS: readonly Spoiling[] = ['flat', 'noise', 'mains', 'noise in 60 % of the epochs']

export interface PlantedEeg {
  channels: readonly string[]
  /** uV, channel by channel. */
  samples: Float64Array[]
}

const normalFrom = (next: () => number) => () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())

/** 1/f noise with a standard deviation near 1: leaky sums of white noise, two octaves apart. */
function pinkNoise(length: number, gauss: () => number): Float64Array {
  const out = new Float64Array(length)
  for (const hz of [0.5, 2, 8, 32]) {
    const keep = Math.exp((-2 * Math.PI * hz) / RATE_HZ)
    const gain = Math.sqrt((1 - keep * keep) / 4)
    for (let t = 0, x = 0; t < length; t++) {
      x = keep * x + gain * gauss()
      out[t]! += x
    }
  }
  return out
}

type Vector = readonly number[]
const unit = (v: Vector): Vector => v.map((x) => x / Math.hypot(...v))
const distance = (a: Vector, b: Vector) => Math.hypot(...a.map((x, i) => x - b[i]!))

/** EEG without artifacts: sources at random places of the upper head, and 1 uV of each amplifier's own noise. */
export function plainEeg(seed: number, seconds: number): PlantedEeg {
  const next = random(seed)
  const gauss = normalFrom(next)
  const length = seconds * RATE_HZ
  const places = electrodePositions(CHANNELS).map((position) => unit(position!))
  const sources = Array.from({ length: SOURCES }, () => ({
    place: unit([gauss(), gauss(), Math.abs(gauss())]),
    level: 6 + 6 * next(),
    course: pinkNoise(length, gauss),
  }))
  const samples = places.map((place) => {
    const gains = sources.map((source) => source.level * Math.exp(-((distance(place, source.place) / REACH) ** 2)))
    const out = Float64Array.from({ length }, gauss)
    for (const [s, { course }] of sources.entries()) for (let t = 0; t < length; t++) out[t]! += gains[s]! * course[t]!
    return out
  })
  return { channels: CHANNELS, samples }
}

function deviation(x: Float64Array): number {
  const mean = x.reduce((sum, v) => sum + v, 0) / x.length
  return Math.sqrt(x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / x.length)
}

/** @returns the epochs that are spoiled */
function spoil(x: Float64Array, spoiling: Spoiling, next: () => number): Set<number> {
  const gauss = normalFrom(next)
  const sd = deviation(x)
  const epoch = EPOCH_S * RATE_HZ
  const chosen = new Set(
    Array.from({ length: x.length / epoch }, (_, e) => ({ e, rank: next() }))
      .sort((a, b) => a.rank - b.rank)
      .slice(0, Math.round(((spoiling === 'noise in 60 % of the epochs' ? 0.6 : 1) * x.length) / epoch))
      .map(({ e }) => e),
  )
  for (let t = 0; t < x.length; t++) {
    if (spoiling === 'flat') x[t] = 0
    else if (spoiling === 'mains') x[t]! += 3 * sd * Math.SQRT2 * Math.sin((2 * Math.PI * 50 * t) / RATE_HZ)
    else if (chosen.has(Math.floor(t / epoch))) x[t]! += 5 * sd * gauss()
  }
  return chosen
}

/** What was done to a channel, and in which epochs. */
export interface Planted {
  spoiling: Spoiling
  epochs: ReadonlySet<number>
}

/** Five minutes with three bad channels: which they are and how they are spoiled is drawn. */
export function spoiledEeg(seed: number, seconds = 300): PlantedEeg & { bad: Map<string, Planted> } {
  const eeg = plainEeg(seed, seconds)
  const next = random(seed + 1000)
  const bad = new Map<string, Planted>()
  while (bad.size < 3) {
    const channel = Math.floor(next() * CHANNELS.length)
    if (bad.has(CHANNELS[channel]!)) continue
    const spoiling = SPOILINGS[Math.floor(next() * SPOILINGS.length)]!
    bad.set(CHANNELS[channel]!, { spoiling, epochs: spoil(eeg.samples[channel]!, spoiling, next) })
  }
  return { ...eeg, bad }
}

/** As an EDF file. */
export function writePlanted(path: string, { channels, samples }: PlantedEeg): void {
  if (!existsSync(dirname(path))) mkdirSync(dirname(path), { recursive: true })
  const signals = channels.map((label, c) => ({
    label,
    samples: RATE_HZ,
    value: (t: number) => samples[c]![Math.round(t * RATE_HZ)]!,
  }))
  writeEdf(path, signals, samples[0]!.length / RATE_HZ)
}

/** Epochs x channels x samples in volts, as AutoReject takes them. */
export function epochsOf({ channels, samples }: PlantedEeg, epoch_s = EPOCH_S) {
  const length = epoch_s * RATE_HZ
  const epochs = Math.floor(samples[0]!.length / length)
  const data = new Float32Array(epochs * channels.length * length)
  for (let e = 0; e < epochs; e++)
    for (const [c, x] of samples.entries())
      for (let t = 0; t < length; t++) data[(e * channels.length + c) * length + t] = 1e-6 * x[e * length + t]!
  return { data, shape: [epochs, channels.length, length] as const, channels }
}
