import { setImmediate } from 'node:timers/promises'
import { BrrrError } from '../../errors.js'
import type { RunOptions } from '../../native.js'
import { type CellTables, measureCells } from './cells.js'
import type { TimedEpochData } from './epoch-data.js'
import {
  clippedCells,
  DEFAULT_LIMITS,
  FEWEST_TO_COMPARE,
  type FindingLimits,
  flatCells,
  type Mains,
  type Mask,
  mainsCells,
  median,
  noisyCells,
  share,
  unitFactors,
  valuesOf,
} from './finding-rules.js'
import { Epochs } from './store.js'
import type { BadChannelReason, FindingKind, NotAssessed, QualityFinding } from './types.js'

export { DEFAULT_LIMITS, type FindingLimits } from './finding-rules.js'

export interface Findings {
  findings: QualityFinding[]
  channels: readonly string[]
  epochs: number
  /** Of each kind: epochs x channels, 1 where a finding covers the cell. */
  cells: Record<FindingKind, Uint8Array>
  /** Channels that are bad as a whole by what was found. */
  bad: Map<string, BadChannelReason[]>
  not_assessed: NotAssessed[]
  /** What decided. */
  limits: FindingLimits
}

/** The findings of one recording while they are gathered. */
class Gathering {
  readonly findings: QualityFinding[] = []
  readonly cells: Record<FindingKind, Uint8Array>
  readonly bad = new Map<string, BadChannelReason[]>()
  readonly not_assessed: NotAssessed[] = []
  readonly tables: CellTables

  constructor(tables: CellTables) {
    this.tables = tables
    const mask = () => new Uint8Array(tables.channels.length * tables.epochs)
    this.cells = {
      flat: mask(),
      disconnected: mask(),
      noisy: mask(),
      mains: mask(),
      bridged: mask(),
      clipped: mask(),
      units: mask(),
    }
  }

  /** A finding in the epochs where `covers` holds. */
  add(
    kind: FindingKind,
    channels: readonly number[],
    covers: (epoch: number) => boolean,
    measure: QualityFinding['measure'],
    attributes: Record<string, number> = {},
    note?: string,
  ): void {
    const { tables } = this
    const epochs: number[] = []
    for (let epoch = 0; epoch < tables.epochs; epoch++) {
      if (!covers(epoch)) continue
      epochs.push(epoch)
      for (const channel of channels) {
        const cell = epoch * tables.channels.length + channel
        this.cells[kind][cell] = 1
        if (kind === 'disconnected') this.cells.flat[cell] = 1
      }
    }
    this.findings.push({
      kind,
      channels: channels.map((c) => tables.channels[c]!),
      spans: spansOf(epochs, tables),
      epoch_share: epochs.length / tables.epochs,
      measure,
      attributes,
      ...(note !== undefined && { note }),
    })
  }

  /** The same with the cells of a mask of one channel. */
  addMasked(
    kind: FindingKind,
    channel: number,
    mask: Mask,
    measure: QualityFinding['measure'],
    attributes: Record<string, number> = {},
  ): void {
    this.add(kind, [channel], (epoch) => mask[channel * this.tables.epochs + epoch] === 1, measure, attributes)
  }

  markBad(channel: number, reason: BadChannelReason): void {
    const name = this.tables.channels[channel]!
    this.bad.set(name, [...(this.bad.get(name) ?? []), reason])
  }
}

/** Epochs that follow each other without a gap make one span. */
function spansOf(epochs: readonly number[], { start_s, length_s }: CellTables): QualityFinding['spans'] {
  const spans: QualityFinding['spans'] = []
  let last = -2
  for (const epoch of epochs) {
    const start = start_s[epoch]!
    const span = spans.at(-1)
    const follows = epoch === last + 1 && start - (start_s[last]! + length_s) < length_s / 2
    if (span && follows) span.duration_s = start + length_s - span.start_s
    else spans.push({ start_s: start, duration_s: length_s })
    last = epoch
  }
  return spans
}

const UNIT_NOTES: Record<number, string> = {
  1e3: 'the values look like millivolts',
  1e6: 'the values look like volts',
  1e-3: 'the values look like nanovolts',
  1e-6: 'the values look like picovolts',
}

function gatherUnits(to: Gathering, factors: readonly number[], limits: FindingLimits): void {
  factors.forEach((factor, c) => {
    if (factor === 1) return
    const value = Math.sqrt(median(valuesOf(to.tables.variance_uv2, to.tables, c)))
    const limit = factor > 1 ? limits.units_least_uv : limits.units_most_uv
    const measure = { name: 'standard_deviation_uv', value, limit }
    to.add('units', [c], () => true, measure, { factor }, UNIT_NOTES[factor])
  })
}

