import { BrrrError } from '../../errors.js'
import type { RunOptions } from '../../native.js'
import type { Recording } from '../../recording/recording.js'
import type { Annotation, Channel } from '../../recording/types.js'
import type { BadChannel } from '../quality/types.js'
import { stageAgreement } from './agreement.js'
import { chooseSleepChannels, type SleepChannels } from './channels.js'
import { fitToRecording, hypnogramFromAnnotations, stageOfAnnotation } from './hypnogram.js'
import { type Staging, stageSleep } from './staging.js'
import { EPOCH_S, epochsBetween, sleepStatistics, stageTransitions } from './statistics.js'
import type { SleepResult, SleepStage, SleepWarning } from './types.js'

/** Below five minutes YASA warns; its validation is on nights. */
const TOO_SHORT_S = 5 * 60
const SHORT_RECORDING_S = 4 * 3600

export interface SleepOptions {
  /** Channels to stage; if any of the three is named, only named ones are used. Several EEG channels vote. */
  eeg?: readonly string[] | undefined
  eog?: string | undefined
  emg?: string | undefined
  /** Together they select the classifier that knows them. */
  age?: number | undefined
  sex?: 'male' | 'female' | undefined
  /** Id of an installed model; default: the one that ships. */
  model?: string | undefined
  /** Seconds from the start between which statistics hold; "annotations" takes them from the recording. */
  lights?: { off_s?: number | undefined; on_s?: number | undefined } | 'annotations' | undefined
  /** A human scoring: statistics and events then rest on it, and it is compared with the automatic one. */
  given_stages?: readonly SleepStage[] | undefined
  /** Channels that the quality report calls bad: the automatic choice avoids them, and staging on one is a warning. */
  bad_channels?: readonly BadChannel[] | undefined
}

export interface SleepAnalysis {
  result: SleepResult
  /** Null where nothing was staged. */
  staging: Staging | null
  channels: SleepChannels
  /** The hypnogram that events and statistics rest on; null where there is none. */
  hypnogram: readonly SleepStage[] | null
}

/** Lights-off and lights-on by the recording's annotations; missing ones are its start and end. */
export function lightsFromAnnotations(annotations: readonly Annotation[]): { off_s?: number; on_s?: number } {
  const off = annotations.find(({ text }) => /\blights?[ _-]*(off|out)\b/i.test(text))
  const on = annotations.findLast(({ text }) => /\blights?[ _-]*on\b/i.test(text))
  return { ...(off && { off_s: off.onset_s }), ...(on && (!off || on.onset_s > off.onset_s) && { on_s: on.onset_s }) }
}

function lightsOf(recording: Recording, option: SleepOptions['lights']): { off_s: number; on_s: number } | null {
  if (!option) return null
  const { off_s, on_s } = option === 'annotations' ? lightsFromAnnotations(recording.annotations) : option
  if (off_s === undefined && on_s === undefined) return null
  const lights = { off_s: off_s ?? 0, on_s: on_s ?? recording.duration_s }
  if (!(lights.off_s >= 0 && lights.off_s < lights.on_s))
    throw new BrrrError(
      'INVALID_ARGUMENT',
      `Lights off (${lights.off_s} s) must come before lights on (${lights.on_s} s), both from the recording's start.`,
    )
  return lights
}

/**
 * Stages a recording and describes the night. A recording that cannot be staged gives a result that says why; naming a
 * channel that is not there is an error.
 * @throws BrrrError NO_SUCH_CHANNEL, INVALID_ARGUMENT, RATE_TOO_LOW, HYPNOGRAM_INVALID, MODEL_*, FILE_*, ABORTED
 */
