import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { measureCells } from '../lib/analyses/quality/cells.js'
import { findInEpochs } from '../lib/analyses/quality/findings.js'
import { commonestRate, Epochs } from '../lib/analyses/quality/store.js'
import { bandpass, type Signal, signalFromArray } from '../lib/index.js'
import { Recording } from '../lib/recording/recording.js'
import { synthesise } from '../lib/recording/synth.js'
import { plainEeg, signalsOf } from './quality-fixture.js'
import { codeOf, temporaryFolder } from './temporary.js'

const folder = temporaryFolder()

/** Two stretches of one array, with a gap of ten seconds between them. */
function withGap(x: Float64Array, rate_hz: number, seconds: number): Signal {
  const cut = seconds * rate_hz
  const stretch = (samples: Float64Array, start_s: number) => ({
    source: { samples, rate: rate_hz },
    start_s,
    samples: samples.length,
  })
  return {
    name: 'gap',
    rate_hz,
    stretches: [stretch(x.slice(0, cut), 0), stretch(x.slice(cut), seconds + 10)],
  }
}

/** Equal but for the rounding to float32. */
function assertClose(found: Float32Array, expected: Float64Array): void {
  assert.is(found.length, expected.length)
  expected.forEach((x, t) => {
    assert.ok(Math.abs(found[t]! - x) <= 1e-6 * Math.abs(x) + 1e-9, `sample ${t}: ${found[t]} instead of ${x}`)
  })
}

test('epochs are the high-passed samples, end to end from the start of each stretch', async () => {
  const [signal] = signalsOf(plainEeg({ seed: 1, seconds: 26, channels: 1, rate: 128 }))
  await using epochs = await Epochs.fromSignals([signal!])
  const [filtered] = await bandpass(signal!, 1, null)
  assert.is(epochs.epochs, 6)
  assert.is(epochs.samples, 512)
  assert.equal([...epochs.start_s], [0, 4, 8, 12, 16, 20])
  assertClose(epochs.read(0, 0, 6), filtered!.subarray(0, 6 * 512))
  assertClose(epochs.read(0, 2), filtered!.subarray(1024, 1536))
})

test('no epoch and no filter touches a gap', async () => {
  const { samples } = plainEeg({ seed: 2, seconds: 30, channels: 1, rate: 100 })
  const signal = withGap(samples[0]!, 100, 13)
  await using epochs = await Epochs.fromSignals([signal])
  assert.equal([...epochs.start_s], [0, 4, 8, 23, 27, 31, 35])
  const [, second] = await bandpass(signal, 1, null)
  assertClose(epochs.read(0, 3, 4), second!.subarray(0, 1600))
})

test('a finding that goes on after a gap has a span on each side', async () => {
  const { samples } = plainEeg({ seed: 3, seconds: 40, channels: 4, rate: 100 })
  samples[2]!.fill(3)
  await using epochs = await Epochs.fromSignals(samples.map((x) => withGap(x, 100, 20)))
  const { findings } = await findInEpochs(epochs)
  assert.equal(
    findings.map((f) => f.spans),
    [
      [
        { start_s: 0, duration_s: 20 },
        { start_s: 30, duration_s: 20 },
      ],
    ],
  )
})

test('channels of another rate are resampled to the commonest one, slow ones left out', async () => {
  assert.is(commonestRate([256, 100, 100, 256]), 256)
  assert.is(commonestRate([500, 100, 100]), 100)
  const eeg = plainEeg({ seed: 4, seconds: 12, channels: 3, rate: 256 })
  const [a, b] = signalsOf(eeg)
  const other = signalFromArray(plainEeg({ seed: 5, seconds: 12, channels: 1, rate: 100 }).samples[0]!, 100, 'other')
  const slow = signalFromArray(new Float64Array(12), 1, 'slow')
  await using epochs = await Epochs.fromSignals([a!, other, slow, b!])
  assert.is(epochs.rate_hz, 256)
  assert.is(epochs.epochs, 3)
  assert.equal(epochs.channels, ['E1', 'other', 'E2'])
  assert.equal(epochs.left_out, [{ what: 'channel', channels: ['slow'], reason: 'recorded at 1 Hz, below 32 Hz' }])
  const { not_assessed } = await findInEpochs(epochs)
  assert.equal(
    not_assessed.find((n) => n.what === 'mains'),
    { what: 'mains', channels: ['other'], reason: 'recorded at 100 Hz, which cannot show 50 or 60 Hz' },
  )
})

