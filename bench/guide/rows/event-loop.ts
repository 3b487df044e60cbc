// Not in the guide, but what its response times rest on: the event loop stays free during an analysis.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { analyze, analyzeEvents, analyzeSleep, Recording } from '../../../lib/index.js'
import { night } from '../../harness/nights.js'
import { measure } from '../measure.js'
import { below, type Section } from '../section.js'

const SECONDS = 4

/** p99 of the event loop's delay in ms while a piece of work is repeated for some seconds. */
async function delayP99(work: () => Promise<unknown>): Promise<number> {
  const histogram = monitorEventLoopDelay({ resolution: 1 })
  const end = performance.now() + SECONDS * 1000
  histogram.enable()
  while (performance.now() < end) await work()
  histogram.disable()
  return histogram.percentile(99) / 1e6
}

export const eventLoop: Section = {
  name: 'event-loop',
  async run() {
    const { path } = await night(256)
    const recording = await Recording.open(path)
    const { channels, hypnogram } = await analyzeSleep(recording)
    const idle = await delayP99(() => setTimeout(50))
    const staging = await delayP99(() => analyzeSleep(recording))
    const detection = await delayP99(() => analyzeEvents(recording, { eeg: channels.eeg, hypnogram }))
    const whole = await measure(() => analyze(path))
    const all = await delayP99(() => analyze(path))
    recording.close()
    return {
      figures: { staging: staging - idle, detection: detection - idle, all: all - idle },
      measurements: { 'whole analysis, 8 h': whole },
    }
  },
  rows: [
    { what: 'event-loop delay p99 above idle, staging', figure: 'staging' },
    { what: 'event-loop delay p99 above idle, detectors', figure: 'detection' },
    { what: 'event-loop delay p99 above idle, whole analysis', figure: 'all' },
  ].map((row) => ({ ...row, target: below(5, 'ms'), note: 'not in the guide' })),
}
