/** One rule for each kind of finding: from tables of measures to the cells that it covers. Nothing here reads samples. */
import type { CellTables } from './cells.js'

export interface FindingLimits {
  /** A second with less peak-to-peak is flat. (The tables were measured with it.) */
  flat_uv: number
  /** A cell is flat if more than this share of its seconds is, */
  flat_second_share: number
  /** or if its peak-to-peak is below this share of the median channel's in that epoch (of at least four channels). */
  flat_relative: number
  /** A channel is flat if this share of its cells is. */
  flat_epoch_share: number
  /** The finding of a channel that is flat in fewer of its cells is `disconnected`, with the spans, and not `flat`. */
  disconnected_epoch_share: number
  /** Share of the power from 1 Hz on above which mains dominates a cell. */
  mains_power_share: number
  /** Share of its cells above which mains dominates a channel. */
  mains_epoch_share: number
  /**
   * Robust z over the channels of the median over epochs of log variance above which a channel is noisy: the classical
   * rule (as in the PREP pipeline, Bigdely-Shamlo et al. 2015), which alone calls a frontal channel full of blinks noisy,
   * and any channel of a recording whose channels are all very alike. Two guards stand against that; 0 switches each off.
   */
  noisy_z: number
  /** Guard: the channel's calm seconds must stand out as well, by this z. */
  noisy_calm_z: number
  /** Guard: the least spread of log variance over channels that z is taken against. */
  noisy_least_spread: number
  /** z of log variance above which a cell of a noisy channel is covered by the finding. */
  noisy_cell_z: number
  /** Variance of the difference, as a share of that of a typical pair, below which two channels are alike. */
  bridged_distance: number
  /** Share of the epochs from which on two channels that are alike are bridged. */
  bridged_epoch_share: number
  /** Share of its samples at a rail above which a cell is clipped. */
  clipped_sample_share: number
  /** A channel whose standard deviation is outside these may be in another unit. */
  units_least_uv: number
  units_most_uv: number
  /**
   * A channel that AutoReject labels in most epochs is bad if its peak-to-peak, the median over the epochs, is at least so
   * many times that of the median channel: thresholds found by cross-validation can lie below all that an ordinary channel does.
   */
  autoreject_relative_ptp: number
}

export const DEFAULT_LIMITS: Readonly<FindingLimits> = {
  flat_uv: 0.5,
  flat_second_share: 0.5,
  flat_relative: 0.1,
  flat_epoch_share: 0.2,
  disconnected_epoch_share: 0.9,
  mains_power_share: 0.5,
  mains_epoch_share: 0.5,
  noisy_z: 5,
  noisy_calm_z: 3.5,
  noisy_cell_z: 2.5,
  noisy_least_spread: 0.35,
  bridged_distance: 0.02,
  bridged_epoch_share: 0.5,
  clipped_sample_share: 0.01,
  units_least_uv: 0.5,
  units_most_uv: 2000,
  autoreject_relative_ptp: 2,
}

/** With fewer channels, none can stand out from the others: as noisy (of those that are not flat), or as flat beside them. */
export const FEWEST_TO_COMPARE = 4
/** To either side of a mains frequency: what must be below half the rate. */
const MAINS_WIDTH_HZ = 1
/** Makes the median absolute deviation an estimate of the standard deviation of normal values. */
const NORMAL_MAD = 1.4826

/** A mask of channels x epochs, channel by channel, as the tables are. */
export type Mask = Uint8Array

/** NaN for no values. */
export function median(values: ArrayLike<number>): number {
  const [low, high] = middleOf(new Float64Array(values))
  return (low + high) / 2
}

/** The middle two values, of an odd number twice the middle one; NaN for none. It reorders them. */
function middleOf(values: Float64Array): [low: number, high: number] {
  const upper = values.length >> 1
  if (values.length === 0) return [Number.NaN, Number.NaN]
  const high = select(values, upper)
  if (values.length % 2 === 1) return [high, high]
  let low = Number.NEGATIVE_INFINITY
  for (let i = 0; i < upper; i++) low = Math.max(low, values[i]!)
  return [low, high]
}

/** The value that sorting would put at `rank`; smaller ones end before it. Hoare's selection. */
function select(x: Float64Array, rank: number): number {
  let [low, high] = [0, x.length - 1]
  while (low < high) {
    const pivot = x[(low + high) >> 1]!
    let [i, j] = [low, high]
    while (i <= j) {
      while (x[i]! < pivot) i++
      while (x[j]! > pivot) j--
      if (i > j) break
      const value = x[i]!
      x[i++] = x[j]!
      x[j--] = value
    }
    if (rank <= j) high = j
    else if (rank >= i) low = i
    else break
  }
  return x[rank]!
}

