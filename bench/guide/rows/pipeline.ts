// 20 minutes of EEG, 20 channels at 256 Hz, through every analysis there is.
import { analyze, type ResultDocument } from '../../../lib/index.js'
import { routineEeg } from '../../harness/nights.js'
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
    return {
      figures: {
        duration: whole.mean_s,
        p95: whole.p95_s,
        speed: (MINUTES * 60) / whole.mean_s,
        stages: Math.min(...documents.map((document) => document.sleep.sleep_stages.length)),
        peak: whole.rss_peak_mb / 1024,
      },
      measurements: { '20 min EEG': whole },
    }
  },
  rows: [
    { what: '20 min EEG through the pipeline, mean', target: below(120, 's'), figure: 'duration' },
    { what: '20 min EEG through the pipeline, p95', target: below(120, 's'), figure: 'p95' },
    { what: 'speed, times real time', target: above(10, 'x'), figure: 'speed', note: '20 min in 2 min, as a ratio' },
    { what: 'its document holds sleep stages', target: atLeast(1, 'epochs'), figure: 'stages' },
    { what: 'its document holds a quality report', target: atLeast(1, 'report') },
    { what: 'its document holds an abnormality score', target: atLeast(1, 'score') },
    { what: 'peak memory of an analysis', target: below(4, 'GB'), figure: 'peak' },
  ],
}
