/**
 * Sleep statistics, transitions and periods of a hypnogram of 30 s epochs, with YASA's definitions, keys and units
 * (Hypnogram.sleep_statistics, .transition_matrix and .find_periods of YASA 0.8.1, and its older sleep_statistics).
 */
import type { SleepStage, SleepStatistics } from './types.js'

export const EPOCH_S = 30

const EPOCHS_PER_MIN = 60 / EPOCH_S
const SOL_RUN_EPOCHS = 5 * EPOCHS_PER_MIN
const SCORED = ['W', 'N1', 'N2', 'N3', 'R'] as const
const SLEEP = ['N1', 'N2', 'N3', 'R'] as const
/** YASA's names, in the order in which it sorts stages. */
const YASA_NAMES = { '?': 'UNS', W: 'WAKE', N1: 'N1', N2: 'N2', N3: 'N3', R: 'REM' } as const

export type YasaStage = (typeof YASA_NAMES)[SleepStage]

/**
 * Minutes, percent where the name says so, SFI in transitions from sleep to wake per hour of sleep; null where
 * undefined. `SFI_legacy` is the figure of YASA 0.7, which came out divided by two for 30 s epochs. Latencies count
 * from the first epoch given. UNS is present only if an epoch is unscored. Rounded to 4 decimals, half to even.
 */
export function sleepStatistics(stages: readonly SleepStage[]): SleepStatistics {
  const first = stages.findIndex(isSleep)
  const period = first < 0 ? [] : stages.slice(first, stages.findLastIndex(isSleep) + 1)
  const tib = minutes(stages.length)
  const spt = minutes(period.length)
  const tst = minutes(period.filter(isSleep).length)
  const asleep = tst > 0
  const sfi = asleep ? awakenings(stages) / (tst / 60) : null
  const statistics: SleepStatistics = {
    TIB: tib,
    SPT: spt,
    WASO: asleep ? minutes(count(period, 'W')) : null,
    TST: tst,
    SE: tib > 0 ? (100 * tst) / tib : null,
    SME: asleep ? (100 * tst) / spt : null,
    SFI: sfi,
    SFI_legacy: sfi === null ? null : sfi / EPOCHS_PER_MIN,
    SOL: latency(first),
    SOL_5min: latency(persistentSleepOnset(stages)),
    Lat_REM: latency(stages.indexOf('R')),
  }
  for (const stage of SCORED) statistics[YASA_NAMES[stage]] = minutes(count(stages, stage))
  if (stages.includes('?')) statistics.UNS = minutes(count(stages, '?'))
  for (const stage of SLEEP) {
    statistics[`%${YASA_NAMES[stage]}`] = asleep ? (100 * minutes(count(stages, stage))) / tst : null
  }
  for (const [key, value] of Object.entries(statistics)) statistics[key] = value === null ? null : round4(value)
  return statistics
}

/** The statistics of YASA's older function: with NREM and the latency of each stage, without SFI, not rounded. */
export function legacySleepStatistics(stages: readonly SleepStage[]): SleepStatistics {
  const { TIB, SPT, WASO, TST } = sleepStatistics(stages)
  const of = (stage: SleepStage) => minutes(count(stages, stage))
  const durations = { N1: of('N1'), N2: of('N2'), N3: of('N3'), REM: of('R') }
  const nrem = durations.N1 + durations.N2 + durations.N3
  const percent = (value: number) => (TST ? (100 * value) / TST : null)
  return {
    TIB: TIB!,
    SPT: SPT!,
    WASO: WASO!,
    TST: TST!,
    ...durations,
    NREM: nrem,
    SOL: latency(stages.findIndex(isSleep)),
    Lat_N1: latency(stages.indexOf('N1')),
    Lat_N2: latency(stages.indexOf('N2')),
    Lat_N3: latency(stages.indexOf('N3')),
    Lat_REM: latency(stages.indexOf('R')),
    '%N1': percent(durations.N1),
    '%N2': percent(durations.N2),
    '%N3': percent(durations.N3),
    '%REM': percent(durations.REM),
    '%NREM': percent(nrem),
    SE: TIB ? (100 * TST!) / TIB : null,
    SME: SPT ? (100 * TST!) / SPT : null,
  }
}

