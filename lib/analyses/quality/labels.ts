/** Labels of all cells: by AutoReject where there are electrodes enough, else by amplitude. */
import { setImmediate } from 'node:timers/promises'
import { type RunOptions, runNative } from '../../native.js'
import type { Repair } from './analysis.js'
import { AutoReject } from './autoreject.js'
import type { CellTables } from './cells.js'
import { median, valuesOf } from './finding-rules.js'
import { BAD_CHANNEL_SHARE } from './grade.js'
import { positionsOf } from './picks.js'
import type { Epochs } from './store.js'
import type { ThresholdMethod } from './thresholds.js'
import type { CellLabel } from './types.js'

/** Fewer channels cannot be predicted from each other; fewer epochs than folds cannot be cross-validated. */
export const FEWEST_CHANNELS = 4
export const FOLDS = 10

/** numpy's arange(.1, 1.01, .1). The doubles count: 0.30000000000000004 * 20 is more than 6 channels. */
const CONSENSUS = [0.1, 0.2, 0.30000000000000004, 0.4, 0.5, 0.6, 0.7000000000000001, 0.8, 0.9, 1.0]
const N_INTERPOLATE = [1, 4, 8]

export interface LabelOptions {
  /** Candidates for the share of bad channels from which on an epoch is rejected. */
  consensus?: readonly number[] | undefined
  /** Candidates for the number of channels that may be repaired in an epoch. */
  n_interpolate?: readonly number[] | undefined
  thresh_method?: ThresholdMethod | undefined
  /** Of the cross-validation; default 42. */
  seed?: number | undefined
  /** Refuse (MEMORY_BUDGET) before taking more memory than this, the samples' included; default no limit. */
  maxBytes?: number | undefined
}

export interface AmplitudeLimits {
  /** A cell with more peak-to-peak is bad, */
  amplitude_uv: number
  /** and an epoch is rejected if at least this share of the channels is bad that are not so in most of the epochs. */
  amplitude_channel_share: number
}

export const AMPLITUDE_LIMITS: Readonly<AmplitudeLimits> = { amplitude_uv: 250, amplitude_channel_share: 0.5 }

export interface Labelling {
  method: 'autoreject' | 'amplitude'
  /** epochs x channels. */
  labels: CellLabel[]
  /** Of each epoch. */
  rejected: boolean[]
  thresholds_uv: Record<string, number>
  consensus: number | null
  n_interpolate: number | null
  seed: number | null
  /** Only of cells labelled 2. */
  repair: Repair
  /** Channels that labels alone do not make bad: what they reach is what the others reach. */
  ordinary: ReadonlySet<string>
}

/** AutoReject on some channels alone, all of which have a position. @throws BrrrError MEMORY_BUDGET, INVALID_ARGUMENT, ABORTED */
export async function labelByAutoReject(
  epochs: Epochs,
  picks: readonly number[],
  ordinary: ReadonlySet<string>,
  { signal, onProgress, ...options }: LabelOptions & RunOptions,
): Promise<Labelling> {
  const { seed = 42, consensus = CONSENSUS, n_interpolate = N_INTERPOLATE, maxBytes } = options
  const autoreject = new AutoReject({
    consensus,
    // At least one channel must stay to repair from.
    n_interpolate: n_interpolate.filter((repaired) => repaired < picks.length),
    cv: FOLDS,
    ...(options.thresh_method && { thresh_method: options.thresh_method }),
    random_state: seed,
    picks,
  })
  const log = await autoreject.fitRejectLog(epochs, { signal, onProgress, maxBytes })
  await setImmediate()
  return {
    method: 'autoreject',
    labels: rowsInOne(log.labels),
    rejected: log.bad_epochs,
    thresholds_uv: Object.fromEntries(Object.entries(autoreject.threshes_).map(([name, volts]) => [name, volts * 1e6])),
    consensus: autoreject.consensus_.eeg,
    n_interpolate: autoreject.n_interpolate_.eeg,
    seed,
    repair: repairFrom(epochs, picks, log.labels),
    ordinary,
  }
}

/** Those of some channels whose peak-to-peak, the median over the epochs, is below `ratio` times that of the median one. */
export function ordinaryChannels(tables: CellTables, picks: readonly number[], ratio: number): Set<string> {
  const levels = picks.map((channel) => median(valuesOf(tables.ptp_uv, tables, channel)))
  const most = ratio * median(levels)
  return new Set(picks.filter((_, i) => levels[i]! < most).map((channel) => tables.channels[channel]!))
}

/** As flat() does it, which takes ten times as long. */
function rowsInOne<T>(rows: readonly T[][]): T[] {
  const all: T[] = []
  for (const row of rows) for (const value of row) all.push(value)
  return all
}

/** One row of characters for each epoch: 0, 1, 2, or - where the channel was left out. */
export function labelText(labels: readonly CellLabel[], channels: number): string[] {
  const text = Buffer.alloc(labels.length, '-')
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!
    if (label !== null) text[i] = 48 + label
  }
  return Array.from({ length: labels.length / channels }, (_, epoch) =>
    text.toString('latin1', epoch * channels, (epoch + 1) * channels),
  )
}

function repairFrom(epochs: Epochs, picks: readonly number[], labels: readonly CellLabel[][]): Repair {
  const positions = positionsOf(epochs, picks)
  const picked = new Uint8Array(labels.length * picks.length)
  let next = 0
  for (const row of labels) for (const channel of picks) picked[next++] = row[channel] ?? 0
  return async (cells, run) => {
    const out = new Float32Array(cells.length * epochs.samples)
    const pairs = cells.flatMap(({ epoch, channel }) => [epoch, picks.indexOf(channel)])
    await runNative(run, (addon, job) =>
      addon.autorejectRepairCells({ store: epochs.handle, picks }, positions, picked, pairs, out, job),
    )
    return out
  }
}

/** One amplitude for all, where AutoReject has too little to go by. Nothing is repaired. */
export function labelByAmplitude(
  epochs: Epochs,
  picks: readonly number[],
  { ptp_uv }: CellTables,
  limits: AmplitudeLimits,
): Labelling {
  const isBad = (epoch: number, channel: number) => ptp_uv[channel * epochs.epochs + epoch]! > limits.amplitude_uv
  const picked = new Set(picks)
  const numbers = Array.from({ length: epochs.epochs }, (_, epoch) => epoch)
  const mostlyBad = (channel: number) =>
    numbers.filter((epoch) => isBad(epoch, channel)).length > BAD_CHANNEL_SHARE * epochs.epochs
  // A channel that is bad throughout says nothing of an epoch.
  const telling = picks.some((channel) => !mostlyBad(channel)) ? picks.filter((channel) => !mostlyBad(channel)) : picks
  const labels: CellLabel[] = []
  const rejected: boolean[] = []
  for (let epoch = 0; epoch < epochs.epochs; epoch++) {
    for (const channel of epochs.channels.keys())
      labels.push(picked.has(channel) ? (isBad(epoch, channel) ? 1 : 0) : null)
    const bad = telling.filter((channel) => isBad(epoch, channel)).length
    rejected.push(bad > 0 && bad >= limits.amplitude_channel_share * telling.length)
  }
  return {
    method: 'amplitude',
    labels,
    rejected,
    thresholds_uv: {},
    consensus: null,
    n_interpolate: null,
    seed: null,
    repair: async () => new Float32Array(0),
    ordinary: new Set(),
  }
}
