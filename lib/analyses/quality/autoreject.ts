import { BrrrError } from '../../errors.js'
import { type Binding, type RunOptions, runNative } from '../../native.js'
import { type AutoRejectState, parseState, writeState } from './autoreject-state.js'
import { checkNames, type EpochData, invalid } from './epoch-data.js'
import { checkFolds } from './global-threshold.js'
import { readJson, writeJson } from './json-file.js'
import { checkPicks, type PickedEpochs, type Picks, pickEpochs, positionsOf } from './picks.js'
import { RejectLog } from './reject-log.js'
import { repairedEpochs } from './repair.js'
import type { Epochs } from './store.js'
import {
  checkBytes,
  checkCount,
  checkMethod,
  checkSeed,
  drawSeed,
  type MemoryOptions,
  namedThresholds,
  type ThresholdMethod,
} from './thresholds.js'
import type { CellLabel } from './types.js'

/** Fewest channels for the default candidates of n_interpolate. */
const FEWEST_CHANNELS = 4
const MOST_INTERPOLATED = 32
/** numpy.linspace(0, 1, 11), with its roundings: they decide on which side of kappa a count of channels falls. */
export const DEFAULT_CONSENSUS: readonly number[] = Array.from({ length: 11 }, (_, i) => i * 0.1)

export interface AutoRejectOptions {
  /** Candidates for the number of channels that may be repaired in an epoch. Default null: [1, 4, min(channels - 1, 32)]. */
  n_interpolate?: readonly number[] | null
  /** Candidates for the share of bad channels from which on an epoch is bad. Default 0, 0.1, ... 1. */
  consensus?: readonly number[] | null
  /** Folds of the cross-validation of both, consecutive epochs. Default 10. */
  cv?: number
  /** Default bayesian_optimization. */
  thresh_method?: ThresholdMethod
  /** The same seed gives the same result, that of Python's autoreject. Default null: drawn at each fit. */
  random_state?: number | null
  /** Default null: all channels that are not listed as bad. */
  picks?: Picks
}

export type AutoRejectFitOptions = RunOptions & MemoryOptions

export interface AutoRejectTransformOptions extends RunOptions, MemoryOptions {
  /** Also give the log. */
  return_log?: boolean
  /** Repair and reject by this log, and not by the one of getRejectLog. */
  reject_log?: RejectLog | null
}

function candidates(
  name: string,
  values: readonly number[],
  valid: (value: number) => boolean,
  what: string,
): number[] {
  if (!Array.isArray(values) || values.length === 0 || !values.every((value) => valid(value)))
    throw invalid(`${name} needs at least one candidate, ${what}; got [${values}].`)
  return [...values]
}

/**
 * Finds bad cells (a channel in an epoch), repairs those it can from the other channels, and rejects epochs with too many
 * (Jas et al., NeuroImage 159, 2017). Decisions are those of Python's autoreject for the same seed. EEG only: epochs x
 * channels x samples in volts, and a position of each channel, given or known by its name.
 */
export class AutoReject {
  readonly n_interpolate: readonly number[] | null
  readonly consensus: readonly number[]
  readonly cv: number
  readonly thresh_method: ThresholdMethod
  readonly random_state: number | null
  readonly picks: Picks
  #fitted: AutoRejectState['fitted'] = null

  /** @throws BrrrError INVALID_ARGUMENT */
  constructor(options: AutoRejectOptions = {}) {
    checkNames('AutoReject', options, ['n_interpolate', 'consensus', 'cv', 'thresh_method', 'random_state', 'picks'])
    const { n_interpolate = null, consensus = null, cv = 10, picks = null } = options
    const whole = (value: number) => Number.isInteger(value) && value >= 0 && value < 2 ** 31
    const share = (value: number) => value >= 0 && value <= 1
    this.n_interpolate = n_interpolate && candidates('n_interpolate', n_interpolate, whole, 'integers of at least 0')
    this.consensus = candidates('consensus', consensus ?? DEFAULT_CONSENSUS, share, 'shares from 0 to 1')
    this.cv = checkCount('cv', cv, 2)
    this.thresh_method = checkMethod(options.thresh_method ?? 'bayesian_optimization')
    this.random_state = checkSeed(options.random_state ?? null)
    this.picks = checkPicks(picks) && [...picks!]
  }