export async function analyzeSleep(
  recording: Recording,
  options: SleepOptions & RunOptions = {},
): Promise<SleepAnalysis> {
  const { eeg, eog, emg, bad_channels } = options
  const channels = chooseSleepChannels(recording.channels, {
    ...(eeg && { eeg }),
    ...(eog && { eog }),
    ...(emg && { emg }),
    ...(bad_channels && { bad_channels }),
  })
  const lights = lightsOf(recording, options.lights)
  const attempt = await stage(recording, channels, options)
  const staging = 'reason' in attempt ? null : attempt
  const epochs = staging?.stages.length ?? Math.floor(recording.duration_s / EPOCH_S)
  const given = options.given_stages ? fitToRecording(options.given_stages, epochs) : ownScoring(recording)
  const hypnogram = given ?? staging?.stages ?? null
  const counted = hypnogram && lights ? epochsBetween(hypnogram, lights) : hypnogram
  const name = (channel: Channel | null) => channel?.name ?? null
  const result: SleepResult = {
    status: staging ? 'ok' : (attempt as NotStaged).status,
    ...(staging ? {} : { reason: (attempt as NotStaged).reason }),
    epoch_s: EPOCH_S,
    sleep_stages: staging?.stages ?? [],
    probabilities: staging?.probabilities ?? [],
    ...(given && { given_stages: given }),
    ...(given && staging && { agreement: stageAgreement(given, staging.stages) }),
    statistics: counted ? sleepStatistics(counted) : {},
    ...(counted && { transitions: stageTransitions(counted) }),
    lights,
    spindles: null,
    slow_waves: null,
    rems: null,
    channels: staging
      ? { eeg: channels.eeg.map((c) => c.name), eog: name(channels.eog), emg: name(channels.emg) }
      : { eeg: [], eog: null, emg: null },
    warnings: [
      ...(recording.channels.length > 0 ? channels.warnings : []),
      ...(staging ? stagingWarnings(recording, staging) : []),
    ],
    model: staging?.model ?? null,
  }
  return { result, staging, channels, hypnogram }
}

/** The result where nothing was staged. */
export function skippedSleep(reason: string): SleepAnalysis {
  return {
    result: {
      status: 'skipped',
      reason,
      epoch_s: EPOCH_S,
      sleep_stages: [],
      probabilities: [],
      statistics: {},
      lights: null,
      spindles: null,
      slow_waves: null,
      rems: null,
      channels: { eeg: [], eog: null, emg: null },
      warnings: [],
      model: null,
    },
    staging: null,
    channels: { eeg: [], eog: null, emg: null, warnings: [] },
    hypnogram: null,
  }
}

/** The scoring that a file of annotations alone holds: its statistics are what such a file has to tell. */
function ownScoring(recording: Recording): SleepStage[] | undefined {
  if (recording.channels.length > 0 || !recording.annotations.some(({ text }) => stageOfAnnotation(text)))
    return undefined
  return hypnogramFromAnnotations(recording.annotations).stages
}

interface NotStaged {
  status: 'skipped' | 'unavailable' | 'failed'
  reason: string
}

async function stage(
  recording: Recording,
  channels: SleepChannels,
  options: SleepOptions & RunOptions,
): Promise<Staging | NotStaged> {
  if (recording.channels.length === 0)
    return {
      status: 'unavailable',
      reason: 'The file holds annotations only, no signals. To score a recording by it, give it as --hypno.',
    }
  if (channels.eeg.length === 0)
    return { status: 'unavailable', reason: channels.warnings.map((w) => w.message).join(' ') }
  const signal = (channel: Channel | null) => channel && recording.signal(channel)
  try {
    const staging = await stageSleep(
      {
        eeg: channels.eeg.map((c) => recording.signal(c)),
        eog: signal(channels.eog),
        emg: signal(channels.emg),
        age: options.age,
        sex: options.sex,
        model: options.model,
      },
      options,
    )
    if (staging.stages.every((s) => s === '?'))
      return {
        status: 'failed',
        reason: `No epoch could be staged: ${staging.flat_epochs > 0 ? `${channels.eeg.map((c) => c.name).join(', ')} is flat` : 'every epoch touches a gap'}.`,
      }
    return staging
  } catch (error) {
    if (error instanceof BrrrError && error.code === 'TOO_SHORT') return { status: 'skipped', reason: error.message }
    throw error
  }
}

function stagingWarnings(recording: Recording, staging: Staging): SleepWarning[] {
  const warnings: SleepWarning[] = []
  const add = (code: string, message: string) => warnings.push({ code, message })
  if (recording.duration_s < TOO_SHORT_S)
    add(
      'too_short',
      `The recording lasts ${Math.round(recording.duration_s)} s; below 5 min staging is hardly reliable.`,
    )
  else if (recording.duration_s < SHORT_RECORDING_S)
    add(
      'short_recording',
      `The recording lasts ${(recording.duration_s / 60).toFixed(0)} min; the classifiers were validated on whole nights.`,
    )
  if (staging.gap_epochs > 0) add('gaps', `${staging.gap_epochs} epochs touch a gap of the recording and are unscored.`)
  if (staging.flat_epochs > 0) add('flat_epochs', `${staging.flat_epochs} epochs have a flat EEG and are unscored.`)
  return warnings
}
