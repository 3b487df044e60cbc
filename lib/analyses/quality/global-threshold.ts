import { type RunOptions, runNative } from '../../native.js'
import { type EpochData, invalid } from './epoch-data.js'
import { pickEpochs } from './picks.js'
import type { Epochs } from './store.js'
import { checkCount, TOO_LARGE } from './thresholds.js'

/** Folds of the global rule. */
const FOLDS = 5

export interface RejectionThresholdOptions extends RunOptions {
  /** Use every n-th sample. Default 1. */
  decim?: number
  /** Folds of the cross-validation, consecutive epochs. Default 5. */
  cv?: number
}

/**
 * One peak-to-peak threshold in volts for all channels: an epoch in which any channel exceeds it is to be rejected. By
 * cross-validation, the global rule of Jas et al. (NeuroImage 159, 2017, sec. 2.1), as in Python's autoreject.
 * @throws BrrrError INVALID_ARGUMENT, ABORTED
 */
export async function getRejectionThreshold(
  epochs: EpochData | Epochs,
  options: RejectionThresholdOptions = {},
): Promise<{ eeg: number }> {
  const picked = pickEpochs(epochs)
  const decim = checkCount('decim', options.decim ?? 1, 1, picked.samples)
  const cv = checkFolds(options.cv ?? FOLDS, picked.epochs)
  const eeg = await runNative(options, (addon, job) => addon.globalThreshold(picked.native, decim, cv, job))
  if (!Number.isFinite(eeg)) throw invalid(TOO_LARGE)
  return { eeg }
}

export interface ValidationCurveOptions extends RunOptions {
  /** Thresholds in volts. Default: 15 at equal steps from the smallest to the largest peak-to-peak value. */
  param_range?: readonly number[] | null
  /** Folds of the cross-validation, consecutive epochs. Default 5. */
  cv?: number
}

/** Scores are negative distances in volts: the higher the better, -Infinity where no epoch is kept. */
export interface ValidationCurve {
  /** [threshold][fold] */
  train_scores: Float64Array[]
  test_scores: Float64Array[]
  param_range: Float64Array
}

/**
 * How well epochs kept by each global threshold predict the others.
 * @throws BrrrError INVALID_ARGUMENT, ABORTED
 */
export async function validationCurve(
  epochs: EpochData | Epochs,
  options: ValidationCurveOptions = {},
): Promise<ValidationCurve> {
  const { param_range = null } = options
  const picked = pickEpochs(epochs)
  const cv = checkFolds(options.cv ?? FOLDS, picked.epochs)
  if (param_range && !(param_range.length > 0 && param_range.every(Number.isFinite)))
    throw invalid('param_range needs at least one threshold, all of them numbers of volts.')
  const curve = await runNative(options, (addon, job) =>
    addon.validationCurve(picked.native, [...(param_range ?? [])], cv, job),
  )
  return {
    train_scores: rowsOf(curve.trainScores, cv),
    test_scores: rowsOf(curve.testScores, cv),
    param_range: curve.thresholds,
  }
}

export function checkFolds(cv: number, epochs: number): number {
  checkCount('cv', cv, 2)
  if (epochs < cv)
    throw invalid(`Cross-validation in ${cv} folds needs at least ${cv} epochs; got ${epochs}. Lower cv.`)
  return cv
}

/** Views of the rows of a matrix. */
export const rowsOf = (values: Float64Array, width: number): Float64Array[] =>
  Array.from({ length: values.length / width }, (_, i) => values.subarray(i * width, (i + 1) * width))
