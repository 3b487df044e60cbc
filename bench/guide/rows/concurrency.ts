// 50 analyses at once in one process, each of a file of 5 min, 20 channels at 256 Hz.
import { analyze } from '../../../lib/index.js'
import { routineEeg } from '../../harness/nights.js'
import { measure } from '../measure.js'
import { below, exactly, type Section } from '../section.js'

const ANALYSES = 50
const MINUTES = 5

export const concurrency: Section = {
  name: 'concurrency',
  async run() {
    const files: string[] = []
    for (let seed = 1; seed <= ANALYSES; seed++) files.push(await routineEeg(MINUTES, seed))
    let completed = 0
    const all = await measure(
      async () => {
        const results = await Promise.allSettled(files.map((file) => analyze(file)))
        completed = results.filter(({ status }) => status === 'fulfilled').length
      },
      { calls: 1, warmUps: 0 },
    )
    return {
      figures: {
        completed,
        failed: ANALYSES - completed,
        total: all.mean_s,
        peak: all.rss_peak_mb / 1024,
      },
      measurements: { '50 analyses at once': all },
    }
  },
  rows: [
    { what: '50 analyses at once, completed', target: exactly(ANALYSES, 'analyses'), figure: 'completed' },
    { what: '50 analyses at once, failed', target: exactly(0, 'analyses'), figure: 'failed' },
    { what: '50 analyses at once, total', target: below(300, 's'), figure: 'total' },
    { what: '50 analyses at once, memory of all', target: below(40, 'GB'), figure: 'peak' },
    { what: '50 analyses at once through the service, completed', target: exactly(ANALYSES, 'analyses') },
  ],
}
