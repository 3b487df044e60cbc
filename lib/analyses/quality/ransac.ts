import { type Binding, type RunOptions, runNative } from '../../native.js'
import { checkNames, type EpochData, invalid } from './epoch-data.js'
import { rowsOf } from './global-threshold.js'
import { checkPicks, type PickedEpochs, type Picks, pickEpochs, positionsOf } from './picks.js'
import { RejectLog } from './reject-log.js'
import { repairedEpochs } from './repair.js'
import { centred, headCentre } from './splines.js'
import type { Epochs } from './store.js'
import { checkCount, checkSeed, drawSeed, type MemoryOptions } from './thresholds.js'
import type { CellLabel } from './types.js'

export interface RansacOptions {
  /** Random subsets of channels. Default 50. */
  n_resample?: number
  /** Share of the channels in a subset. Default 0.25. */
  min_channels?: number
  /** A correlation with the prediction below it makes an epoch of a channel bad. Default 0.75. */
  min_corr?: number
  /** A channel with more than this share of bad epochs is bad. Default 0.4. */
  unbroken_time?: number
  /** Default 435656; null: drawn at each fit. */
  random_state?: number | null
  /** Default null: all channels that are not listed as bad. */
  picks?: Picks
}

const OPTIONS = ['n_resample', 'min_channels', 'min_corr', 'unbroken_time', 'random_state', 'picks']

interface Fitted {
  bad_chs: string[]
  bad_fraction: Record<string, number>
  corr: Float64Array[]
  ch_subsets: string[][]
  picks: string[]
}

function checkShare(name: string, value: number, least: number): number {
  if (!(value >= least && value <= 1)) throw invalid(`${name} is a number from ${least} to 1; got ${value}.`)
  return value
}

/**
 * Finds channels that the others do not predict (Bigdely-Shamlo et al. 2015, as in Python's autoreject) and repairs
 * them. A flat channel correlates with nothing and is not found.
 */
export class Ransac {
  readonly n_resample: number
  readonly min_channels: number
  readonly min_corr: number
  readonly unbroken_time: number
  readonly random_state: number | null
  readonly picks: Picks
  #fitted: Fitted | null = null

  /** @throws BrrrError INVALID_ARGUMENT */
  constructor(options: RansacOptions = {}) {
    checkNames('Ransac', options, OPTIONS)
    const { random_state = 435656, picks = null } = options
    this.n_resample = checkCount('n_resample', options.n_resample ?? 50, 1, 100_000)
    this.min_channels = checkShare('min_channels', options.min_channels ?? 0.25, 0)
    this.min_corr = checkShare('min_corr', options.min_corr ?? 0.75, -1)
    this.unbroken_time = checkShare('unbroken_time', options.unbroken_time ?? 0.4, 0)
    this.random_state = checkSeed(random_state)
    this.picks = checkPicks(picks) && [...picks!]
  }

  /** Channels that were found bad. These four throw INVALID_ARGUMENT before a fit. */
  get bad_chs_(): readonly string[] {
    return this.#fit.bad_chs
  }
  /** Share of bad epochs of each channel. */
  get bad_fraction_(): Readonly<Record<string, number>> {
    return this.#fit.bad_fraction
  }
  /** [epoch][channel]: correlation with the median prediction; NaN where samples or prediction are all zero. */
  get corr_(): readonly Float64Array[] {
    return this.#fit.corr
  }
  /** Channels of each subset in drawing order. */
  get ch_subsets_(): readonly (readonly string[])[] {
    return this.#fit.ch_subsets
  }

  get #fit(): Fitted {
    if (!this.#fitted) throw invalid('This Ransac is not fitted yet; call fit first.')
    return this.#fitted
  }

  /** @throws BrrrError INVALID_ARGUMENT (also for samples that are not finite, missing positions, empty subsets), ABORTED */
  async fit(epochs: EpochData | Epochs, options: RunOptions = {}): Promise<this> {
    const picked = pickEpochs(epochs, this.picks)
    const positions = positionsOf(epochs, picked.picks)
    const settings = {
      nResample: this.n_resample,
      minChannels: this.min_channels,
      minCorr: this.min_corr,
      unbrokenTime: this.unbroken_time,
      seed: drawSeed(this.random_state),
    }
    const found = await runNative(options, (addon, job) => addon.ransac(picked.native, positions, settings, job))
    this.#fitted = named(picked, found, this.n_resample)
    return this
  }

  /**
   * A copy of the epochs in which the bad channels are interpolated from the others, the head's centre subtracted from the
   * positions, as MNE-Python does it.
   * @throws BrrrError INVALID_ARGUMENT, MEMORY_BUDGET, ABORTED
   */
  async transform(epochs: EpochData, options: RunOptions & MemoryOptions = {}): Promise<EpochData> {
    const { bad_chs, picks } = this.#fit
    const picked = pickEpochs(epochs, picks)
    if (bad_chs.length === picks.length) throw invalid('All channels are bad: there is none to interpolate from.')
    const row = picked.channels.map(
      (name): CellLabel => (!picks.includes(name) ? null : bad_chs.includes(name) ? 2 : 0),
    )
    const log = new RejectLog({
      labels: Array.from({ length: picked.epochs }, () => row),
      bad_epochs: Array.from({ length: picked.epochs }, () => false),
      ch_names: [...picked.channels],
    })
    return repairedEpochs(epochs, picked, log, options, (positions) => centred(positions, headCentre(positions)))
  }

  async fitTransform(epochs: EpochData, options: RunOptions & MemoryOptions = {}): Promise<EpochData> {
    await this.fit(epochs, options)
    return this.transform(epochs, options)
  }
}

function named(
  { channels, picks }: PickedEpochs,
  found: Awaited<ReturnType<typeof Binding.ransac>>,
  n_resample: number,
): Fitted {
  const names = picks.map((index) => channels[index]!)
  const size = found.subsets.length / n_resample
  return {
    picks: names,
    bad_chs: names.filter((_, i) => found.bad[i] === 1),
    bad_fraction: Object.fromEntries(names.map((name, i) => [name, found.badFraction[i]!])),
    corr: rowsOf(found.correlations, names.length),
    ch_subsets: Array.from({ length: n_resample }, (_, s) =>
      Array.from(found.subsets.subarray(s * size, (s + 1) * size), (i) => names[i]!),
    ),
  }
}
