import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { synthesise } from '../lib/index.js'
import { temporaryFolder } from './temporary.js'

// Peak memory hardly follows the length of the recording. What may grow: tables of events, curves of ten values a second
// and the far field of the Hilbert transforms, together 2 to 3 bytes a sample where the signal itself would take 8 and
// its filtered bands 16.
const folder = temporaryFolder()
const child = join(__dirname, 'memory-child.cjs')
const GROWTH_MB = 25

const recording = (hours: number) => join(folder, `${hours}.edf`)
test.before(async () => {
  for (const hours of [1, 8])
    await synthesise(recording(hours), {
      kind: 'night',
      hours,
      rate: 256,
      seed: 1,
      channels: ['C4-M1', 'LOC-M2', 'ROC-M2'],
    })
})

/** MB at the peak of a process that does one analysis. */
function peakOnce(analysis: string, hours: number): number {
  const { stdout, stderr, status } = spawnSync(process.execPath, [child, analysis, recording(hours)], {
    encoding: 'utf8',
  })
  assert.is(status, 0, stderr)
  return Number(stdout)
}

/** The highest of three: how many threads find work in a short recording is a matter of chance. */
const peak = (analysis: string, hours: number) => Math.max(...[1, 2, 3].map(() => peakOnce(analysis, hours)))

for (const analysis of ['reading', 'slow waves', 'coupling', 'spindles', 'REM'])
  test(`${analysis}: eight hours take hardly more memory than one`, () => {
    const [short, long] = [peak(analysis, 1), peak(analysis, 8)]
    assert.ok(short > 20, `${short} MB`)
    assert.ok(long - short <= GROWTH_MB, `${short} MB for 1 h, ${long} MB for 8 h`)
  })

test.run()
