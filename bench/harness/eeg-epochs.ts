// What AutoReject is timed on: 20 min of 20 channels at 256 Hz with artifacts, in epochs of 4 or of 8 s. The same float32
// volts for all contenders, kept as a raw file beside a JSON of its shape.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type EpochData, electrodePositions } from '../../lib/index.js'
import { random } from '../../test/report-fixture.js'
import { epochsOf, type PlantedEeg, plainEeg, RATE_HZ } from '../guide/planted-eeg.js'
import { BENCH_FOLDER } from './nights.js'

export const EPOCH_LENGTHS_S = [4, 8] as const
export type EpochLength = (typeof EPOCH_LENGTHS_S)[number]

const MINUTES = 20
/** Of the noise: one with which no proposal of the Gaussian process falls otherwise in another LAPACK. */
const SEED = 305
/** Stretches in which something may happen. */
const STRETCH = 4 * RATE_HZ

/** numpy's arange(.1, 1.01, .1): the doubles count. */
export const AUTOREJECT_OPTIONS = {
  n_interpolate: [1, 4, 8],
  consensus: [0.1, 0.2, 0.30000000000000004, 0.4, 0.5, 0.6, 0.7000000000000001, 0.8, 0.9, 1.0],
  random_state: 42,
}

/** Blinks, noise and pops of single electrodes, movement, and an electrode that is loose half of the time. */
function addArtifacts({ channels, samples }: PlantedEeg): void {
  const next = random(SEED)
  const noise = (x: Float64Array, uv: number) => {
    for (let t = 0; t < x.length; t++) x[t]! += 2 * uv * (next() + next() - 1)
  }
  const wave = (x: Float64Array, uv: number) => {
    for (let t = 0; t < x.length; t++) x[t]! += uv * Math.sin((Math.PI * t) / x.length) ** 2
  }
  const front = electrodePositions(channels).map((position) => Math.max(0, position![1]))
  for (let start = 0; start < samples[0]!.length; start += STRETCH) {
    const parts = samples.map((x) => x.subarray(start, start + STRETCH))
    const blink = Math.floor(next() * 0.9 * STRETCH)
    if (next() < 0.35) for (const [c, x] of parts.entries()) wave(x.subarray(blink, blink + 90), 1300 * front[c]!)
    if (next() < 0.05) for (const x of parts) wave(x, 250 * next())
    for (const x of parts) {
      const what = next()
      if (what < 0.03) noise(x, 40)
      else if (what < 0.06) {
        const pop = Math.floor(next() * STRETCH)
        for (let t = pop; t < STRETCH; t++) x[t]! += 200 * Math.exp((pop - t) / RATE_HZ)
      }
    }
    if (start % (40 * STRETCH) < 20 * STRETCH) noise(parts[3]!, 30)
  }
}

function make(paths: readonly string[]): void {
  mkdirSync(BENCH_FOLDER, { recursive: true })
  console.error('making 20 min of EEG with artifacts')
  const eeg = plainEeg(SEED, MINUTES * 60)
  addArtifacts(eeg)
  const positions = electrodePositions(eeg.channels)
  for (const [i, length_s] of EPOCH_LENGTHS_S.entries()) {
    const { data, shape, channels } = epochsOf(eeg, length_s)
    writeFileSync(`${paths[i]}.json`, JSON.stringify({ shape, channels, positions, ...AUTOREJECT_OPTIONS }))
    writeFileSync(`${paths[i]}.partial`, data)
    renameSync(`${paths[i]}.partial`, paths[i]!)
  }
}

/** The epochs, and the file that holds them. */
export function eegEpochs(length_s: EpochLength): { path: string; epochs: EpochData } {
  const paths = EPOCH_LENGTHS_S.map((length) => join(BENCH_FOLDER, `autoreject-${MINUTES}min-${length}s.f32`))
  if (!paths.every(existsSync)) make(paths)
  const path = paths[EPOCH_LENGTHS_S.indexOf(length_s)]!
  const { shape, channels, positions } = JSON.parse(readFileSync(`${path}.json`, 'utf8'))
  const bytes = readFileSync(path)
  const data = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
  return { path, epochs: { data, shape, channels, positions } }
}
