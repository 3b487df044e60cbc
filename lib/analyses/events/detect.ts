import { BrrrError } from '../../errors.js'
import { type Binding, type RunOptions, runNative } from '../../native.js'
import type { Signal } from '../../recording/signal.js'
import type { SleepStage } from '../sleep/types.js'
import { keepShared } from './summary.js'
import type { EventTable } from './types.js'

/** Stages as detectors take them, with YASA's integers. */
const STAGE_CODES: Record<SleepStage, number> = { W: 0, N1: 1, N2: 2, N3: 3, R: 4, '?': -2 }

/** A scoring that goes with the signals: one stage per epoch from the recording's start. */
export interface Scoring {
  stages: readonly SleepStage[]
  epoch_s: number
}

type Range = readonly [number, number]
type Limits = readonly [number | null, number | null]

interface Common {
  /** Events are looked for in the `include` stages only, and carry their stage. Without it: everywhere. */
  hypnogram?: Scoring | null | undefined
  include?: readonly SleepStage[]
}

/** Spindles after Lacourse et al. 2018 as YASA finds them; its defaults. A threshold of null is left out. */
export interface SpindleOptions extends Common {
  freq_sp?: Range
  freq_broad?: Range
  duration_s?: Range
  min_distance_ms?: number
  thresh?: { rel_pow?: number | null; corr?: number | null; rms?: number | null }
  /** Keep only spindles that another channel has in the same second. */
  multi_only?: boolean
}

/** Slow waves after Massimini et al. 2004 and Carrier et al. 2011 as YASA finds them; its defaults. */
export interface SlowWaveOptions extends Common {
  freq_sw?: Range
  dur_neg_s?: Range
  dur_pos_s?: Range
  amp_neg_uv?: Limits
  amp_pos_uv?: Limits
  amp_ptp_uv?: Limits
  /** Phase-amplitude coupling with sigma: SigmaPeak, PhaseAtSigmaPeak, ndPAC. */
  coupling?: boolean
  coupling_freq_sp?: Range
  coupling_time_s?: number
  /** ndPAC that is not significant at this level becomes 0; null keeps every value. Default 0.05. */
  coupling_p?: number | null
}

/** Rapid eye movements after Agarwal et al. 2005 and Yetton et al. 2016 as YASA finds them; its defaults. */
export interface RemOptions extends Common {
  amplitude_uv?: Limits
  duration_s?: Range
  relative_prominence?: number
  freq_rem?: Range
}

/** A detector's table, and the channels that it did not look at. */
export interface Detection extends EventTable {
  skipped: Array<{ channel: string; reason: string }>
}

type Run = (
  addon: typeof Binding,
  sources: Binding.NativeSource[],
  hypnogram: Binding.NativeHypnogram | null,
  job: Binding.Job,
) => Promise<Binding.NativeEvents>

const TIME_COLUMNS = new Set(['Start', 'Peak', 'End', 'NegPeak', 'MidCrossing', 'PosPeak', 'SigmaPeak'])

function stageCodes(hypnogram: Scoring): Int8Array {
  return Int8Array.from(hypnogram.stages, (stage) => STAGE_CODES[stage])
}

/** Runs a detector over each stretch of its signals and puts the tables together; times become the recording's. */
async function detect(
  groups: Signal[][],
  names: string[],
  hypnogram: Scoring | null,
  options: RunOptions,
  run: Run,
): Promise<Detection> {
  const parts: Array<{ table: Binding.NativeEvents; start: number; group: number }> = []
  const skipped: Detection['skipped'] = []
  const stages = hypnogram && stageCodes(hypnogram)
  for (const [group, signals] of groups.entries()) {
    for (const [i, stretch] of signals[0]!.stretches.entries()) {
      const sources = signals.map((signal) => signal.stretches[i]!.source)
      const scored = hypnogram && stages && { stages, epochS: hypnogram.epoch_s, offsetS: stretch.start_s }
      const table = await runNative(options, (addon, job) => run(addon, sources, scored, job))
      if (table.skipped) skipped.push({ channel: names[group]!, reason: table.skipped })
      else parts.push({ table, start: stretch.start_s, group })
    }
  }
  return { ...concatenate(parts, names), skipped }
}

