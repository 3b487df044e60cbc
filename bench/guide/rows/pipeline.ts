// 20 minutes of EEG, 20 channels at 256 Hz, through every analysis there is; and a whole night for its memory.
import { analyze, type ResultDocument } from '../../../lib/index.js'
import { night, routineEeg } from '../../harness/nights.js'
import { measure } from '../measure.js'
import { above, atLeast, below, type Section } from '../section.js'

const MINUTES = 20

export const pipeline: Section = {
  name: 'pipeline',
  async run() {
    const file = await routineEeg(MINUTES)
    const documents: ResultDocument[] = []
    const work = async () => documents.push((await analyze(file)).document)
    const whole = await measure(work)
    const { path } = await night(256)
    const wholeNight = await measure(() => analyze(path))
    return {
      figures: {
        duration: whole.mean_s,
        p95: whole.p95_s,
        speed: (MINUTES * 60) / whole.mean_s,
        stages: Math.min(...documents.map((document) => document.sleep.sleep_stages.length)),
        quality: Math.min(...documents.map(({ quality_report }) => (quality_report.status === 'ok' ? 1 : 0))),
        peak: whole.rss_peak_mb / 1024,
        night_peak: wholeNight.rss_peak_mb / 1024,
      },
      measurements: { '20 min EEG': whole, '8 h night': wholeNight },
    }
  },
  rows: [
    { what: '20 min EEG through the pipeline, mean', target: below(120, 's'), figure: 'duration' },
    { what: '20 min EEG through the pipeline, p95', target: below(120, 's'), figure: 'p95' },
    { what: 'speed, times real time', target: above(10, 'x'), figure: 'speed', note: '20 min in 2 min, as a ratio' },
    { what: 'its document holds sleep stages', target: atLeast(1, 'epochs'), figure: 'stages' },
    { what: 'its document holds a quality report', target: atLeast(1, 'report'), figure: 'quality' },
    { what: 'its document holds an abnormality score', target: atLeast(1, 'score') },
    { what: 'peak memory, 20 min EEG', target: below(4, 'GB'), figure: 'peak' },
    { what: 'peak memory, 8 h night', target: below(4, 'GB'), figure: 'night_peak' },
  ],
}
