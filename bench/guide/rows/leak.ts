// Ten files of 5 min, one after the other, each made, analysed and deleted: memory must settle.
import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { analyze } from '../../../lib/index.js'
import { BENCH_FOLDER, routineEeg } from '../../harness/nights.js'
import { slope } from '../../harness/statistics.js'
import { measure, rssMb } from '../measure.js'
import { below, type Section } from '../section.js'

const FILES = 10
const WARM_UP_FILES = 2

export const leak: Section = {
  name: 'leak',
  async run() {
    const source = await routineEeg(5)
    const file = join(BENCH_FOLDER, 'guide-leak.edf')
    const memory_mb: number[] = []
    const repeated = await measure(
      async () => {
        copyFileSync(source, file)
        await analyze(file)
        global.gc?.()
        memory_mb.push(rssMb())
        rmSync(file)
      },
      { calls: FILES, warmUps: 0 },
    )
    return {
      figures: { increase: memory_mb.at(-1)! - memory_mb[WARM_UP_FILES]!, slope: slope(memory_mb) },
      measurements: { '5 min EEG, ten times': repeated },
    }
  },
  rows: [
    { what: 'memory increase over 10 files, the first two aside', target: below(512, 'MB'), figure: 'increase' },
    { what: 'memory slope over 10 files', target: below(51.2, 'MB a file'), figure: 'slope' },
  ],
}