  /** Peak-to-peak threshold of each channel, volts. These five throw INVALID_ARGUMENT before a fit. */
  get threshes_(): Record<string, number> {
    return this.#fit.threshes
  }
  /** The chosen candidate. */
  get consensus_(): { eeg: number } {
    return { eeg: this.#fit.consensus }
  }
  get n_interpolate_(): { eeg: number } {
    return { eeg: this.#fit.n_interpolate }
  }
  /** [consensus][n_interpolate][fold], volts; Infinity where a pair is not possible or leaves no epoch to train on. */
  get loss_(): { eeg: number[][][] } {
    return { eeg: this.#fit.loss }
  }
  /** The seed of the fit: random_state, or the one that was drawn. */
  get random_state_(): number {
    return this.#fit.random_state
  }

  get #fit(): NonNullable<AutoRejectState['fitted']> {
    if (!this.#fitted) throw invalid('This AutoReject is not fitted yet; call fit first.')
    return this.#fitted
  }

  /**
   * @throws BrrrError INVALID_ARGUMENT (also for fewer epochs than folds, samples that are not finite, missing positions),
   *   MEMORY_BUDGET, ABORTED
   */
  async fit(epochs: EpochData | Epochs, options: AutoRejectFitOptions = {}): Promise<this> {
    await this.#fitTo(epochs, options)
    return this
  }

  /** A fit and getRejectLog of the same epochs, in less time. @throws BrrrError as fit */
  async fitRejectLog(epochs: EpochData | Epochs, options: AutoRejectFitOptions = {}): Promise<RejectLog> {
    const { picked, log } = await this.#fitTo(epochs, options)
    return rejectLog(picked, log)
  }

  async #fitTo(
    epochs: EpochData | Epochs,
    options: AutoRejectFitOptions,
  ): Promise<{ picked: PickedEpochs; log: Binding.NativeRejectLog }> {
    const picked = pickEpochs(epochs, this.picks)
    checkFolds(this.cv, picked.epochs)
    const n_interpolate = this.#interpolations(picked.picks.length)
    const positions = positionsOf(epochs, picked.picks)
    const random_state = drawSeed(this.random_state)
    const settings: Binding.NativeAutoRejectOptions = {
      consensus: this.consensus,
      nInterpolate: n_interpolate,
      folds: this.cv,
      method: this.thresh_method,
      seed: random_state,
      maxBytes: checkBytes(options),
    }
    const found = await runNative(options, (addon, job) => addon.autorejectFit(picked.native, positions, settings, job))
    this.#fitted = {
      threshes: namedThresholds(picked, found.thresholds),
      consensus: found.consensus,
      n_interpolate: found.nInterpolate,
      loss: cube(found.loss, this.consensus.length, n_interpolate.length, this.cv),
      random_state,
    }
    return { picked, log: found.log }
  }

  #interpolations(channels: number): readonly number[] {
    if (channels < 2) throw invalid('AutoReject repairs channels from others, and there is only one.')
    if (this.n_interpolate) return this.n_interpolate
    if (channels < FEWEST_CHANNELS)
      throw invalid(
        `The default n_interpolate needs at least ${FEWEST_CHANNELS} channels; got ${channels}. Pass n_interpolate.`,
      )
    return [1, 4, Math.min(channels - 1, MOST_INTERPOLATED)]
  }

  /** Epochs may be others than those of the fit, with the same channels. @throws BrrrError INVALID_ARGUMENT, ABORTED */
  async getRejectLog(epochs: EpochData | Epochs, options: RunOptions = {}): Promise<RejectLog> {
    const { threshes, consensus, n_interpolate } = this.#fit
    const picked = pickEpochs(epochs, Object.keys(threshes))
    const thresholds = Float64Array.from(picked.picks, (index) => threshes[picked.channels[index]!]!)
    const found = await runNative(options, (addon, job) =>
      addon.autorejectLog(picked.native, thresholds, consensus, n_interpolate, job),
    )
    return rejectLog(picked, found)
  }

