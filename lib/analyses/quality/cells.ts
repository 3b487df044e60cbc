import { type RunOptions, runNative } from '../../native.js'
import type { Epochs } from './store.js'

/**
 * What each channel was like in each epoch, without any judgement. Tables of channels x epochs lie channel by channel:
 * index channel * epochs + epoch.
 */
export interface CellTables {
  channels: readonly string[]
  epochs: number
  /** Of each epoch, in seconds from the recording's start. */
  start_s: ArrayLike<number>
  length_s: number
  /** Rate of the samples that were measured, and the rate at which each channel was recorded. */
  rate_hz: number
  recorded_rate_hz: ArrayLike<number>
  ptp_uv: Float64Array
  variance_uv2: Float64Array
  /** Variance of a calm second of the cell: the lower median over its seconds, so that a blink does not count. */
  calm_variance_uv2: Float64Array
  /** Share of the seconds that are flat, before or after the high-pass. */
  flat_share: Float32Array
  /** Share of the samples in runs at a rail, as recorded. */
  clipped_share: Float32Array
  /** For 50 and 60 Hz: share of the power from 1 Hz on at that frequency and its harmonics (NaN where the rate can't show it), and where it peaks. */
  mains: ReadonlyArray<{ base_hz: number; share: Float32Array; peak_hz: Float32Array }>
  /** Share of the power from 1 Hz on that lies below 12 Hz. */
  slow_share: Float32Array
  /** Pairs of channels that are alike in at least one epoch. */
  pairs: AlikePair[]
}

export interface AlikePair {
  channels: [number, number]
  /** One per epoch: 1 alike, 0 not, 255 a channel is dead there. */
  alike: Uint8Array
  /** Root mean square of their difference where they are alike. */
  difference_uv: number
}

export interface MeasureOptions extends RunOptions {
  /** Peak-to-peak below which a second is flat; default 0.5, as the epochs were loaded with. */
  flat_uv?: number | undefined
  /**
   * Variance of the difference of two channels, as a share of that of a typical pair, below which they are alike; default
   * 0.02.
   */
  bridge_distance?: number | undefined
}

/**
 * Measures all cells (a channel in an epoch) and all pairs of channels: what findings are decided from.
 * @throws BrrrError CLOSED, ABORTED
 */
export async function measureCells(epochs: Epochs, options: MeasureOptions = {}): Promise<CellTables> {
  const { flat_uv = 0.5, bridge_distance = 0.02 } = options
  const [cells, pairs] = await Promise.all([
    runNative(options, (addon, job) => addon.measureCells(epochs.handle, { flatUv: flat_uv }, job)),
    runNative(options, (addon, job) => addon.alikePairs(epochs.handle, { distance: bridge_distance }, job)),
  ])
  const n = epochs.epochs
  return {
    channels: epochs.channels,
    epochs: n,
    start_s: epochs.start_s,
    length_s: epochs.length_s,
    rate_hz: epochs.rate_hz,
    recorded_rate_hz: cells.recordedRateHz,
    ptp_uv: cells.ptpUv,
    variance_uv2: cells.varianceUv2,
    calm_variance_uv2: cells.calmVarianceUv2,
    flat_share: cells.flatShare,
    clipped_share: cells.clippedShare,
    mains: [
      { base_hz: 50, share: cells.mains50Share, peak_hz: cells.mains50Hz },
      { base_hz: 60, share: cells.mains60Share, peak_hz: cells.mains60Hz },
    ],
    slow_share: cells.slowShare,
    pairs: Array.from(pairs.differenceUv, (difference_uv, i) => ({
      channels: [pairs.channels[2 * i]!, pairs.channels[2 * i + 1]!],
      alike: pairs.alike.subarray(i * n, (i + 1) * n),
      difference_uv,
    })),
  }
}
