import type { RunOptions } from '../../native.js'
import type { Recording } from '../../recording/recording.js'
import type { Channel } from '../../recording/types.js'
import { findLocRoc } from '../sleep/channels.js'
import { EPOCH_S } from '../sleep/statistics.js'
import type { EventSummary, SleepStage } from '../sleep/types.js'
import {
  type Detection,
  detectRems,
  detectSlowWaves,
  detectSpindles,
  type RemOptions,
  type SlowWaveOptions,
  type SpindleOptions,
} from './detect.js'
import { summariseEvents, tableToEvents } from './summary.js'
import type { EegEvent } from './types.js'

export interface EventOptions {
  /** EEG channels to look at: the staged one by default. */
  eeg: readonly Channel[]
  /** Events are looked for in sleep by this hypnogram; without one, everywhere. */
  hypnogram: readonly SleepStage[] | null
  spindles?: SpindleOptions | undefined
  slow_waves?: SlowWaveOptions | undefined
  rems?: RemOptions | undefined
}

export interface EventAnalysis {
  /** All events by time. */
  events: EegEvent[]
  summaries: { spindles: EventSummary | null; slow_waves: EventSummary | null; rems: EventSummary | null }
  tables: { spindles: Detection | null; slow_waves: Detection | null; rems: Detection | null }
  warnings: Array<{ code: string; message: string }>
}

const SPINDLE_STAGES: readonly SleepStage[] = ['N1', 'N2', 'N3']
const SLOW_WAVE_STAGES: readonly SleepStage[] = ['N2', 'N3']
const REM_STAGES: readonly SleepStage[] = ['R']

/** Spindles and slow waves on the EEG channels, rapid eye movements where LOC and ROC are there. */
export async function analyzeEvents(recording: Recording, options: EventOptions & RunOptions): Promise<EventAnalysis> {
  const { eeg, hypnogram, signal } = options
  const scoring = hypnogram && { stages: hypnogram, epoch_s: EPOCH_S }
  const run = { hypnogram: scoring, signal }
  const warnings: EventAnalysis['warnings'] = []
  const names = eeg.map((channel) => channel.name)
  const signals = eeg.map((channel) => recording.signal(channel))
  const spindles = eeg.length > 0 ? await detectSpindles(signals, { ...options.spindles, ...run }) : null
  const slow_waves = eeg.length > 0 ? await detectSlowWaves(signals, { ...options.slow_waves, ...run }) : null
  const eyes = findLocRoc(recording.channels)
  const rems =
    eyes && (await detectRems(recording.signal(eyes.loc), recording.signal(eyes.roc), { ...options.rems, ...run }))
  if (!eyes && recording.channels.length > 0)
    warnings.push({
      code: 'no_loc_roc',
      message: 'Eye movements were not looked for: the recording has no pair of left and right EOG (LOC, ROC).',
    })
  for (const [what, found] of Object.entries({ Spindles: spindles, 'Slow waves': slow_waves, 'Eye movements': rems }))
    for (const { channel, reason } of found?.skipped ?? [])
      warnings.push({ code: 'channel_not_looked_at', message: `${what} were not looked for on ${channel}: ${reason}` })

  const eyeNames = eyes ? [eyes.loc.name, eyes.roc.name] : []
  const scope = { stages: hypnogram, duration_s: recording.duration_s }
  const summarise = (found: Detection | null, channels: readonly string[], include: readonly SleepStage[]) =>
    found && found.skipped.length < Math.max(1, channels.length)
      ? summariseEvents(found, { ...scope, channels, include })
      : null
  const events = [
    ...(spindles ? tableToEvents(spindles, 'spindle', 'yasa-spindles') : []),
    ...(slow_waves ? tableToEvents(slow_waves, 'slow_wave', 'yasa-slow-waves') : []),
    ...(rems ? tableToEvents({ ...rems, channel: [] }, 'rem', 'yasa-rem', eyeNames) : []),
  ]
  return {
    events: events.sort((a, b) => a.start_s - b.start_s),
    summaries: {
      spindles: summarise(spindles, names, options.spindles?.include ?? SPINDLE_STAGES),
      slow_waves: summarise(slow_waves, names, options.slow_waves?.include ?? SLOW_WAVE_STAGES),
      rems: summarise(rems, eyeNames, options.rems?.include ?? REM_STAGES),
    },
    tables: { spindles, slow_waves, rems },
    warnings,
  }
}
