// What the engine's figures are taken on: a chain of products, a trivial model, the trained models and EEGPT's shape.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { eegptShaped } from '../../test/eegpt-shaped-model.js'
import { addAndSubtract, matmulChain, noise } from '../../test/onnx-models.js'
import { type RealModel, realModelPath, realModelsOrSkip } from '../../test/real-models.js'
import { BENCH_FOLDER } from '../harness/nights.js'

export interface BenchModel {
  name: string
  path: string
  /** Input shapes of one item. */
  shapes: Record<string, readonly number[]>
}

const REAL_SHAPES: Record<RealModel, BenchModel['shapes']> = {
  'spindle-detector-eeg': { raw_signal: [1, 1, 7500], spectrogram: [1, 15, 7500] },
  'spindle-detector-ieeg': { raw_signal: [1, 1, 7500], spectrogram: [1, 15, 7500] },
  modelA_paper: { x: [1, 100, 50] },
  modelB_full: { x: [1, 100, 50] },
  ICLabelNet: { topo: [4, 1, 32, 32], psds: [4, 1, 1, 100], autocorr: [4, 1, 1, 100] },
  megnet: { spatial_input: [1, 120, 120, 3], temporal_input: [1, 15000, 1] },
}

function made(name: string, make: () => Uint8Array, shapes: BenchModel['shapes']): BenchModel {
  const path = join(BENCH_FOLDER, `${name.replace(/\W+/g, '-')}.onnx`)
  mkdirSync(BENCH_FOLDER, { recursive: true })
  writeFileSync(path, make())
  return { name, path, shapes }
}

/** 19.3 GFLOP in nine products, close to 100 ms on one core with AVX-512. */
export const chain = () => made('matmul chain', matmulChain, { x: [1024, 1024] })

/** Four additions and four subtractions: all of a call but the model. */
export const trivial = () => made('trivial', () => addAndSubtract([1, 4]), { a: [1, 4], b: [1, 4] })

/** The trained models, where they are there, and EEGPT's shape. */
export function realModels(): BenchModel[] {
  const trained = realModelsOrSkip('trained models').filter((name) => existsSync(realModelPath(name)))
  return [
    ...trained.map((name) => ({ name, path: realModelPath(name), shapes: REAL_SHAPES[name] })),
    made('EEGPT shape, untrained', eegptShaped, { x: [1, 20, 1024] }),
  ]
}

export function feedsOf({ shapes }: BenchModel): Record<string, { data: Float32Array; dims: readonly number[] }> {
  const size = (dims: readonly number[]) => dims.reduce((product, n) => product * n, 1)
  return Object.fromEntries(
    Object.entries(shapes).map(([name, dims], i) => [name, { data: noise(size(dims), i + 1), dims }]),
  )
}