function concatenate(
  parts: Array<{ table: Binding.NativeEvents; start: number; group: number }>,
  names: string[],
): EventTable {
  const filled = parts.filter(({ table }) => (table.columns.Start?.length ?? 0) > 0)
  const length = filled.reduce((sum, { table }) => sum + table.columns.Start!.length, 0)
  const columns: EventTable['columns'] = {}
  const channel: string[] = []
  for (const name of Object.keys(filled[0]?.table.columns ?? {})) columns[name] = new Float64Array(length)
  let at = 0
  for (const { table, start, group } of filled) {
    for (const [name, target] of Object.entries(columns)) {
      const shift = TIME_COLUMNS.has(name) ? start : 0
      const values = table.columns[name]!
      for (let i = 0; i < values.length; i++) target[at + i] = values[i]! + shift
    }
    const rows = table.columns.Start!.length
    for (let i = 0; i < rows; i++) channel.push(names[group]!)
    at += rows
  }
  return { columns, channel, length }
}

/** Adds the IdxChannel column of YASA's tables. */
function withChannelIndex(detection: Detection, names: string[]): Detection {
  if (detection.length > 0)
    detection.columns.IdxChannel = Float64Array.from(detection.channel, (name) => names.indexOf(name))
  return detection
}

const codes = (stages: readonly SleepStage[]) => stages.map((stage) => STAGE_CODES[stage])
const pair = (range: Range): [number, number] => [range[0], range[1]]
const limits = (range: Limits): [number | null, number | null] => [range[0], range[1]]

function checkRange(name: string, [low, high]: Limits | Range): void {
  if (low !== null && high !== null && !(low < high))
    throw new BrrrError(
      'INVALID_ARGUMENT',
      `${name} must be a range of two rising numbers; [${low}, ${high}] was given.`,
    )
}

/**
 * Sleep spindles of each signal, at the signal's own rate.
 * Columns: Start Peak End Duration Amplitude AmpFiltered RMS AbsPower RelPower Frequency Oscillations Symmetry [Stage]
 * IdxChannel; seconds, microvolts, Hz.
 * @throws BrrrError INVALID_ARGUMENT, ABORTED
 */
export async function detectSpindles(
  signals: Signal | Signal[],
  options: SpindleOptions & RunOptions = {},
): Promise<Detection> {
  const list = Array.isArray(signals) ? signals : [signals]
  const { freq_sp = [12, 15], freq_broad = [1, 30], duration_s = [0.5, 2], hypnogram = null, thresh = {} } = options
  for (const [name, range] of Object.entries({ freq_sp, freq_broad, duration_s })) checkRange(name, range)
  const { rel_pow = 0.2, corr = 0.65, rms = 1.5 } = thresh
  if (rel_pow === null && corr === null && rms === null)
    throw new BrrrError(
      'INVALID_ARGUMENT',
      'At least one of the spindle thresholds rel_pow, corr and rms must be a number.',
    )
  const native: Binding.NativeSpindleOptions = {
    include: codes(options.include ?? ['N1', 'N2', 'N3']),
    freqSp: pair(freq_sp),
    freqBroad: pair(freq_broad),
    duration: pair(duration_s),
    minDistanceMs: options.min_distance_ms ?? 500,
    relPow: rel_pow,
    corr,
    rms,
  }
  const names = list.map((signal) => signal.name)
  const found = await detect(
    list.map((signal) => [signal]),
    names,
    hypnogram,
    options,
    (addon, [source], scored, job) => addon.detectSpindles(source!, scored, native, job),
  )
  const kept = options.multi_only && found.length > 0 ? { ...keepShared(found), skipped: found.skipped } : found
  return withChannelIndex(kept, names)
}

