import { setImmediate } from 'node:timers/promises'
import { BrrrError } from '../../errors.js'
import type { RunOptions } from '../../native.js'
import { electrodePositions } from '../../recording/montage.js'
import type { Recording } from '../../recording/recording.js'
import type { Channel } from '../../recording/types.js'
import { QualityAnalysis } from './analysis.js'
import { type ArtifactLimits, artifactLimits, type FoundArtifacts, findArtifacts } from './artifacts.js'
import { type CellTables, measureCells } from './cells.js'
import { coveredCells, type FindingLimits, type Findings, findInTurns, findingLimits } from './findings.js'
import { BAD_CHANNEL_SHARE, type Cells, gradeCells } from './grade.js'
import {
  AMPLITUDE_LIMITS,
  type AmplitudeLimits,
  FEWEST_CHANNELS,
  FOLDS,
  type Labelling,
  type LabelOptions,
  labelByAmplitude,
  labelByAutoReject,
  labelText,
  ordinaryChannels,
} from './labels.js'
import { Epochs, SLOWEST_HZ } from './store.js'
import { checkBytes, checkMethod, checkSeed } from './thresholds.js'
import type { NotJudged, QualityReport } from './types.js'
import { factorsToMicrovolts, ofOneUnit } from './units.js'

export { QualityAnalysis } from './analysis.js'

export type QualityLimits = FindingLimits & AmplitudeLimits & ArtifactLimits

export interface QualityOptions extends LabelOptions {
  /** Channels to judge; default: every EEG channel. */
  channels?: readonly string[] | undefined
  /** Length of an epoch in seconds; default 4. */
  epoch_s?: number | undefined
  /** Edge of the zero-phase high-pass; default 1. */
  high_pass_hz?: number | undefined
  /** Limits that differ from the default ones; the report holds them all. */
  limits?: Partial<QualityLimits> | undefined
}

type Warning = QualityReport['warnings'][number]

/**
 * Judges the EEG of a recording: which channels and epochs are bad and why, what can be repaired, a grade and a score.
 * Too short a recording, or one without EEG, gives a report that says so. The samples stay in memory until close().
 * @throws BrrrError NO_SUCH_CHANNEL, INVALID_ARGUMENT, MEMORY_BUDGET, FILE_*, ABORTED
 */
export async function analyzeQuality(
  recording: Recording,
  options: QualityOptions & RunOptions = {},
): Promise<QualityAnalysis> {
  checkQualityOptions(options)
  const { signal, onProgress, high_pass_hz = 1 } = options
  const limits = qualityLimits(options.limits)
  const channels = options.channels?.map((name) => recording.channel(name)) ?? eegChannels(recording)
  const epochs = await load(recording, channels, options, limits)
  if ('reason' in epochs) return new QualityAnalysis(epochs, high_pass_hz)
  try {
    onProgress?.(0.2)
    const tables = await measureCells(epochs, {
      signal,
      flat_uv: limits.findings.flat_uv,
      bridge_distance: limits.findings.bridged_distance,
    })
    const findings = await findInTurns(tables, limits.findings)
    onProgress?.(0.3)
    const warnings: Warning[] = []
    // What a limit leaves beside the epochs; 0 would be no limit.
    const maxBytes = options.maxBytes && Math.max(1, options.maxBytes - epochs.bytes)
    const labelling = await label(epochs, tables, findings, { ...options, maxBytes, limits, warnings })
    onProgress?.(0.8)
    const artifacts = await findArtifactsIn(epochs, findings, limits.artifacts, signal)
    return await assemble({ epochs, findings, labelling, artifacts, limits, warnings, high_pass_hz })
  } catch (error) {
    epochs.close()
    throw error
  }
}

/** Refuses what makes no sense on any recording. @throws BrrrError INVALID_ARGUMENT */
export function checkQualityOptions({ limits, seed, thresh_method, ...options }: QualityOptions): void {
  qualityLimits(limits)
  checkSeed(seed ?? null)
  if (thresh_method) checkMethod(thresh_method)
  checkBytes(options)
  const { epoch_s = 4, high_pass_hz = 1 } = options
  if (!(epoch_s > 0 && Number.isFinite(epoch_s) && high_pass_hz >= 0 && Number.isFinite(high_pass_hz)))
    throw new BrrrError(
      'INVALID_ARGUMENT',
      `epoch_s is a length above 0 s and high_pass_hz an edge from 0 Hz on; got ${epoch_s} and ${high_pass_hz}.`,
    )
}

