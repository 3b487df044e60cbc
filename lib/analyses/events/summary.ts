/** Summaries of detected events by stage and channel, as YASA defines them, and events for the result document. */

import { EPOCH_S } from '../sleep/statistics.js'
import type { EventSummary, SleepStage } from '../sleep/types.js'
import type { EegEvent, EventTable } from './types.js'

/** Columns that say where an event lies rather than what it is like. */
const PLACES = new Set([
  'Start',
  'End',
  'Peak',
  'NegPeak',
  'MidCrossing',
  'PosPeak',
  'SigmaPeak',
  'Stage',
  'IdxChannel',
])
const CIRCULAR = 'PhaseAtSigmaPeak'
const STAGE_OF_CODE: Readonly<Record<number, SleepStage>> = { 0: 'W', 1: 'N1', 2: 'N2', 3: 'N3', 4: 'R' }

/** What the detector looked at. */
export interface DetectionScope {
  channels: readonly string[]
  /** Hypnogram on the 30 s grid, or null where the detector ran without one. */
  stages: readonly SleepStage[] | null
  /** Stages in which events were looked for; without a hypnogram the whole recording. */
  include: readonly SleepStage[]
  /** Length of the recording in seconds. */
  duration_s: number
}

/**
 * Count over all channels, density per minute of the stages looked at (per stage: of that stage), mean of each
 * measured column (snake_case); NaN cells are left out, the phase is averaged as a direction.
 */
export function summariseEvents(table: EventTable, scope: DetectionScope): EventSummary {
  const minutes = scope.stages
    ? scope.include.reduce((sum, stage) => sum + stageMinutes(scope.stages!, stage), 0)
    : scope.duration_s / 60
  const means = meansOf(table, allRows(table))
  const summary: EventSummary = {
    count: table.length,
    density_per_min: density(table.length, minutes),
    means: Object.fromEntries(Object.entries(means).map(([name, value]) => [snakeCase(name), value])),
    by_stage: {},
    channels: [...scope.channels],
  }
  if (scope.stages) {
    const rows = groupRows(table, (row) => stageOf(table, row))
    for (const stage of scope.include) {
      const count = rows.get(stage)?.length ?? 0
      summary.by_stage[stage] = { count, density_per_min: density(count, stageMinutes(scope.stages, stage)) }
    }
  }
  return summary
}

/** One line of YASA's grouped summary. */
export interface SummaryRow {
  stage: SleepStage | null
  channel: string | null
  count: number
  /** Events per minute of that stage; null where the rows are not grouped by stage. */
  density_per_min: number | null
  /** By YASA's column names. */
  means: Record<string, number>
}

/** YASA's `.summary(grp_stage, grp_chan)`: the groups that have events, by stage and then by channel name. */
export function groupedSummary(
  table: EventTable,
  stages: readonly SleepStage[] | null,
  by: { stage?: boolean; channel?: boolean },
): SummaryRow[] {
  const byStage = Boolean(by.stage && stages)
  const byChannel = Boolean(by.channel && table.channel.length > 0)
  const groups = groupRows(
    table,
    (row) => `${byStage ? table.columns.Stage![row] : ''}\t${byChannel ? table.channel[row] : ''}`,
  )
  const keys = [...groups.keys()].sort((a, b) => (a < b ? -1 : 1))
  return keys.map((key) => {
    const rows = groups.get(key)!
    const stage = byStage ? stageOf(table, rows[0]!) : null
    return {
      stage,
      channel: byChannel ? table.channel[rows[0]!]! : null,
      count: rows.length,
      density_per_min: stage ? density(rows.length, stageMinutes(stages!, stage)) : null,
      means: meansOf(table, rows),
    }
  })
}

/**
 * YASA's `multi_only`: the events whose start or end, rounded to whole seconds (half to even), occurs more than once
 * among all channels.
 */
