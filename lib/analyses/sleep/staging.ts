import { BrrrError } from '../../errors.js'
import { loadYasaVariant } from '../../models/registry.js'
import type { YasaVariant } from '../../models/yasa.js'
import { type Binding, callNative, type RunOptions, runNative } from '../../native.js'
import { type Signal, signalEnd } from '../../recording/signal.js'
import { MIN_RATE_HZ } from './channels.js'
import { EPOCH_S } from './statistics.js'
import type { SleepStage, StageProbabilities, StagingModel } from './types.js'

/** Rate at which features are computed. */
const STAGING_HZ = 100

/** Order of the classifier's outputs, and of the document's. */
const MODEL_ORDER = ['N1', 'N2', 'N3', 'R', 'W'] as const
const DOCUMENT_ORDER = ['W', 'N1', 'N2', 'N3', 'R'] as const
const DOCUMENT_FROM_MODEL = DOCUMENT_ORDER.map((stage) => MODEL_ORDER.indexOf(stage))

export interface StagingInput {
  /** One EEG signal (central, against a mastoid, is best), or several: the mean of their probabilities decides. */
  eeg: Signal | Signal[]
  eog?: Signal | null | undefined
  emg?: Signal | null | undefined
  /** Age in years (0 to 120, exclusive) and sex select a classifier that uses them. */
  age?: number | undefined
  sex?: 'male' | 'female' | undefined
  /** Id of an installed model (`brrr models`); default: the one that ships. */
  model?: string | undefined
}

/** The features of one classifier, as it saw them. */
export interface StagingFeatures {
  names: string[]
  epochs: number
  /** Float32 values, feature by feature (names.length x epochs). */
  values: Float32Array
}

export interface Staging {
  epoch_s: number
  stages: SleepStage[]
  /** Order W, N1, N2, N3, R; null where the epoch is unscored. */
  probabilities: StageProbabilities[]
  model: StagingModel
  /** Of the first EEG signal. */
  features: StagingFeatures
  /** Epochs that touch a gap, and epochs in which an EEG signal is flat: both are unscored. */
  gap_epochs: number
  flat_epochs: number
}

type Role = Binding.NativeRole

/** Length at 100 Hz, rounded half to even as the resampler does. */
function lengthAt100(samples: number, rate: number): number {
  if (rate === STAGING_HZ) return samples
  const exact = (samples * STAGING_HZ) / rate
  const rounded = Math.round(exact)
  return Math.max(1, rounded - exact === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded)
}

/** The epochs of the 30 s grid that lie whole inside each stretch. */
function place(signal: Signal): Binding.NativeFeatureRequest['stretches'] {
  const tolerance = 0.5 / STAGING_HZ
  return signal.stretches.flatMap(({ source, start_s, samples }) => {
    const firstRow = Math.ceil((start_s - tolerance) / EPOCH_S)
    const firstEpochS = Math.max(0, firstRow * EPOCH_S - start_s)
    const room = lengthAt100(samples, signal.rate_hz) - Math.round(firstEpochS * STAGING_HZ)
    const epochs = Math.floor(room / (EPOCH_S * STAGING_HZ))
    return epochs > 0 ? [{ source, firstEpochS, epochs, firstRow }] : []
  })
}

function check(input: StagingInput, eeg: Signal[]): void {
  if (eeg.length === 0) throw new BrrrError('INVALID_ARGUMENT', 'Sleep staging needs an EEG signal; none was given.')
  for (const signal of [...eeg, input.eog, input.emg])
    if (signal && !(signal.rate_hz > MIN_RATE_HZ))
      throw new BrrrError(
        'RATE_TOO_LOW',
        `${signal.name} has ${signal.rate_hz} Hz; sleep staging needs more than ${MIN_RATE_HZ} Hz.`,
      )
  if ((input.age === undefined) !== (input.sex === undefined))
    throw new BrrrError('INVALID_ARGUMENT', 'Age and sex select a classifier together; give both or neither.')
  if (input.age !== undefined && !(input.age > 0 && input.age < 120))
    throw new BrrrError('INVALID_ARGUMENT', `Age must lie between 0 and 120 years; ${input.age} was given.`)
  if (input.sex !== undefined && input.sex !== 'male' && input.sex !== 'female')
    throw new BrrrError('INVALID_ARGUMENT', `Sex must be male or female; ${input.sex} was given.`)
}

/** The name of the classifier for these inputs, such as `eeg+eog+emg+demo`. */
export function variantName(input: Pick<StagingInput, 'eog' | 'emg' | 'age'>): YasaVariant {
  const parts = ['eeg', input.eog && 'eog', input.emg && 'emg', input.age !== undefined && 'demo']
  return parts.filter(Boolean).join('+') as YasaVariant
}

