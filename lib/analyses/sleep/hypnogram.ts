/** Hypnograms of other hands: stages read from EDF+ annotations and put on the 30 s grid of a recording, and back. */
import { BrrrError } from '../../errors.js'
import type { Annotation } from '../../recording/types.js'
import { EPOCH_S, findPeriods } from './statistics.js'
import type { SleepStage } from './types.js'

/** 31 days: no hypnogram is longer, a duration in milliseconds or a broken one is. */
const MAX_EPOCHS = (31 * 24 * 3600) / EPOCH_S
const TOLERANCE_S = 1e-3

const ANNOTATION_STAGES: Readonly<Record<string, SleepStage>> = {
  W: 'W',
  WAKE: 'W',
  N1: 'N1',
  N2: 'N2',
  N3: 'N3',
  N4: 'N3',
  '1': 'N1',
  '2': 'N2',
  '3': 'N3',
  '4': 'N3',
  R: 'R',
  REM: 'R',
  '?': '?',
  U: '?',
}

/** The stage that an EDF+ annotation names (AASM or Rechtschaffen and Kales), or null for any other text. */
export function stageOfAnnotation(text: string): SleepStage | null {
  const plain = text.trim().toUpperCase()
  if (plain === 'MOVEMENT TIME') return '?'
  const match = /^SLEEP STAGE (\S+)$/.exec(plain)
  return match ? (ANNOTATION_STAGES[match[1]!] ?? null) : null
}

/** A scored stretch, from a file that gives times. `where` says in which line or annotation, for messages. */
export interface ScoredInterval {
  onset_s: number
  /** Null: until the next interval, 30 s for the last. */
  duration_s: number | null
  stage: SleepStage
  where: string
}

/** Stages of consecutive epochs from the recording's start. */
export interface ScoredNight {
  stages: SleepStage[]
  /** Seconds by which the scorer's epochs were moved (at most 15) to lie on the recording's 30 s grid. */
  shift_s: number
}

/** The hypnogram in the annotations of an EDF+ file. HYPNOGRAM_INVALID where there is none, or not of 30 s epochs. */
export function hypnogramFromAnnotations(annotations: readonly Annotation[]): ScoredNight {
  const intervals: ScoredInterval[] = []
  for (const { onset_s, duration_s, text } of annotations) {
    const stage = stageOfAnnotation(text)
    if (stage) intervals.push({ onset_s, duration_s, stage, where: `annotation "${text}" at ${onset_s} s` })
  }
  if (intervals.length === 0) {
    throw invalid('No annotation names a sleep stage ("Sleep stage W", N1, N2, N3, R or ?).')
  }
  return placeOnGrid(intervals)
}

/**
 * Puts intervals on the 30 s grid that starts with the recording. Durations must be whole epochs, and all onsets must
 * lie on one grid of 30 s; where that grid is not the recording's, it is moved to the nearest (`shift_s`). Epochs
 * that no interval covers are unscored; what lies before the recording is dropped; two stages for one epoch are an error.
 */
export function placeOnGrid(intervals: readonly ScoredInterval[]): ScoredNight {
  const sorted = [...intervals].sort((a, b) => a.onset_s - b.onset_s)
  const first = sorted[0]
  if (!first) return { stages: [], shift_s: 0 }
  const shift_s = nearestEpoch(first.onset_s) * EPOCH_S - first.onset_s
  const stages: SleepStage[] = []
  for (const [i, interval] of sorted.entries()) {
    const start = epochOf(interval, shift_s)
    const length = epochCount(interval, sorted[i + 1])
    if (!(start + length <= MAX_EPOCHS)) throw invalid(`${interval.where} ends more than 31 days after the start.`)
    for (let epoch = Math.max(0, start); epoch < start + length; epoch++) {
      const earlier = stages[epoch]
      if (earlier !== undefined && earlier !== interval.stage) {
        throw invalid(`${interval.where} scores epoch ${epoch} as ${interval.stage}; it is ${earlier} already.`)
      }
      stages[epoch] = interval.stage
    }
  }
  return { stages: Array.from(stages, (stage) => stage ?? '?'), shift_s: Math.abs(shift_s) < TOLERANCE_S ? 0 : shift_s }
}

function epochOf(interval: ScoredInterval, shift_s: number): number {
  const epochs = (interval.onset_s + shift_s) / EPOCH_S
  if (!(Math.abs(epochs - Math.round(epochs)) * EPOCH_S <= TOLERANCE_S)) {
    throw invalid(
      `${interval.where} starts ${interval.onset_s} s after the start, off the ${EPOCH_S} s grid of the epochs before it. ${RESCORE}`,
    )
  }
  return Math.round(epochs)
}

function epochCount(interval: ScoredInterval, next: ScoredInterval | undefined): number {
  const duration_s = interval.duration_s ?? (next ? next.onset_s - interval.onset_s : EPOCH_S)
  const epochs = Math.round(duration_s / EPOCH_S)
  if (!(epochs >= 1 && Math.abs(duration_s - epochs * EPOCH_S) <= TOLERANCE_S)) {
    throw invalid(`${interval.where} lasts ${duration_s} s, which is no multiple of ${EPOCH_S} s. ${RESCORE}`)
  }
  return epochs
}

const RESCORE = `Only ${EPOCH_S} s epochs are read; a scoring in 20 s epochs has to be rescored or resampled first.`

/** Exactly between two epochs the earlier one, so that no scoring moves later than it was made. */
function nearestEpoch(onset_s: number): number {
  return Math.ceil(onset_s / EPOCH_S - 0.5)
}

/**
 * A hypnogram cut or padded (unscored) to the number of epochs of its recording. Throws HYPNOGRAM_INVALID where more
 * than one scored epoch would be cut: it then belongs to another recording, or has other epochs.
 */
export function fitToRecording(stages: readonly SleepStage[], epochs: number): SleepStage[] {
  const excess = stages.slice(epochs).filter((stage) => stage !== '?').length
  if (excess > 1) {
    throw invalid(
      `The hypnogram has ${stages.length} epochs, the recording has ${epochs} of ${EPOCH_S} s. Are its epochs shorter, or is it of another recording?`,
    )
  }
  return Array.from({ length: epochs }, (_, epoch) => stages[epoch] ?? '?')
}

/** The hypnogram as EDF+ annotations, `Sleep stage W|N1|N2|N3|R|?`, runs of one stage merged. */
export function hypnogramToAnnotations(stages: readonly SleepStage[]): Annotation[] {
  return findPeriods(stages).map(({ stage, start, length }) => ({
    onset_s: start * EPOCH_S,
    duration_s: length * EPOCH_S,
    text: `Sleep stage ${stage}`,
  }))
}

function invalid(message: string): BrrrError {
  return new BrrrError('HYPNOGRAM_INVALID', message)
}
