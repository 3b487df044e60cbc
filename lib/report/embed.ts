import type { EegEvent } from '../analyses/events/types.js'
import type { ResultDocument } from '../pipeline/document.js'
import { derivationLeads } from '../recording/names.js'
import { measure, secondsOfDay } from './format.js'
import type { PageData, PageEvent } from './page-data.js'
import { displayRange } from './signals.js'
import { qualityReport } from './summary.js'
import type { ReportSignals, ReportTrace } from './types.js'

/** Epochs that the report can open and seconds that its time axis spans. */
export function extent(document: ResultDocument): { epoch_s: number; epochs: number; span_s: number } {
  const epoch_s = document.sleep.epoch_s > 0 ? document.sleep.epoch_s : 30
  const staged = Math.max(document.sleep.sleep_stages.length, document.sleep.given_stages?.length ?? 0)
  const span_s = Math.max(document.recording.duration_s, staged * epoch_s)
  return { epoch_s, epochs: staged || Math.ceil(span_s / epoch_s - 1e-6), span_s }
}

/** What the page's script works on. */
export function pageData(document: ResultDocument, signals: ReportSignals | null): PageData {
  const { sleep, recording } = document
  return {
    ...extent(document),
    start_of_day: secondsOfDay(recording.start_time),
    stages: sleep.sleep_stages,
    given: sleep.given_stages ?? null,
    probabilities: sleep.probabilities.map((epoch) => epoch?.map((p) => Math.round(p * 1000) / 1000) ?? null),
    events: [...document.events, ...(qualityReport(document)?.artifacts ?? [])].map(pageEvent),
    traces: (signals?.traces ?? []).map((trace) => ({
      channel: trace.channel,
      leads: derivationLeads(trace.channel) ?? [],
      kind: kindOf(trace.channel, document),
      rate_hz: trace.rate_hz,
      samples: trace.samples.length,
      scale_uv: trace.scale_uv,
      range_uv: displayRange(trace),
    })),
  }
}

function pageEvent(event: EegEvent): PageEvent {
  const { type, start_s, duration_s, channels } = event
  return {
    type,
    start_s: milliseconds(start_s),
    duration_s: milliseconds(duration_s),
    channels,
    label: measureOf(event),
  }
}

/** What a reader wants to know of an event at a glance. */
function measureOf({ type, attributes }: EegEvent): string {
  const { frequency, ptp } = attributes
  if (type === 'spindle' && typeof frequency === 'number') return `${measure(frequency)} Hz`
  if (type === 'slow_wave' && typeof ptp === 'number') return `${measure(ptp)} µV`
  return ''
}

const milliseconds = (seconds: number) => Math.round(seconds * 1000) / 1000

function kindOf(channel: string, { sleep }: ResultDocument): string {
  if (sleep.channels.eeg.includes(channel)) return 'EEG'
  if (channel === sleep.channels.eog) return 'EOG'
  return channel === sleep.channels.emg ? 'EMG' : ''
}

/** Bytes of samples that are encoded at once; a multiple of 3, so that the pieces join without padding. */
const PIECE_BYTES = 3 * 2 ** 17

/** A trace's samples as base64, piece by piece. */
export function* base64Pieces(trace: ReportTrace): Generator<string> {
  const bytes = Buffer.from(trace.samples.buffer, trace.samples.byteOffset, trace.samples.byteLength)
  for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
    yield bytes.toString('base64', from, Math.min(from + PIECE_BYTES, bytes.length))
  }
}