export function keepShared(table: EventTable): EventTable {
  const starts = roundedCounts(table.columns.Start!)
  const ends = roundedCounts(table.columns.End!)
  const repeated = (counts: Map<number, number>, time: number) => counts.get(roundHalfEven(time))! > 1
  const rows = allRows(table).filter(
    (row) => repeated(starts, table.columns.Start![row]!) || repeated(ends, table.columns.End![row]!),
  )
  return takeRows(table, rows)
}

/** The rows as events of the result document; `channels` for tables without a channel of their own (REMs). */
export function tableToEvents(
  table: EventTable,
  type: EegEvent['type'],
  source: string,
  channels: readonly string[] = [],
): EegEvent[] {
  const measured = Object.entries(table.columns)
    .filter(([name]) => !['Start', 'Duration', 'Stage', 'IdxChannel'].includes(name))
    .map(([name, values]) => ({ name: snakeCase(name), values }))
  const { Start: start, Duration: duration, Stage: stage } = table.columns
  return allRows(table).map((row) => {
    const attributes: EegEvent['attributes'] = {}
    for (const { name, values } of measured) attributes[name] = Number.isFinite(values[row]!) ? values[row]! : null
    if (stage) attributes.stage = stageOf(table, row)
    return {
      type,
      start_s: start![row]!,
      duration_s: duration![row]!,
      channels: table.channel.length > 0 ? [table.channel[row]!] : [...channels],
      confidence: null,
      source,
      attributes,
    }
  })
}

/** YASA's column names in snake_case: `ValNegPeak` val_neg_peak, `LOCAbsRiseSlope` loc_abs_rise_slope, `ndPAC` nd_pac. */
export function snakeCase(column: string): string {
  return column
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
}

function takeRows(table: EventTable, rows: readonly number[]): EventTable {
  const columns: Record<string, Float64Array> = {}
  for (const [name, values] of Object.entries(table.columns)) {
    columns[name] = Float64Array.from(rows, (row) => values[row]!)
  }
  return {
    columns,
    channel: table.channel.length > 0 ? rows.map((row) => table.channel[row]!) : [],
    length: rows.length,
  }
}

function allRows(table: EventTable): number[] {
  return Array.from({ length: table.length }, (_, row) => row)
}

function groupRows<K>(table: EventTable, keyOf: (row: number) => K): Map<K, number[]> {
  const groups = new Map<K, number[]>()
  for (const row of allRows(table)) {
    const key = keyOf(row)
    const group = groups.get(key)
    if (group) group.push(row)
    else groups.set(key, [row])
  }
  return groups
}

function stageOf(table: EventTable, row: number): SleepStage {
  return STAGE_OF_CODE[table.columns.Stage?.[row] ?? Number.NaN] ?? '?'
}

function stageMinutes(stages: readonly SleepStage[], stage: SleepStage): number {
  return (stages.filter((s) => s === stage).length * EPOCH_S) / 60
}

function density(count: number, minutes: number): number | null {
  return minutes > 0 ? count / minutes : null
}

/** Means of the columns that have a finite value in these rows. */
function meansOf(table: EventTable, rows: readonly number[]): Record<string, number> {
  const means: Record<string, number> = {}
  for (const [name, values] of Object.entries(table.columns)) {
    if (PLACES.has(name)) continue
    const finite = rows.map((row) => values[row]!).filter(Number.isFinite)
    if (finite.length > 0) means[name] = name === CIRCULAR ? circularMean(finite) : mean(finite)
  }
  return means
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Direction of the mean vector, in (-pi, pi]. */
function circularMean(radians: readonly number[]): number {
  return Math.atan2(mean(radians.map(Math.sin)), mean(radians.map(Math.cos)))
}

function roundedCounts(times: Float64Array): Map<number, number> {
  const counts = new Map<number, number>()
  for (const time of times) counts.set(roundHalfEven(time), (counts.get(roundHalfEven(time)) ?? 0) + 1)
  return counts
}

function roundHalfEven(value: number): number {
  const below = Math.floor(value)
  const fraction = value - below
  return fraction > 0.5 || (fraction === 0.5 && below % 2 !== 0) ? below + 1 : below
}
