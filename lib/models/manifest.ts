// model.json: what a model package says of itself.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { BrrrError } from '../errors.js'

export const MANIFEST_FILE = 'model.json'
const ID = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,99}$/
const SHA256 = /^[0-9a-f]{64}$/

export interface ModelManifest {
  schema_version: 1
  id: string
  task: 'sleep-staging'
  description: string
  /** SPDX identifier, NOASSERTION where it is not known, and the file in the package that holds the text. */
  licence: { spdx: string; file: string | null }
  attribution: string | null
  /** Where the weights come from. */
  source: Record<string, string>
  trained: boolean
  /** Format of the files: `trees/1` is models/README.md's compact form. */
  format: 'trees/1'
  input: InputContract
  output: OutputContract
  /** By variant. */
  files: Record<string, ModelFile>
}

/** What the signals must be before the features are taken. */
export interface InputContract {
  rate_hz: number
  band_hz: [number, number]
  notch_hz: number | null
  reference: string
  unit: string
  window_s: number
  stride_s: number
}

export interface OutputContract {
  kind: 'raw scores; softmax gives probabilities'
  classes: string[]
  window_s: number
}

export interface ModelFile {
  file: string
  bytes: number
  sha256: string
  /** What the variant needs: channel roles, and `demographics` for age and sex. */
  needs: string[]
  features: number
  /** The file that was converted, its SHA-256 and that of the model text in it. */
  source: { file: string; sha256: string; text_sha256: string }
}

/** Reads and checks the manifest of a package folder. Throws MODEL_INVALID. */
export function readManifest(folder: string): ModelManifest {
  const path = join(folder, MANIFEST_FILE)
  const invalid = (message: string, cause?: unknown) => new BrrrError('MODEL_INVALID', `${path}: ${message}`, { cause })
  let manifest: Partial<ModelManifest> | null
  try {
    manifest = JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw invalid(`not readable as JSON (${(cause as Error).message}).`, cause)
  }
  if (manifest?.schema_version !== 1) throw invalid('schema_version 1 is expected.')
  if (typeof manifest.id !== 'string' || !ID.test(manifest.id)) throw invalid('id must be letters, digits and . _ + -')
  if (manifest.task !== 'sleep-staging') throw invalid(`task must be sleep-staging, not ${manifest.task}.`)
  if (manifest.format !== 'trees/1') throw invalid(`format must be trees/1, not ${manifest.format}.`)
  if (typeof manifest.trained !== 'boolean') throw invalid('trained must be true or false.')
  const files = Object.entries(manifest.files ?? {})
  if (files.length === 0) throw invalid('files must name at least one variant.')
  for (const [variant, { file, sha256 }] of files)
    if (typeof file !== 'string' || !ID.test(file) || typeof sha256 !== 'string' || !SHA256.test(sha256))
      throw invalid(`files.${variant} must hold a plain file name and a sha256.`)
  return manifest as ModelManifest
}
