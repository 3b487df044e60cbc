import { type RunOptions, runNative } from '../native.js'

export type SynthKind = 'night' | 'routine'

export interface SynthOptions extends RunOptions {
  kind: SynthKind
  hours: number
  /** Samples per second. */
  rate: number
  /** Same seed, same recording. */
  seed: number
  /** A subset of the channels (the samples stay the same); default all. */
  channels?: readonly string[] | undefined
  /** Of a routine EEG: false leaves out blinks, muscle and electrode pops, and nothing else changes. Default true. */
  artifacts?: boolean | undefined
}

/** What a synthetic recording was made from. */
export interface SynthTruth {
  /** Stage of each 30 s epoch; empty for a routine EEG. */
  stages: Array<'W' | 'N1' | 'N2' | 'N3' | 'R'>
  events: Array<{ type: string; start_s: number; duration_s: number; amplitude_uv: number; channels: string[] }>
}

const STAGES = ['W', 'N1', 'N2', 'N3', 'R'] as const

/**
 * Writes a synthetic recording as EDF+: a night of sleep with all stages, spindles, slow waves and eye movements, or a
 * routine EEG. For tests and demonstrations; it says nothing about people.
 * @throws BrrrError INVALID_ARGUMENT, WRITE_FAILED, ABORTED
 */
export async function synthesise(path: string, options: SynthOptions): Promise<SynthTruth> {
  const { kind, hours, rate, seed, artifacts = true } = options
  const truth = await runNative(options, (addon, job) =>
    addon.synthesise(path, { kind, hours, rate, seed, artifacts, channels: [...(options.channels ?? [])] }, job),
  )
  return {
    stages: Array.from(truth.stages, (code) => STAGES[code]!),
    events: truth.events.map((e) => ({
      type: e.type,
      start_s: e.startS,
      duration_s: e.durationS,
      amplitude_uv: e.amplitudeUv,
      channels: e.channels,
    })),
  }
}