function gatherFlat(to: Gathering, flat: Mask, limits: FindingLimits): void {
  const { tables } = to
  tables.channels.forEach((_, c) => {
    const value = share(flat, tables, c)
    if (value === 0) return
    const median_ptp_uv = median(valuesOf(tables.ptp_uv, tables, c, (cell) => flat[cell] === 1))
    const partly = value < limits.disconnected_epoch_share
    const measure = { name: 'flat_epoch_share', value, limit: partly ? 0 : limits.flat_epoch_share }
    to.addMasked(partly ? 'disconnected' : 'flat', c, flat, measure, { median_ptp_uv })
    if (value >= limits.flat_epoch_share) to.markBad(c, 'flat')
  })
}

function gatherMains(to: Gathering, mains: Mains, limits: FindingLimits): void {
  const { tables } = to
  tables.channels.forEach((_, c) => {
    const covered = share(mains.cells, tables, c)
    if (covered === 0) return
    const found = (cell: number) => mains.cells[cell] === 1
    const measure = {
      name: 'mains_power_share',
      value: median(valuesOf(mains.share, tables, c, found)),
      limit: limits.mains_power_share,
    }
    to.addMasked('mains', c, mains.cells, measure, {
      mains_hz: mains.base_hz,
      frequency_hz: median(valuesOf(mains.peak_hz, tables, c, found)),
    })
    if (covered > limits.mains_epoch_share) to.markBad(c, 'mains')
  })
  const blind = (reason: string, which: (seen: Mains['seen'][number]) => boolean) => {
    const rates = new Map<number, string[]>()
    tables.channels.forEach((name, c) => {
      const rate = tables.recorded_rate_hz[c]!
      if (which(mains.seen[c]!)) rates.set(rate, [...(rates.get(rate) ?? []), name])
    })
    for (const [rate, channels] of rates)
      to.not_assessed.push({ what: 'mains', channels, reason: `recorded at ${rate} Hz, which cannot show ${reason}` })
  }
  blind('50 or 60 Hz', (seen) => !seen.hz50)
  blind('60 Hz', (seen) => seen.hz50 && !seen.hz60)
}

function gatherNoisy(to: Gathering, flat: Mask, factors: readonly number[], limits: FindingLimits): void {
  const { tables } = to
  const noisy = noisyCells(tables, flat, factors, limits)
  for (const c of noisy.noisy) {
    to.addMasked('noisy', c, noisy.cells, { name: 'log_variance_z', value: noisy.z[c]!, limit: limits.noisy_z })
    to.markBad(c, 'noisy')
  }
  if (noisy.z.every(Number.isNaN))
    to.not_assessed.push({
      what: 'noisy',
      channels: [...tables.channels],
      reason: `fewer than ${FEWEST_TO_COMPARE} channels that are not flat to compare`,
    })
}

function gatherBridged(to: Gathering, limits: FindingLimits): void {
  const { tables } = to
  for (const { channels, alike, difference_uv } of tables.pairs) {
    let [looked, same] = [0, 0]
    for (let epoch = 0; epoch < tables.epochs; epoch++) {
      if (alike[epoch] !== 255) looked++
      if (alike[epoch] === 1) same++
    }
    const value = same / looked
    if (!(value >= limits.bridged_epoch_share)) continue
    const measure = { name: 'alike_epoch_share', value, limit: limits.bridged_epoch_share }
    to.add('bridged', channels, (epoch) => alike[epoch] === 1, measure, { difference_uv })
  }
  if (tables.channels.length < 2)
    to.not_assessed.push({ what: 'bridged', channels: [...tables.channels], reason: 'there is one channel only' })
}

function gatherClipped(to: Gathering, limits: FindingLimits): void {
  const { tables } = to
  const clipped = clippedCells(tables, limits)
  tables.channels.forEach((_, c) => {
    if (share(clipped, tables, c) === 0) return
    const shares = valuesOf(tables.clipped_share, tables, c, (cell) => clipped[cell] === 1)
    const measure = { name: 'clipped_sample_share', value: median(shares), limit: limits.clipped_sample_share }
    to.addMasked('clipped', c, clipped, measure)
  })
}

