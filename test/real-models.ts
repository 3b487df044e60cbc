import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../lib/root.js'

const folder = join(packageRoot, '.cache', 'real-models')

export const REAL_MODELS = [
  'spindle-detector-eeg',
  'spindle-detector-ieeg',
  'modelA_paper',
  'modelB_full',
  'ICLabelNet',
  'megnet',
] as const

export type RealModel = (typeof REAL_MODELS)[number]

export const realModelPath = (name: RealModel) => join(folder, `${name}.onnx`)
export const realModel = (name: RealModel) => readFileSync(realModelPath(name))

/** The six trained models of `npm run real-models`; none where they are not there, and the test runner counts that. */
export function realModelsOrSkip(what: string): readonly RealModel[] {
  if (REAL_MODELS.every((name) => existsSync(realModelPath(name)))) return REAL_MODELS
  console.log(`SKIPPED ${what}: run \`npm run real-models\` first`)
  return []
}
