import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { analyze, Recording, stageAgreement, synthesise } from '../lib/index.js'
import { codeOf, temporaryFolder } from './temporary.js'

const folder = temporaryFolder()
const path = (name: string) => join(folder, name)

for (const rate of [100, 256])
  test(`a night of ${rate} Hz holds all stages and events, and our staging agrees with its truth in 85 % of epochs`, async () => {
    const truth = await synthesise(path('night.edf'), { kind: 'night', hours: 8, rate, seed: 1 })
    const { document } = await analyze(path('night.edf'))
    const { agreement, kappa } = stageAgreement(truth.stages, document.sleep.sleep_stages)
    assert.ok(agreement >= 0.85, `agreement ${agreement}, kappa ${kappa}`)
    assert.equal([...new Set(truth.stages)].sort(), ['N1', 'N2', 'N3', 'R', 'W'])
    assert.equal([...new Set(document.sleep.sleep_stages)].sort(), ['N1', 'N2', 'N3', 'R', 'W'])
    for (const type of ['spindle', 'slow_wave', 'rem']) {
      assert.ok(truth.events.some((event) => event.type === type))
      assert.ok(document.events.some((event) => event.type === type))
    }
  })

test('the spindles that are found are planted ones', async () => {
  const truth = await synthesise(path('night.edf'), { kind: 'night', hours: 2, rate: 100, seed: 2 })
  const { document } = await analyze(path('night.edf'), { given_stages: truth.stages })
  const planted = truth.events.filter(({ type }) => type === 'spindle')
  const found = document.events.filter(({ type }) => type === 'spindle')
  const real = found.filter((f) =>
    planted.some((p) => p.start_s < f.start_s + f.duration_s && f.start_s < p.start_s + p.duration_s),
  )
  assert.ok(found.length > 50)
  assert.ok(real.length >= 0.95 * found.length, `${real.length} of ${found.length}`)
})

test('the same seed gives the same bytes, another seed others', async () => {
  const make = async (name: string, seed: number) => {
    await synthesise(path(name), { kind: 'routine', hours: 0.02, rate: 256, seed })
    return readFileSync(path(name))
  }
  assert.ok((await make('a.edf', 7)).equals(await make('b.edf', 7)))
  assert.not.ok((await make('a.edf', 7)).equals(await make('c.edf', 8)))
})

test('a routine EEG has the 10-20 electrodes and no sleep of its own', async () => {
  const truth = await synthesise(path('routine.edf'), { kind: 'routine', hours: 0.1, rate: 256, seed: 1 })
  assert.equal(truth.stages, [])
  const recording = await Recording.open(path('routine.edf'))
  assert.is(recording.channels.filter(({ kind }) => kind === 'eeg').length, 19)
  recording.close()
})

test('impossible requests are named, and nothing is left behind', async () => {
  const options = { kind: 'night', hours: 1, rate: 100, seed: 1 } as const
  assert.is(await codeOf(() => synthesise(path('x.edf'), { ...options, hours: 0 })), 'INVALID_ARGUMENT')
  assert.is(await codeOf(() => synthesise(path('x.edf'), { ...options, rate: 7 })), 'INVALID_ARGUMENT')
  assert.is(await codeOf(() => synthesise(path('x.edf'), { ...options, channels: ['Pz'] })), 'INVALID_ARGUMENT')
  assert.is(await codeOf(() => synthesise(path('no/such/folder/x.edf'), options)), 'WRITE_FAILED')
})

test.run()