/** All limits: those given, the rest by default. @throws BrrrError INVALID_ARGUMENT */
export function findingLimits(given: Partial<FindingLimits> = {}): FindingLimits {
  const limits = { ...DEFAULT_LIMITS }
  for (const key of Object.keys(given) as Array<keyof FindingLimits>) {
    const value = given[key]
    if (value === undefined) continue
    if (!(key in DEFAULT_LIMITS))
      throw new BrrrError(
        'INVALID_ARGUMENT',
        `There is no limit "${key}"; there are ${Object.keys(limits).join(', ')}.`,
      )
    if (!(Number.isFinite(value) && value >= 0))
      throw new BrrrError('INVALID_ARGUMENT', `The limit ${key} must be a number from 0 on; got ${value}.`)
    limits[key] = value
  }
  return limits
}

/**
 * What is wrong with channels that amplitude thresholds cannot see: decided from tables of measures alone. Each finding
 * covers the epochs where it was found, not the rest of the channel.
 */
export function findIn(tables: CellTables, given: Partial<FindingLimits> = {}): Findings {
  const steps = findingSteps(tables, findingLimits(given))
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

/** The same in short turns between which the event loop is free. */
export async function findInTurns(tables: CellTables, given: Partial<FindingLimits> = {}): Promise<Findings> {
  const steps = findingSteps(tables, findingLimits(given))
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
    await setImmediate()
  }
}

function* findingSteps(tables: CellTables, limits: FindingLimits): Generator<undefined, Findings> {
  const to = new Gathering(tables)
  const factors = unitFactors(tables, limits)
  yield
  const flat = flatCells(tables, factors, limits)
  yield
  gatherFlat(to, flat, limits)
  yield
  gatherNoisy(to, flat, factors, limits)
  yield
  gatherMains(to, mainsCells(tables, flat, limits), limits)
  yield
  gatherBridged(to, limits)
  yield
  gatherClipped(to, limits)
  gatherUnits(to, factors, limits)
  const { findings, cells, bad, not_assessed } = to
  return { findings, channels: tables.channels, epochs: tables.epochs, cells, bad, not_assessed, limits }
}

/**
 * Finds in epochs in memory what amplitude thresholds cannot see: `flat` channels and cells, those `disconnected` for part
 * of the time, `noisy` channels (robust z of log variance, as in the PREP pipeline: Bigdely-Shamlo et al. 2015), `mains`
 * (share of the power at 50 or 60 Hz and harmonics), `bridged` electrodes (variance of their difference: Tenke & Kayser
 * 2001, epoch by epoch as Alschuler et al. 2014), samples `clipped` at a rail, and `units` (values that look like an EEG
 * in volts or millivolts). Limits are in uV, Hz, shares from 0 to 1 and z.
 * @throws BrrrError INVALID_ARGUMENT for a limit that is not there or no number from 0 on; CLOSED, ABORTED
 */
export async function findInEpochs(
  epochs: Epochs,
  options: { limits?: Partial<FindingLimits> | undefined } & RunOptions = {},
): Promise<Findings> {
  const limits = findingLimits(options.limits)
  const measure = { ...options, flat_uv: limits.flat_uv, bridge_distance: limits.bridged_distance }
  return findInTurns(await measureCells(epochs, measure), limits)
}

/**
 * findInEpochs for plain epochs (epochs x channels x samples in volts; all channels, listed as bad or not), which are taken as they are: no filter.
 * @throws BrrrError INVALID_ARGUMENT for a wrong size, a limit that makes no sense or a sample that is not finite;
 *   MEMORY_BUDGET, ABORTED
 */
export async function findCells(
  data: TimedEpochData,
  options: { limits?: Partial<FindingLimits> | undefined; maxBytes?: number | undefined } & RunOptions = {},
): Promise<Findings> {
  const { flat_uv } = findingLimits(options.limits)
  const epochs = await Epochs.fromArray(data, { ...options, flat_uv })
  try {
    return await findInEpochs(epochs, options)
  } finally {
    epochs.close()
  }
}

/** epochs x channels: 1 where any finding covers the cell. */
export function coveredCells({ cells, channels, epochs }: Findings): Uint8Array {
  const covered = new Uint8Array(channels.length * epochs)
  for (const ofKind of Object.values(cells)) for (let i = 0; i < covered.length; i++) covered[i]! |= ofKind[i]!
  return covered
}

/** The cells that findings of a kind cover, epoch by epoch: [epoch, channel name]. */
export function cellsOf({ cells, channels }: Findings, kind: FindingKind): Array<[epoch: number, channel: string]> {
  return Array.from(cells[kind]).flatMap(
    (covered, i): Array<[number, string]> =>
      covered ? [[Math.floor(i / channels.length), channels[i % channels.length]!]] : [],
  )
}