export interface Transitions {
  counts: number[][]
  /** Counts with each row normalised to 1; null in the row of a stage that is never left. */
  probabilities: Array<Array<number | null>>
}

/** Consecutive pairs of epochs: rows from, columns to, order W, N1, N2, N3, R. Pairs with an unscored epoch are left out. */
export function stageTransitions(stages: readonly SleepStage[]): Transitions {
  return countTransitions(stages, SCORED)
}

/** The matrix as YASA prints it: only the stages that occur, unscored (UNS) first. */
export function transitionMatrix(stages: readonly SleepStage[]): Transitions & { index: YasaStage[] } {
  const present = (Object.keys(YASA_NAMES) as SleepStage[]).filter((stage) => stages.includes(stage))
  return { index: present.map((stage) => YASA_NAMES[stage]), ...countTransitions(stages, present) }
}

function countTransitions(stages: readonly SleepStage[], order: readonly SleepStage[]): Transitions {
  const counts = order.map(() => order.map(() => 0))
  for (let i = 1; i < stages.length; i++) {
    const row = counts[order.indexOf(stages[i - 1]!)]
    const to = order.indexOf(stages[i]!)
    if (row && to >= 0) row[to]! += 1
  }
  const probabilities = counts.map((row) => {
    const total = row.reduce((sum, n) => sum + n, 0)
    return row.map((n) => (total > 0 ? n / total : null))
  })
  return { counts, probabilities }
}

/** A run of epochs of one stage. */
export interface Period {
  stage: SleepStage
  /** First epoch and number of epochs. */
  start: number
  length: number
}

/** Runs of one stage that last at least `min_s` seconds. */
export function findPeriods(stages: readonly SleepStage[], min_s = 0): Period[] {
  const runs: Period[] = []
  for (const [epoch, stage] of stages.entries()) {
    const last = runs.at(-1)
    if (last?.stage === stage) last.length++
    else runs.push({ stage, start: epoch, length: 1 })
  }
  return runs.filter((run) => run.length * EPOCH_S >= min_s)
}

/** YASA's name of a stage. */
export function yasaStage(stage: SleepStage): YasaStage {
  return YASA_NAMES[stage]
}

/** The epochs that lie wholly between lights-off and lights-on (seconds from the start of the first epoch). */
export function epochsBetween<T>(epochs: readonly T[], lights: { off_s: number; on_s: number }): T[] {
  const first = Math.max(0, Math.ceil(lights.off_s / EPOCH_S))
  const end = Math.max(first, Math.floor(lights.on_s / EPOCH_S))
  return epochs.slice(first, end)
}

function isSleep(stage: SleepStage): boolean {
  return stage !== 'W' && stage !== '?'
}

function count(stages: readonly SleepStage[], stage: SleepStage): number {
  return stages.reduce((n, s) => n + Number(s === stage), 0)
}

function awakenings(stages: readonly SleepStage[]): number {
  return stages.reduce((n, stage, i) => n + Number(stage === 'W' && i > 0 && isSleep(stages[i - 1]!)), 0)
}

/** First epoch of the first run of at least five minutes of any sleep, or -1. */
function persistentSleepOnset(stages: readonly SleepStage[]): number {
  let start = 0
  for (const [epoch, stage] of stages.entries()) {
    if (!isSleep(stage)) start = epoch + 1
    else if (epoch + 1 - start >= SOL_RUN_EPOCHS) return start
  }
  return -1
}

function minutes(epochs: number): number {
  return epochs / EPOCHS_PER_MIN
}

function latency(epoch: number): number | null {
  return epoch < 0 ? null : minutes(epoch)
}

/** As numpy rounds: scaled, to the nearest integer, ties to even. */
function round4(value: number): number {
  const scaled = value * 1e4
  const below = Math.floor(scaled)
  const fraction = scaled - below
  const up = fraction > 0.5 || (fraction === 0.5 && below % 2 !== 0)
  return (up ? below + 1 : below) / 1e4
}
