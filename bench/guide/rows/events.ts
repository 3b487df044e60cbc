// Spindles, slow waves and eye movements of an 8 h night at 256 Hz.
import { join } from 'node:path'
import {
  analyzeEvents,
  analyzeSleep,
  type EegEvent,
  Recording,
  type SynthTruth,
  synthesise,
} from '../../../lib/index.js'
import { BENCH_FOLDER, night } from '../../harness/nights.js'
import { measure } from '../measure.js'
import { atLeast, below, type Section } from '../section.js'

/** Percent of the planted events of a type that a found one overlaps. */
function sensitivity(type: EegEvent['type'], planted: SynthTruth['events'], found: readonly EegEvent[]): number {
  const ours = found.filter((event) => event.type === type)
  const there = planted.filter((event) => event.type === type)
  const seen = there.filter(({ start_s, duration_s }) =>
    ours.some((event) => event.start_s < start_s + duration_s && start_s < event.start_s + event.duration_s),
  )
  return (100 * seen.length) / there.length
}

async function sensitivities(): Promise<Record<string, number>> {
  const path = join(BENCH_FOLDER, 'guide-events.edf')
  const truth = await synthesise(path, { kind: 'night', hours: 8, rate: 256, seed: 2 })
  const recording = await Recording.open(path)
  const { channels } = await analyzeSleep(recording)
  const { events } = await analyzeEvents(recording, { eeg: channels.eeg, hypnogram: truth.stages })
  recording.close()
  return {
    spindles: sensitivity('spindle', truth.events, events),
    slow_waves: sensitivity('slow_wave', truth.events, events),
    rems: sensitivity('rem', truth.events, events),
  }
}

export const events: Section = {
  name: 'events',
  async run() {
    const { path, hours } = await night(256)
    const recording = await Recording.open(path)
    const { channels } = await analyzeSleep(recording)
    const detection = await measure(() => analyzeEvents(recording, { eeg: channels.eeg, hypnogram: null }))
    recording.close()
    return {
      figures: {
        seconds_per_minute: detection.mean_s / (hours * 60),
        growth: detection.rss_growth_mb,
        ...(await sensitivities()),
      },
      measurements: { 'all detectors, 8 h': detection },
    }
  },
  rows: [
    { what: 'event detection, per minute of signal', target: below(2, 's'), figure: 'seconds_per_minute' },
    { what: 'event detection, memory growth', target: below(300, 'MB'), figure: 'growth' },
    ...[
      { what: 'sensitivity, planted spindles', figure: 'spindles' },
      { what: 'sensitivity, planted slow waves', figure: 'slow_waves' },
      { what: 'sensitivity, planted eye movements', figure: 'rems' },
    ].map((row) => ({ ...row, target: atLeast(80, '%'), note: 'on a synthetic night' })),
  ],
}