/**
 * Stages sleep as YASA does (Vallat & Walker, eLife 2021;10:e70092): the same features, smoothing and classifiers.
 * Signals must be unfiltered microvolts at more than 80 Hz. Epochs lie on a 30 s grid from the recording's start;
 * those that touch a gap, and those in which an EEG signal does not move at all, are unscored.
 * @throws BrrrError INVALID_ARGUMENT, RATE_TOO_LOW, TOO_SHORT (no whole epoch), MODEL_NOT_FOUND, ABORTED
 */
export async function stageSleep(input: StagingInput, options: RunOptions = {}): Promise<Staging> {
  const eeg = Array.isArray(input.eeg) ? input.eeg : [input.eeg]
  check(input, eeg)
  const requests: Array<{ role: Role; signal: Signal }> = [
    ...eeg.map((signal) => ({ role: 'eeg' as const, signal })),
    ...(input.eog ? [{ role: 'eog' as const, signal: input.eog }] : []),
    ...(input.emg ? [{ role: 'emg' as const, signal: input.emg }] : []),
  ]
  const rows = Math.floor(Math.min(...requests.map(({ signal }) => signalEnd(signal) + 0.5 / STAGING_HZ)) / EPOCH_S)
  const placed = requests.map(({ role, signal }) => ({
    role,
    stretches: place(signal).map((s) => ({ ...s, epochs: Math.min(s.epochs, rows - s.firstRow) })),
  }))
  if (rows < 1 || placed.some(({ stretches }) => stretches.length === 0))
    throw new BrrrError('TOO_SHORT', `Sleep staging needs at least one gap-free epoch of ${EPOCH_S} s.`)

  const variant = variantName(input)
  const model = await loadYasaVariant(variant, { id: input.model })
  const tables = await runNative(options, (addon, job) => addon.sleepFeatures(placed, rows, job))
  const eog = input.eog ? tables[eeg.length]! : null
  const emg = input.emg ? tables.at(-1)! : null
  const classifier = callNative((addon) => new addon.TreeModel(model.bytes))
  const predictions: Binding.NativePrediction[] = []
  for (let i = 0; i < eeg.length; i++) {
    const night: Binding.NativeNight = {
      eeg: tables[i]!,
      eog,
      emg,
      rows,
      age: input.age ?? null,
      male: input.sex === undefined ? null : input.sex === 'male' ? 1 : 0,
    }
    predictions.push(await runNative(options, (addon, job) => addon.sleepPredict(classifier, night, job)))
  }
  const covered = new Uint8Array(rows).fill(1)
  for (const { stretches } of placed) markGaps(stretches, rows, covered)
  const moving = new Uint8Array(rows).fill(1)
  const std = callNative((addon) => addon.sleepFeatureNames('eeg')).indexOf('std')
  for (let i = 0; i < eeg.length; i++)
    for (let row = 0; row < rows; row++) if (!(tables[i]![std * rows + row]! > FLAT_UV)) moving[row] = 0

  const probabilities = Array.from({ length: rows }, (_, row) =>
    covered[row] && moving[row] ? meanProbabilities(predictions, row) : null,
  )
  return {
    epoch_s: EPOCH_S,
    stages: probabilities.map((p) => (p ? DOCUMENT_ORDER[mostProbable(p)]! : '?')),
    probabilities,
    model: {
      id: model.id,
      variant,
      sha256: model.sha256,
      trained: model.trained,
      licence: model.licence,
      attribution: model.attribution ?? '',
    },
    features: { names: classifier.featureNames, epochs: rows, values: predictions[0]!.features },
    gap_epochs: covered.filter((c) => !c).length,
    flat_epochs: moving.filter((m, row) => !m && covered[row]).length,
  }
}

/** Below this standard deviation a filtered epoch holds nothing but rounding: far under any converter's step. */
const FLAT_UV = 1e-6

function markGaps(stretches: Binding.NativeFeatureRequest['stretches'], rows: number, covered: Uint8Array): void {
  const here = new Uint8Array(rows)
  for (const { firstRow, epochs } of stretches) here.fill(1, firstRow, firstRow + epochs)
  for (let row = 0; row < rows; row++) covered[row]! &= here[row]!
}

function meanProbabilities(predictions: Binding.NativePrediction[], row: number): StageProbabilities {
  return DOCUMENT_FROM_MODEL.map((column) => {
    let sum = 0
    for (const { probabilities } of predictions) sum += probabilities[row * 5 + column]!
    return sum / predictions.length
  }) as unknown as StageProbabilities
}

/** Index in document order; the classifier's order decides a tie, as the original's argmax does. */
function mostProbable(p: NonNullable<StageProbabilities>): number {
  let best = DOCUMENT_ORDER.indexOf(MODEL_ORDER[0])
  for (const stage of MODEL_ORDER) {
    const index = DOCUMENT_ORDER.indexOf(stage)
    if (p[index]! > p[best]!) best = index
  }
  return best
}
