import { randomInt } from 'node:crypto'
import { type Binding, callNative, type RunOptions, runNative } from '../../native.js'
import { type EpochData, invalid } from './epoch-data.js'
import { type PickedEpochs, type Picks, pickEpochs, positionsOf } from './picks.js'
import type { Epochs } from './store.js'

/** How a channel's threshold is searched for. */
export type ThresholdMethod = Binding.NativeThresholdMethod

export const TOO_LARGE = 'The samples are too large for any threshold to be judged: they should be volts.'

const SPLITS = 10
const TEST_SHARE = 0.2

export const METHODS: readonly ThresholdMethod[] = ['bayesian_optimization', 'random_search']

/** Limits of a computation beside those of every long one. */
export interface MemoryOptions {
  /** Refuse (MEMORY_BUDGET) before taking more memory than this beside the epochs; default no limit. */
  maxBytes?: number | undefined
}

export function checkMethod(method: ThresholdMethod): ThresholdMethod {
  if (!METHODS.includes(method)) throw invalid(`A threshold method is one of ${METHODS.join(', ')}; got ${method}.`)
  return method
}

/** A seed as numpy's RandomState takes it, or null. */
export function checkSeed(seed: number | null): number | null {
  if (seed !== null && !(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32))
    throw invalid(`random_state is null or an integer from 0 to 4294967295; got ${seed}.`)
  return seed
}

export const drawSeed = (seed: number | null): number => seed ?? randomInt(2 ** 32)

export function checkBytes({ maxBytes = 0 }: MemoryOptions): number {
  if (!(maxBytes >= 0)) throw invalid(`maxBytes is a number of bytes; got ${maxBytes}.`)
  return maxBytes
}

export function checkCount(name: string, value: number, least: number, most: number = Number.MAX_SAFE_INTEGER): number {
  if (!Number.isInteger(value) || value < least || value > most)
    throw invalid(
      `${name} is an integer of at least ${least}${most < 2 ** 53 - 1 ? ` and at most ${most}` : ''}; got ${value}.`,
    )
  return value
}

export interface ThresholdOptions extends RunOptions, MemoryOptions {
  /** Default bayesian_optimization. */
  method?: ThresholdMethod
  /** Default null: drawn anew. */
  random_state?: number | null
  /** Predict each channel from the others and let the predictions vote too; needs positions. Default true. */
  augment?: boolean
  picks?: Picks
}

/**
 * The peak-to-peak threshold of each channel in volts, by cross-validation (Jas et al. 2017).
 * @throws BrrrError INVALID_ARGUMENT, MEMORY_BUDGET, ABORTED
 */
export async function computeThresholds(
  epochs: EpochData | Epochs,
  options: ThresholdOptions = {},
): Promise<Record<string, number>> {
  const { method = 'bayesian_optimization', random_state = null, augment = true, picks = null } = options
  const picked = pickEpochs(epochs, picks)
  const positions = augment ? positionsOf(epochs, picked.picks) : null
  if (augment && picked.picks.length < 2)
    throw invalid('A channel is predicted from others, and there is only one. Pass augment: false.')
  if (picked.epochs < 2) throw invalid('Cross-validation needs at least 2 epochs; got 1.')
  const settings = {
    method: checkMethod(method),
    seed: drawSeed(checkSeed(random_state)),
    maxBytes: checkBytes(options),
  }
  const found = await runNative(options, (addon, job) =>
    addon.autorejectThresholds(picked.native, positions, settings, job),
  )
  return namedThresholds(picked, found)
}

/** Thresholds by channel. */
export function namedThresholds({ channels, picks }: PickedEpochs, found: Float64Array): Record<string, number> {
  if (!found.every(Number.isFinite)) throw invalid(TOO_LARGE)
  return Object.fromEntries(picks.map((index, i) => [channels[index]!, found[i]!]))
}

/**
 * The splits by which thresholds are judged, those of scikit-learn's StratifiedShuffleSplit: test rows of each, ascending.
 * Rows are the epochs, then the prediction of each; all other rows train.
 * @throws BrrrError INVALID_ARGUMENT
 */
export function thresholdSplits(epochs: number, random_state: number): number[][] {
  checkCount('epochs', epochs, 2)
  const seed = drawSeed(checkSeed(random_state))
  const splits = callNative((addon) => addon.stratifiedSplits([epochs, epochs], SPLITS, TEST_SHARE, seed))
  return splits.map((rows) => [...rows])
}