/** All limits, by what they are for: those given, the rest by default. */
interface Limits {
  findings: FindingLimits
  amplitude: AmplitudeLimits
  artifacts: ArtifactLimits
}

/** @throws BrrrError INVALID_ARGUMENT */
function qualityLimits(given: Partial<QualityLimits> = {}): Limits {
  const entries = Object.entries(given).filter(([, value]) => value !== undefined)
  const known = artifactLimits()
  const of = <T>(belongs: (name: string) => boolean) =>
    Object.fromEntries(entries.filter(([name]) => belongs(name))) as Partial<T>
  const amplitude = { ...AMPLITUDE_LIMITS, ...of<AmplitudeLimits>((name) => name in AMPLITUDE_LIMITS) }
  if (!(amplitude.amplitude_uv > 0 && amplitude.amplitude_channel_share > 0))
    throw new BrrrError(
      'INVALID_ARGUMENT',
      `Limits of amplitude must be above 0; got ${amplitude.amplitude_uv} uV and a share of ${amplitude.amplitude_channel_share}.`,
    )
  return {
    findings: findingLimits(of((name) => !(name in known) && !(name in AMPLITUDE_LIMITS))),
    amplitude,
    artifacts: artifactLimits(of((name) => name in known)),
  }
}

function eegChannels(recording: Recording): Channel[] {
  return recording.channels.filter(({ kind, to_uv }) => kind === 'eeg' && to_uv !== null)
}

/** The epochs in memory, or why there are none. */
async function load(
  recording: Recording,
  channels: readonly Channel[],
  options: QualityOptions & RunOptions,
  limits: Limits,
): Promise<Epochs | NotJudged> {
  if (channels.length === 0)
    return { status: 'unavailable', reason: 'The recording has no channel that is known to be EEG.' }
  if (channels.every(({ rate_hz }) => rate_hz < SLOWEST_HZ))
    return { status: 'unavailable', reason: `No EEG channel is sampled at ${SLOWEST_HZ} Hz or more.` }
  const { signal, epoch_s = 4, high_pass_hz, maxBytes } = options
  try {
    return await Epochs.fromRecording(recording, channels, {
      signal,
      epoch_s,
      high_pass_hz,
      flat_uv: limits.findings.flat_uv,
      maxBytes,
      artifacts: true,
    })
  } catch (error) {
    if (!(error instanceof BrrrError && error.code === 'TOO_SHORT')) throw error
    return { status: 'skipped', reason: `No stretch of the recording holds an epoch of ${epoch_s} s.` }
  }
}

interface Judging {
  limits: Limits
  /** Filled. */
  warnings: Warning[]
}

/** Limits in microvolts say nothing of channels in another unit. */
async function findArtifactsIn(
  epochs: Epochs,
  findings: Findings,
  limits: ArtifactLimits,
  signal: AbortSignal | undefined,
): Promise<FoundArtifacts> {
  const factors = factorsToMicrovolts(findings)
  const sound = epochs.channels.filter((name, c) => !findings.bad.has(name) && factors[c] === 1)
  const artifacts = await findArtifacts(epochs, { signal, channels: sound, limits })
  const channels = epochs.channels.filter((_, c) => factors[c] !== 1)
  if (channels.length > 0)
    artifacts.not_assessed.push({ what: 'artifacts', channels, reason: 'the values are not in microvolts' })
  else if (sound.length === 0)
    artifacts.not_assessed.push({ what: 'artifacts', channels: [...epochs.channels], reason: 'all channels are bad' })
  return artifacts
}

