/** What was found in a recording as annotations for EDF+ files. */
import type { EegEvent } from '../analyses/events/types.js'
import type { FindingKind, QualityReport } from '../analyses/quality/types.js'
import type { Annotation } from '../recording/types.js'

/** The text of the annotations over rejected epochs; MNE-Python leaves out what begins with BAD. */
export const REJECTED_TEXT = 'BAD_autoreject'

const EVENT_TEXT: Record<EegEvent['type'], string> = {
  spindle: 'Spindle',
  slow_wave: 'Slow wave',
  rem: 'Rapid eye movement',
  blink: 'Blink',
  muscle: 'Muscle',
  electrode_pop: 'Electrode pop',
  movement: 'Movement',
}

const FINDING_TEXT: Record<FindingKind, string> = {
  flat: 'Flat',
  disconnected: 'Disconnected',
  noisy: 'Noisy',
  mains: 'Mains',
  bridged: 'Bridged',
  clipped: 'Clipped',
  units: 'Units',
}

interface Span {
  start_s: number
  duration_s: number
}

const annotation = ({ start_s, duration_s }: Span, text: string, channels: readonly string[] = []): Annotation => ({
  onset_s: start_s,
  duration_s,
  text: channels.length > 0 ? `${text}@@${channels.join(' ')}` : text,
})

export function eventAnnotations(events: readonly EegEvent[]): Annotation[] {
  return events.map((event) => annotation(event, EVENT_TEXT[event.type], event.channels))
}

/** Rejected epochs, findings and artifacts, by time. */
export function qualityAnnotations(report: QualityReport): Annotation[] {
  return [
    ...rejectedSpans(report).map((span) => annotation(span, REJECTED_TEXT)),
    ...report.findings.flatMap(({ kind, channels, spans }) =>
      spans.map((span) => annotation(span, FINDING_TEXT[kind], channels)),
    ),
    ...eventAnnotations(report.artifacts),
  ].sort((a, b) => a.onset_s - b.onset_s)
}

/** Rejected epochs, those that follow each other as one. */
export function rejectedSpans({ epochs, rejected }: QualityReport): Span[] {
  const spans: Span[] = []
  for (const epoch of rejected) {
    const start_s = epochs.start_s[epoch]!
    const last = spans.at(-1)
    if (last && Math.abs(last.start_s + last.duration_s - start_s) < 1e-6) last.duration_s += epochs.length_s
    else spans.push({ start_s, duration_s: epochs.length_s })
  }
  return spans
}

/** Channels that were replaced throughout. */
export function interpolatedAnnotations(channels: readonly string[], duration_s: number): Annotation[] {
  return channels.map((channel) => annotation({ start_s: 0, duration_s }, 'Interpolated', [channel]))
}
