import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { SleepOptions } from '../analyses/sleep/analyze.js'
import { hypnogramFromAnnotations } from '../analyses/sleep/hypnogram.js'
import { parseHypnogram } from '../analyses/sleep/hypnogram-text.js'
import { BrrrError } from '../errors.js'
import { callNative } from '../native.js'
import { type Analysis, analyze } from '../pipeline/analyze.js'
import { Recording } from '../recording/recording.js'
import { ProgressLine, warn } from './terminal.js'

/** Options that `sleep` and `analyze` share, as the command line gives them. */
export interface SleepCommandLine {
  eeg?: string[]
  eog?: string
  emg?: string
  age?: number
  sex?: 'male' | 'female'
  model?: string
  lightsOff?: string
  lightsOn?: string
  hypno?: string
  events: boolean
  /** Judge the signal quality: `analyze` unless told otherwise, `sleep` when asked. */
  quality?: boolean
  /** Keep the quality run's samples until the results are written. */
  keepSamples?: boolean | undefined
  simd?: string
  threads?: number
}

/**
 * A point of the recording: seconds (`5400`), time from the start (`1:30:00`), or a clock time (`23:10`, `23:10:30`)
 * where the recording's start is known. With three parts, the clock is meant if the start is known and the time from
 * the start would lie beyond the end.
 */
export function parseTime(text: string, recording: Recording): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text)
  const match = /^(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?$/.exec(text)
  if (!match)
    throw new BrrrError(
      'INVALID_ARGUMENT',
      `"${text}" is no time: give seconds, h:mm:ss from the start, or a clock time like 23:10.`,
    )
  const seconds = Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3] ?? 0)
  if (match[3] !== undefined && seconds <= recording.duration_s) return seconds
  const start = /T(\d\d):(\d\d):(\d\d)/.exec(recording.header.startIso)
  if (!start)
    throw new BrrrError(
      'INVALID_ARGUMENT',
      `"${text}" is a clock time, but the recording has no start time: give seconds from its start.`,
    )
  const startOfDay = Number(start[1]) * 3600 + Number(start[2]) * 60 + Number(start[3])
  return (seconds - startOfDay + 86400) % 86400
}

/** Sleep options for one recording. */
async function sleepOptions(line: SleepCommandLine, recording: Recording): Promise<SleepOptions> {
  if (line.simd) callNative((addon) => addon.forceSimd(line.simd!))
  if (line.threads) callNative((addon) => addon.setThreads(line.threads!))
  return {
    eeg: line.eeg,
    eog: line.eog,
    emg: line.emg,
    age: line.age,
    sex: line.sex,
    model: line.model,
    lights: lights(line, recording),
    given_stages: line.hypno ? await readHypnogram(line.hypno) : undefined,
  }
}

function lights(line: SleepCommandLine, recording: Recording): SleepOptions['lights'] {
  const { lightsOff, lightsOn } = line
  if (!lightsOff && !lightsOn) return undefined
  if (lightsOff === 'annotations' || lightsOn === 'annotations') return 'annotations'
  return {
    off_s: lightsOff === undefined ? undefined : parseTime(lightsOff, recording),
    on_s: lightsOn === undefined ? undefined : parseTime(lightsOn, recording),
  }
}

/** A human scoring from CSV, JSON or the annotations of an EDF+ file. */
async function readHypnogram(file: string) {
  const start = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
    const missing = cause.code === 'ENOENT'
    throw new BrrrError(
      missing ? 'FILE_NOT_FOUND' : 'FILE_UNREADABLE',
      `The hypnogram ${file} ${missing ? 'does not exist' : `cannot be read: ${cause.message}`}.`,
      { cause },
    )
  })
  const isEdf = /^(0 {7}|\xffBIOSEMI)/.test(start.subarray(0, 8).toString('latin1'))
  let night: ReturnType<typeof parseHypnogram>
  if (isEdf) {
    const scored = await Recording.open(file)
    night = hypnogramFromAnnotations(scored.annotations)
    scored.close()
  } else night = parseHypnogram(start.toString('utf8'))
  if (night.shift_s !== 0)
    warn(`The epochs of ${file} were moved by ${night.shift_s.toFixed(3)} s onto the recording's 30 s grid.`)
  return night.stages
}

/** Opens a recording and analyses it as the command line says, with a progress line; `use` then writes results. */
export async function analyzeFile<T>(
  file: string,
  line: SleepCommandLine,
  signal: AbortSignal,
  use: (recording: Recording, analysis: Analysis, progress: ProgressLine) => Promise<T>,
): Promise<T> {
  const progress = new ProgressLine(basename(file))
  const recording = await Recording.open(file, { signal })
  try {
    const analysis = await analyze(recording, {
      ...(await sleepOptions(line, recording)),
      quality: line.quality ?? false,
      keepSamples: line.keepSamples,
      events: line.events,
      signal,
      onProgress: ({ stage, share }) => progress.update(stage, share),
    })
    return await use(recording, analysis, progress).finally(() => analysis.quality?.close())
  } finally {
    progress.end()
    recording.close()
  }
}