/** By AutoReject on the channels that nothing was found in and that have a position; else by amplitude. */
async function label(
  epochs: Epochs,
  tables: CellTables,
  findings: Findings,
  { limits, warnings, ...options }: QualityOptions & RunOptions & Judging,
): Promise<Labelling> {
  const positions = electrodePositions(epochs.channels)
  const namesOf = (channels: readonly number[]) => channels.map((channel) => epochs.channels[channel]).join(', ')
  const sound = epochs.channels.flatMap((name, channel) => (findings.bad.has(name) ? [] : [channel]))
  const { channels: usable, left_out, in_uv } = ofOneUnit(sound, findings)
  if (left_out.length > 0)
    warnings.push({
      code: 'mixed_units',
      message: `${namesOf(left_out)}: not in the unit of most channels, so left out of AutoReject and of amplitude rules.`,
    })
  const picks = usable.filter((channel) => positions[channel])
  const reason =
    picks.length < FEWEST_CHANNELS
      ? `it needs ${FEWEST_CHANNELS} usable channels with a known position, there are ${picks.length}`
      : epochs.epochs < FOLDS
        ? `it needs ${FOLDS} epochs, there are ${epochs.epochs}`
        : null
  if (reason !== null) {
    const message = `AutoReject was not used: ${reason}. Cells above ${limits.amplitude.amplitude_uv} uV peak-to-peak are bad instead.`
    warnings.push({ code: 'amplitude_rules', message })
    return labelByAmplitude(epochs, in_uv ? usable : [], tables, limits.amplitude)
  }
  const unplaced = usable.filter((channel) => !positions[channel])
  if (unplaced.length > 0)
    warnings.push({
      code: 'no_position',
      message: `No position is known for ${namesOf(unplaced)}: left out of AutoReject, only findings were looked for there.`,
    })
  const { onProgress } = options
  const ordinary = ordinaryChannels(tables, picks, limits.findings.autoreject_relative_ptp)
  return labelByAutoReject(epochs, picks, ordinary, {
    ...options,
    onProgress: onProgress && ((share) => onProgress(0.3 + 0.5 * share)),
  })
}

interface Assembly extends Judging {
  epochs: Epochs
  findings: Findings
  labelling: Labelling
  artifacts: FoundArtifacts
  high_pass_hz: number
}

async function assemble({
  epochs,
  findings,
  labelling,
  artifacts,
  limits,
  warnings,
  high_pass_hz,
}: Assembly): Promise<QualityAnalysis> {
  const { channels } = epochs
  const { method, labels, rejected, thresholds_uv, consensus, n_interpolate, seed, repair, ordinary } = labelling
  const cells: Cells = {
    channels,
    epochs: epochs.epochs,
    labels,
    found: coveredCells(findings),
    rejected,
  }
  // A night has a hundred thousand cells: the event loop gets its turn between one pass over them and the next.
  await setImmediate()
  const graded = gradeCells(cells, findings.bad, method, ordinary)
  const { grade, quality_score, bad_channels, spared, n_rejected, n_interpolated } = graded
  if (spared.length > 0)
    warnings.push({
      code: 'often_labelled',
      message: `${spared.join(', ')}: labelled by AutoReject in most epochs, though no larger than other channels, so not counted as bad.`,
    })
  await setImmediate()
  const report: QualityReport = {
    status: 'ok',
    grade,
    quality_score,
    bad_channels,
    findings: findings.findings,
    not_assessed: [...epochs.left_out, ...findings.not_assessed, ...artifacts.not_assessed],
    epochs: {
      n: epochs.epochs,
      length_s: epochs.length_s,
      n_rejected,
      n_interpolated,
      start_s: Array.from(epochs.start_s),
    },
    channels: [...channels],
    labels: labelText(labels, channels.length),
    rejected: rejected.flatMap((gone, epoch) => (gone ? [epoch] : [])),
    thresholds_uv,
    consensus,
    n_interpolate,
    method,
    artifacts: artifacts.artifacts,
    limits: {
      ...limits.findings,
      ...limits.amplitude,
      ...limits.artifacts,
      bad_channel_epoch_share: BAD_CHANNEL_SHARE,
      high_pass_hz,
    },
    warnings,
  }
  return new QualityAnalysis({ report, epochs, cells, repair, high_pass_hz, seed })
}
