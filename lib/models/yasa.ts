// YASA's sleep-staging classifiers: converting them, the variant that their features tell, and their manifest.
import { createHash } from 'node:crypto'
import { BrrrError } from '../errors.js'
import { encodeCompact } from './compact.js'
import { readJoblibClassifier } from './joblib.js'
import { parseLightGbmText } from './lightgbm-text.js'
import type { ModelFile, ModelManifest } from './manifest.js'

export const YASA_VARIANTS = [
  'eeg',
  'eeg+demo',
  'eeg+emg',
  'eeg+emg+demo',
  'eeg+eog',
  'eeg+eog+demo',
  'eeg+eog+emg',
  'eeg+eog+emg+demo',
] as const
export type YasaVariant = (typeof YASA_VARIANTS)[number]

export const YASA_ATTRIBUTION =
  'Classifiers of YASA 0.5.0 by Raphael Vallat, trained on nights of the National Sleep Research Resource. ' +
  'Please cite: Vallat R, Walker MP. An open-source, high-performance tool for automated sleep staging. ' +
  'eLife 2021;10:e70092. https://doi.org/10.7554/eLife.70092'

const CLASSES = ['N1', 'N2', 'N3', 'R', 'W']
const CHANNEL_FEATURE = /^(eeg|eog|emg)_[a-z]+(_c7min_norm|_p2min_norm)?$/
const XZ_MAGIC = 'fd377a585a00'

/** One classifier in its compact form, and its entry in the manifest. */
export interface ConvertedClassifier {
  variant: YasaVariant
  bytes: Uint8Array
  entry: ModelFile
}

/** Converts one of YASA's joblib files, or its LightGBM text. Throws MODEL_INVALID. */
export function convertYasa(bytes: Uint8Array, fileName: string): ConvertedClassifier {
  const text = modelText(bytes)
  const forest = parseLightGbmText(text)
  if (forest.classes !== CLASSES.length)
    throw new BrrrError(
      'MODEL_INVALID',
      `The model has ${forest.classes} classes; YASA's have 5: ${CLASSES.join(' ')}.`,
    )
  const variant = variantOf(forest.featureNames)
  const source = { file: fileName, sha256: sha256(bytes), text_sha256: sha256(text) }
  const compact = encodeCompact(forest, { variant, classes: CLASSES, source })
  const entry: ModelFile = {
    file: `${variant}.bin`,
    bytes: compact.length,
    sha256: sha256(compact),
    needs: variant.split('+').map((part) => (part === 'demo' ? 'demographics' : part)),
    features: forest.featureNames.length,
    source,
  }
  return { variant, bytes: compact, entry }
}

/** The manifest of a package of converted classifiers. */
export function yasaManifest(
  about: Pick<ModelManifest, 'id' | 'licence' | 'attribution' | 'source'>,
  classifiers: ConvertedClassifier[],
): ModelManifest {
  return {
    schema_version: 1,
    id: about.id,
    task: 'sleep-staging',
    description: 'Gradient-boosted trees that stage 30 s epochs of sleep from features of EEG, EOG and EMG',
    licence: about.licence,
    attribution: about.attribution,
    source: about.source,
    trained: true,
    format: 'trees/1',
    input: {
      rate_hz: 100,
      band_hz: [0.4, 30],
      notch_hz: null,
      reference: 'a central EEG against the opposite mastoid, an EOG against a mastoid, the chin EMG',
      unit: 'uV',
      window_s: 30,
      stride_s: 30,
    },
    output: { kind: 'raw scores; softmax gives probabilities', classes: CLASSES, window_s: 30 },
    files: Object.fromEntries(classifiers.map(({ variant, entry }) => [variant, entry])),
  }
}

export const formatManifest = (manifest: ModelManifest) => `${JSON.stringify(manifest, null, 2)}\n`

/** The variant whose inputs these are. Throws MODEL_INVALID where they are none of YASA's. */
export function variantOf(featureNames: string[]): YasaVariant {
  const parts = new Set<string>()
  for (const name of featureNames) {
    const role = CHANNEL_FEATURE.exec(name)?.[1]
    const part = role ?? { time_hour: 'time', time_norm: 'time', age: 'age', male: 'male' }[name]
    if (part === undefined)
      throw new BrrrError('MODEL_INVALID', `The model uses "${name.slice(0, 40)}", which is no feature of YASA's.`)
    parts.add(part)
  }
  const demographics = parts.has('age') && parts.has('male')
  const variant = ['eeg', 'eog', 'emg'].filter((role) => parts.has(role)).join('+') + (demographics ? '+demo' : '')
  if (parts.has('age') !== parts.has('male') || !YASA_VARIANTS.includes(variant as YasaVariant))
    throw new BrrrError(
      'MODEL_INVALID',
      `The model uses ${[...parts].join(', ')}; YASA's use EEG, with EOG, EMG or both age and sex.`,
    )
  return variant as YasaVariant
}

function modelText(bytes: Uint8Array): string {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 6))
  if (start.toString('hex') === XZ_MAGIC)
    throw new BrrrError('MODEL_INVALID', 'The file is compressed with xz. Unpack it first: xz -dk FILE')
  if (start.toString('latin1').startsWith('tree\n')) return new TextDecoder().decode(bytes)
  const { text, classes } = readJoblibClassifier(bytes)
  if (classes.join() !== CLASSES.join())
    throw new BrrrError(
      'MODEL_INVALID',
      `The classifier tells ${classes.join(' ').slice(0, 60)} apart; YASA's ${CLASSES.join(' ')}.`,
    )
  return text
}

const sha256 = (data: Uint8Array | string) => createHash('sha256').update(data).digest('hex')