/** The values of a channel in the epochs where `keep` holds. */
export function valuesOf(
  table: Float32Array | Float64Array,
  { epochs }: CellTables,
  channel: number,
  keep: (cell: number) => boolean = () => true,
): Float64Array {
  const values = new Float64Array(epochs)
  let count = 0
  for (let cell = channel * epochs; cell < (channel + 1) * epochs; cell++)
    if (keep(cell)) values[count++] = table[cell]!
  return values.subarray(0, count)
}

export function share(mask: Mask, { epochs }: CellTables, channel: number): number {
  let set = 0
  for (let cell = channel * epochs; cell < (channel + 1) * epochs; cell++) set += mask[cell]!
  return set / epochs
}

/** What a channel's values must be multiplied by to be microvolts, if they look like an EEG in another unit; else 1. */
export function unitFactors(tables: CellTables, limits: FindingLimits): number[] {
  const { variance_uv2, slow_share } = tables
  const alive = (cell: number) => variance_uv2[cell]! > 0
  const slowOf = (channel: number) => median(valuesOf(slow_share, tables, channel, alive))
  const plausible = (deviation: number) => deviation >= limits.units_least_uv && deviation <= limits.units_most_uv
  const deviations = tables.channels.map((_, c) => {
    const variances = valuesOf(variance_uv2, tables, c, alive)
    return variances.length > tables.epochs / 2 ? Math.sqrt(median(variances)) : 0
  })
  if (deviations.every((deviation) => deviation === 0 || plausible(deviation))) return deviations.map(() => 1)
  const others = deviations.flatMap((deviation, c) => (plausible(deviation) ? [c] : []))
  const peers = { deviation: median(others.map((c) => deviations[c]!)), slow: median(others.map(slowOf)) }
  return deviations.map((deviation, c) => {
    if (deviation === 0 || plausible(deviation)) return 1
    const slow = slowOf(c)
    return UNIT_FACTORS.find((factor) => looksLikeEeg({ deviation: deviation * factor, slow }, peers)) ?? 1
  })
}

/** Millivolts and volts taken for microvolts, and the reverse. */
const UNIT_FACTORS = [1e3, 1e6, 1e-3, 1e-6]
/** Standard deviations of an EEG, wide. */
const EEG_UV: readonly [number, number] = [3, 200]
/** An EEG has more of its power below 12 Hz; the noise of an amplifier alone is white. */
const EEG_SLOW_SHARE = 0.4
/** How far a channel may be from the others to be one of them: in deviation, and in its share of slow power. */
const PEER_RATIO = 5
const PEER_SLOW = 0.25

type Look = { deviation: number; slow: number }

function looksLikeEeg({ deviation, slow }: Look, peers: Look): boolean {
  if (Number.isNaN(peers.deviation)) return deviation >= EEG_UV[0] && deviation <= EEG_UV[1] && slow > EEG_SLOW_SHARE
  const ratio = deviation / peers.deviation
  return ratio <= PEER_RATIO && ratio >= 1 / PEER_RATIO && Math.abs(slow - peers.slow) <= PEER_SLOW
}

/** Cells without a signal. `factors`: as unitFactors gives them. */
export function flatCells(tables: CellTables, factors: readonly number[], limits: FindingLimits): Mask {
  const { channels, epochs, ptp_uv, flat_share } = tables
  const mask = new Uint8Array(channels.length * epochs)
  const ptp = new Float64Array(channels.length)
  const reordered = new Float64Array(channels.length)
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let c = 0; c < ptp.length; c++) ptp[c] = ptp_uv[c * epochs + epoch]! * factors[c]!
    reordered.set(ptp)
    const [low, high] = middleOf(reordered)
    // Of two or three channels a loud one makes the others look flat.
    const least = channels.length < FEWEST_TO_COMPARE ? 0 : limits.flat_relative * ((low + high) / 2)
    for (let c = 0; c < ptp.length; c++) {
      const cell = c * epochs + epoch
      // Seconds were measured in the unit that the recording claims.
      const still = factors[c] === 1 ? flat_share[cell]! > limits.flat_second_share : ptp[c]! < limits.flat_uv
      if (still || ptp[c]! < least) mask[cell] = 1
    }
  }
  return mask
}