test('a recording knows its rails: what is stuck there is clipped', async () => {
  const path = join(folder, 'routine.edf')
  await synthesise(path, { kind: 'routine', hours: 0.02, rate: 128, seed: 1 })
  await using recording = await Recording.open(path)
  const [channel] = recording.channels
  const signal = { ...recording.signal(channel!), name: 'stuck' }
  const samples = await recording.read(channel!, new Float64Array(channel!.samples))
  samples.fill(500, 8 * 128, 16 * 128)
  const stuck = { ...signal, stretches: signalFromArray(samples, 128).stretches }
  await using known = await Epochs.fromSignals([stuck], { rails: [{ low_uv: -500, high_uv: 500 }] })
  await using unknown = await Epochs.fromSignals([stuck])
  assert.equal([...(await measureCells(known)).clipped_share.subarray(1, 5)], [0, 1, 1, 0])
  assert.equal([...(await measureCells(unknown)).clipped_share.subarray(1, 5)], [0, 0, 0, 0])
})

test('ready-made epochs are taken as they are, in volts', async () => {
  const data = Float64Array.from({ length: 2 * 2 * 50 }, (_, i) => Math.sin(i) * 1e-5)
  const array = { data, shape: [2, 2, 50] as const, channels: ['a', 'b'], bads: ['b'], rate_hz: 50 }
  await using volts = await Epochs.fromArray(array)
  assert.equal([...volts.read(1, 1)], [...Float32Array.from(data.subarray(150, 200), (x) => x * 1e6)])
  for (const wrong of [{ shape: [3, 2, 50] }, { shape: [2, 100, 1] }, { rate_hz: undefined }, { channels: ['a', 'a'] }])
    assert.is(await codeOf(() => Epochs.fromArray({ ...array, ...wrong } as never)), 'INVALID_ARGUMENT')
})

test('too much memory is refused before it is taken, too short a recording is named', async () => {
  const signals = signalsOf(plainEeg({ seed: 6, seconds: 12, channels: 3, rate: 128 }))
  try {
    await Epochs.fromSignals(signals, { maxBytes: 10_000 })
    assert.unreachable()
  } catch (error) {
    assert.is((error as { code: string }).code, 'MEMORY_BUDGET')
    assert.match((error as Error).message, /3 channels x 3 epochs x 512 samples need 1 MB/)
  }
  assert.is(await codeOf(() => Epochs.fromSignals(signals, { epoch_s: 13 })), 'TOO_SHORT')
  assert.is(await codeOf(() => Epochs.fromSignals(signals, { epoch_s: 0 })), 'INVALID_ARGUMENT')
  assert.is(await codeOf(() => Epochs.fromSignals([])), 'INVALID_ARGUMENT')
  const aborted = AbortSignal.abort()
  assert.is(await codeOf(() => Epochs.fromSignals(signals, { signal: aborted })), 'ABORTED')
})

test('closed epochs say so; closing twice is fine', async () => {
  const epochs = await Epochs.fromSignals(signalsOf(plainEeg({ seed: 7, seconds: 8, channels: 2, rate: 128 })))
  assert.is(await codeOf(() => epochs.read(2, 0)), 'INVALID_ARGUMENT')
  assert.is(await codeOf(() => epochs.read(0, 1, 2)), 'INVALID_ARGUMENT')
  const measuring = measureCells(epochs)
  epochs.close()
  epochs.close()
  assert.is((await measuring).epochs, 2)
  assert.is(await codeOf(() => epochs.read(0, 0)), 'CLOSED')
  assert.is(await codeOf(() => measureCells(epochs)), 'CLOSED')
})

test.run()
