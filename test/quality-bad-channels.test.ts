import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { analyzeQuality, type QualityAnalysis, type QualityOptions } from '../lib/analyses/quality/analyze.js'
import { gradeCells } from '../lib/analyses/quality/grade.js'
import type { QualityReport } from '../lib/analyses/quality/types.js'
import { Recording } from '../lib/index.js'
import { writeEeg } from './quality-files.js'
import { type Eeg, plants, random, routineEeg } from './quality-fixture.js'
import { temporaryFolder } from './temporary.js'

const folder = temporaryFolder()

/** Five minutes of a synthetic routine recording without bad channels. */
const routine = (seed: number) => routineEeg(join(folder, 'routine.edf'), { seed, minutes: 5 })

async function judge(eeg: Eeg, use: (quality: QualityAnalysis) => void, options: QualityOptions = {}): Promise<void> {
  await using recording = await Recording.open(writeEeg(join(folder, 'judged.edf'), eeg))
  await using quality = await analyzeQuality(recording, options)
  use(quality)
}

test('an ordinary channel is not bad by its labels alone, but by what was found in it', () => {
  const cells = {
    channels: ['A', 'B'],
    epochs: 2,
    labels: [1, 1, 1, 1] as const,
    found: new Uint8Array(4),
    rejected: [false, false],
  }
  const graded = gradeCells(cells, new Map([['B', ['noisy']]]), 'autoreject', new Set(['A', 'B']))
  assert.equal(graded.bad_channels, [{ name: 'B', reasons: ['noisy'], bad_epoch_share: 1 }])
  assert.equal(graded.spared, ['A', 'B'])
  assert.is(graded.quality_score, 0)
})

test('the guide: of five minutes exactly the three spoiled channels are bad, and of a clean recording none', async () => {
  const ways = ['flat', 'noisy', 'mains50', 'noisy_60'] as const
  for (let seed = 301; seed <= 320; seed++) {
    const eeg = await routine(seed)
    await judge(eeg, (quality) => assert.equal(quality.badChannels, [], `seed ${seed}, clean`))
    const next = random(seed)
    const order = eeg.names.map((name) => ({ name, rank: next() })).sort((a, b) => a.rank - b.rank)
    const spoiled = order.slice(0, 3).map(({ name }) => name)
    for (const [i, name] of spoiled.entries())
      plants[ways[(seed + i) % 4]!](eeg.samples[eeg.names.indexOf(name)]!, eeg.rate_hz, random(seed))
    await judge(eeg, ({ badChannels }) =>
      assert.equal(badChannels.map(({ name }) => name).sort(), spoiled.sort(), `seed ${seed}`),
    )
  }
})

test('a channel that AutoReject labels often without its being large is named in a warning', async () => {
  await judge(await routine(306), (quality) => {
    const { warnings, limits, labels, channels } = quality.report as QualityReport
    assert.match(warnings.find(({ code }) => code === 'often_labelled')!.message, /^O1, O2: labelled/)
    const share = labels.filter((row) => row[channels.indexOf('O1')] !== '0').length / labels.length
    assert.ok(share > limits.bad_channel_epoch_share!)
  })
  const literal = { limits: { autoreject_relative_ptp: 0 } }
  await judge(
    await routine(306),
    ({ badChannels }) =>
      assert.equal(
        badChannels.map(({ name }) => name),
        ['O1', 'O2'],
      ),
    literal,
  )
})

test.run()