/**
 * Slow waves of each signal, at the signal's own rate.
 * Columns: Start NegPeak MidCrossing PosPeak End Duration ValNegPeak ValPosPeak PTP Slope Frequency [SigmaPeak
 * PhaseAtSigmaPeak ndPAC] [Stage] IdxChannel; seconds, microvolts, uV/s, Hz, radians.
 * @throws BrrrError INVALID_ARGUMENT, ABORTED
 */
export async function detectSlowWaves(
  signals: Signal | Signal[],
  options: SlowWaveOptions & RunOptions = {},
): Promise<Detection> {
  const list = Array.isArray(signals) ? signals : [signals]
  const { freq_sw = [0.3, 1.5], dur_neg_s = [0.3, 1.5], dur_pos_s = [0.1, 1], hypnogram = null } = options
  const { amp_neg_uv = [40, 200], amp_pos_uv = [10, 150], amp_ptp_uv = [75, 350] } = options
  for (const [name, range] of Object.entries({ freq_sw, dur_neg_s, dur_pos_s, amp_neg_uv, amp_pos_uv, amp_ptp_uv }))
    checkRange(name, range)
  const native: Binding.NativeSlowWaveOptions = {
    include: codes(options.include ?? ['N2', 'N3']),
    freqSw: pair(freq_sw),
    durNeg: pair(dur_neg_s),
    durPos: pair(dur_pos_s),
    ampNeg: limits(amp_neg_uv),
    ampPos: limits(amp_pos_uv),
    ampPtp: limits(amp_ptp_uv),
    coupling: options.coupling ?? false,
    couplingFreqSp: pair(options.coupling_freq_sp ?? [12, 16]),
    couplingTimeS: options.coupling_time_s ?? 1,
    couplingP: options.coupling_p === undefined ? 0.05 : options.coupling_p,
  }
  const names = list.map((signal) => signal.name)
  const found = await detect(
    list.map((signal) => [signal]),
    names,
    hypnogram,
    options,
    (addon, [source], scored, job) => addon.detectSlowWaves(source!, scored, native, job),
  )
  return withChannelIndex(found, names)
}

/**
 * Rapid eye movements of the left and right outer canthus (LOC, ROC), which must share rate and length.
 * Columns: Start Peak End Duration LOCAbsValPeak ROCAbsValPeak LOCAbsRiseSlope ROCAbsRiseSlope LOCAbsFallSlope
 * ROCAbsFallSlope [Stage]; seconds, microvolts, uV/s.
 * @throws BrrrError INVALID_ARGUMENT, ABORTED
 */
export async function detectRems(loc: Signal, roc: Signal, options: RemOptions & RunOptions = {}): Promise<Detection> {
  const same =
    loc.stretches.length === roc.stretches.length &&
    loc.stretches.every((s, i) => s.samples === roc.stretches[i]!.samples)
  if (loc.rate_hz !== roc.rate_hz || !same)
    throw new BrrrError('INVALID_ARGUMENT', `${loc.name} and ${roc.name} must have one sampling rate and length.`)
  const { amplitude_uv = [50, 325], duration_s = [0.3, 1.2], freq_rem = [0.5, 5], hypnogram = null } = options
  for (const [name, range] of Object.entries({ amplitude_uv, duration_s, freq_rem })) checkRange(name, range)
  const native: Binding.NativeRemOptions = {
    include: codes(options.include ?? ['R']),
    amplitude: limits(amplitude_uv),
    duration: pair(duration_s),
    relativeProminence: options.relative_prominence ?? 0.8,
    freqRem: pair(freq_rem),
  }
  return detect([[loc, roc]], [`${loc.name}, ${roc.name}`], hypnogram, options, (addon, [l, r], scored, job) =>
    addon.detectRems(l!, r!, scored, native, job),
  )
}