export interface Mains {
  cells: Mask
  /** 50 or 60, whichever holds more of the recording's power. */
  base_hz: number
  share: Float32Array
  peak_hz: Float32Array
  /** Per channel: whether its rate shows 50 and 60 Hz. */
  seen: Array<{ hz50: boolean; hz60: boolean }>
}

export function mainsCells(tables: CellTables, flat: Mask, limits: FindingLimits): Mains {
  const { channels, epochs } = tables
  const shows = (base_hz: number, channel: number) =>
    base_hz + MAINS_WIDTH_HZ <= Math.min(tables.rate_hz, tables.recorded_rate_hz[channel]!) / 2
  const sums = tables.mains.map(({ base_hz, share: power }) => {
    let sum = 0
    for (let c = 0; c < channels.length; c++) {
      if (!shows(base_hz, c)) continue
      for (let cell = c * epochs; cell < (c + 1) * epochs; cell++) if (!flat[cell]) sum += power[cell]!
    }
    return sum
  })
  const found = tables.mains[sums[1]! > sums[0]! ? 1 : 0]!
  const cells = new Uint8Array(channels.length * epochs)
  for (let c = 0; c < channels.length; c++) {
    if (!shows(found.base_hz, c)) continue
    for (let cell = c * epochs; cell < (c + 1) * epochs; cell++)
      if (!flat[cell] && found.share[cell]! > limits.mains_power_share) cells[cell] = 1
  }
  const seen = channels.map((_, c) => ({ hz50: shows(50, c), hz60: shows(60, c) }))
  return { cells, seen, ...found }
}

export interface Noisy {
  cells: Mask
  /** Per channel; NaN where it could not be told. */
  z: number[]
  /** The channels that are. */
  noisy: number[]
}

/** Robust z over the channels of the median over epochs of a log variance. */
function levelsOf(
  variances: Float64Array,
  tables: CellTables,
  flat: Mask,
  shift: readonly number[],
  limits: FindingLimits,
) {
  const levels = tables.channels.map((_, c) => {
    if (share(flat, tables, c) >= limits.flat_epoch_share) return Number.NaN
    const [low, high] = middleOf(valuesOf(variances, tables, c, (cell) => !flat[cell]))
    return (Math.log(low) + Math.log(high)) / 2 + shift[c]!
  })
  const compared = levels.filter((level) => !Number.isNaN(level))
  const centre = median(compared)
  const deviation = NORMAL_MAD * median(compared.map((level) => Math.abs(level - centre)))
  const spread = Math.max(deviation, limits.noisy_least_spread)
  return { z: levels.map((level) => (level - centre) / spread), centre, spread, compared: compared.length }
}

/** Channels that stand out by their variance. Those that are flat as a whole are left out of the comparison. */
export function noisyCells(tables: CellTables, flat: Mask, factors: readonly number[], limits: FindingLimits): Noisy {
  const { channels, epochs, variance_uv2, calm_variance_uv2 } = tables
  const shift = factors.map((factor) => 2 * Math.log(factor))
  const { z, centre, spread, compared } = levelsOf(variance_uv2, tables, flat, shift, limits)
  const calm = levelsOf(calm_variance_uv2, tables, flat, shift, limits)
  const cells = new Uint8Array(channels.length * epochs)
  if (compared < FEWEST_TO_COMPARE) return { cells, z: channels.map(() => Number.NaN), noisy: [] }
  const calmToo = (c: number) => limits.noisy_calm_z === 0 || calm.z[c]! > limits.noisy_calm_z
  const noisy = [...channels.keys()].filter((c) => z[c]! > limits.noisy_z && calmToo(c))
  for (const c of noisy) {
    const least = centre + limits.noisy_cell_z * spread - shift[c]!
    for (let cell = c * epochs; cell < (c + 1) * epochs; cell++)
      if (!flat[cell] && Math.log(variance_uv2[cell]!) > least) cells[cell] = 1
  }
  return { cells, z, noisy }
}

/** Cells that run into a rail. */
export function clippedCells(tables: CellTables, limits: FindingLimits): Mask {
  const { clipped_share } = tables
  const cells = new Uint8Array(clipped_share.length)
  for (let cell = 0; cell < cells.length; cell++)
    if (clipped_share[cell]! > limits.clipped_sample_share) cells[cell] = 1
  return cells
}