  /**
   * Copies of the epochs that are not bad, with their cells of label 2 repaired; `selection` tells which they are.
   * @throws BrrrError INVALID_ARGUMENT, MEMORY_BUDGET, ABORTED
   */
  transform(epochs: EpochData, options?: AutoRejectTransformOptions & { return_log?: false }): Promise<EpochData>
  transform(
    epochs: EpochData,
    options: AutoRejectTransformOptions & { return_log: true },
  ): Promise<[EpochData, RejectLog]>
  transform(epochs: EpochData, options?: AutoRejectTransformOptions): Promise<EpochData | [EpochData, RejectLog]>
  async transform(
    epochs: EpochData,
    options: AutoRejectTransformOptions = {},
  ): Promise<EpochData | [EpochData, RejectLog]> {
    const picked = pickEpochs(epochs, Object.keys(this.#fit.threshes))
    const log = options.reject_log ?? (await this.getRejectLog(epochs, options))
    const kept = await repairedEpochs(epochs, picked, log, options)
    return options.return_log ? [kept, log] : kept
  }

  fitTransform(epochs: EpochData, options?: AutoRejectTransformOptions & { return_log?: false }): Promise<EpochData>
  fitTransform(
    epochs: EpochData,
    options: AutoRejectTransformOptions & { return_log: true },
  ): Promise<[EpochData, RejectLog]>
  async fitTransform(
    epochs: EpochData,
    options: AutoRejectTransformOptions = {},
  ): Promise<EpochData | [EpochData, RejectLog]> {
    const log = await this.fitRejectLog(epochs, options)
    return this.transform(epochs, { ...options, reject_log: options.reject_log ?? log })
  }

  toJSON(): unknown {
    const { n_interpolate, consensus, cv, thresh_method, random_state, picks } = this
    return writeState({
      params: { n_interpolate, consensus, cv, thresh_method, random_state, picks },
      fitted: this.#fitted,
    })
  }

  /** @throws BrrrError MODEL_INVALID where the value is no AutoReject of this version */
  static fromJSON(value: unknown): AutoReject {
    const { params, fitted } = parseState(value)
    try {
      const autoreject = new AutoReject(params)
      autoreject.#fitted = fitted
      return autoreject
    } catch (cause) {
      throw new BrrrError('MODEL_INVALID', (cause as Error).message, { cause })
    }
  }

  /** Writes it as JSON. @throws BrrrError WRITE_FAILED */
  async save(path: string): Promise<void> {
    await writeJson(path, this)
  }

  /** @throws BrrrError FILE_NOT_FOUND, FILE_UNREADABLE, MODEL_INVALID */
  static async load(path: string): Promise<AutoReject> {
    return AutoReject.fromJSON(await readJson(path))
  }
}

function rejectLog(picked: PickedEpochs, { labels, badEpochs }: Binding.NativeRejectLog): RejectLog {
  return new RejectLog({
    labels: labelRows(picked, labels),
    bad_epochs: Array.from(badEpochs, (bad) => bad === 1),
    ch_names: [...picked.channels],
  })
}

/** Labels of the picks, spread over all channels. */
function labelRows({ epochs, channels, picks }: PickedEpochs, labels: Uint8Array): CellLabel[][] {
  return Array.from({ length: epochs }, (_, e) => {
    const row = new Array<CellLabel>(channels.length).fill(null)
    for (let i = 0; i < picks.length; i++) row[picks[i]!] = labels[e * picks.length + i] as CellLabel
    return row
  })
}

const cube = (values: Float64Array, rows: number, columns: number, depth: number): number[][][] =>
  Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_, j) => {
      const start = (i * columns + j) * depth
      return [...values.subarray(start, start + depth)]
    }),
  )
