import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { detectRems, detectSlowWaves, detectSpindles, type SleepStage, signalFromArray } from '../lib/index.js'
import { codeOf } from './temporary.js'

const RATE = 100
const SECONDS = 300

/** A reproducible noise of about 8 uV. */
function noise(seed: number): Float64Array {
  let state = seed
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
  return Float64Array.from({ length: SECONDS * RATE }, () => 8 * (uniform() + uniform() + uniform() - 1.5) * 2)
}

function add(x: Float64Array, start_s: number, length_s: number, shape: (t: number) => number): Float64Array {
  for (let i = 0; i < length_s * RATE; i++) x[Math.round(start_s * RATE) + i]! += shape(i / RATE)
  return x
}

const spindleAt = (x: Float64Array, start_s: number) =>
  add(x, start_s, 1, (t) => 40 * Math.sin(Math.PI * t) * Math.sin(2 * Math.PI * 13 * t))
const slowWaveAt = (x: Float64Array, start_s: number) =>
  add(x, start_s, 1.2, (t) => -90 * Math.sin((2 * Math.PI * t) / 1.2))
const stages = (stage: SleepStage) => ({ stages: Array<SleepStage>(SECONDS / 30).fill(stage), epoch_s: 30 })

test('planted spindles are found where they are, with their frequency', async () => {
  const x = noise(1)
  for (const start of [40, 100, 160, 222]) spindleAt(x, start)
  const found = await detectSpindles(signalFromArray(x, RATE, 'C4-M1'))
  for (const start of [40, 100, 160, 222]) {
    const row = found.columns.Start!.findIndex((s) => Math.abs(s - start) < 0.6)
    assert.ok(row >= 0, `spindle at ${start} s`)
    assert.ok(Math.abs(found.columns.Frequency![row]! - 13) < 0.5)
    assert.is(found.channel[row], 'C4-M1')
  }
  assert.is(found.columns.Stage, undefined)
})

test('with a hypnogram events lie in the included stages only, and carry their stage', async () => {
  const x = noise(2)
  spindleAt(spindleAt(x, 45), 200)
  const hypnogram = stages('W')
  hypnogram.stages.fill('N2', 6, 8)
  const found = await detectSpindles(signalFromArray(x, RATE), { hypnogram })
  assert.ok(found.length >= 1)
  for (let i = 0; i < found.length; i++) {
    assert.ok(found.columns.Start![i]! >= 180 && found.columns.End![i]! < 240)
    assert.is(found.columns.Stage![i], 2)
  }
  assert.is((await detectSpindles(signalFromArray(x, RATE), { hypnogram: stages('W') })).length, 0)
})

test('multi_only keeps what two channels share', async () => {
  const [a, b] = [spindleAt(spindleAt(noise(3), 50), 120), spindleAt(noise(4), 50)]
  const signals = [signalFromArray(a, RATE, 'A'), signalFromArray(b, RATE, 'B')]
  const all = await detectSpindles(signals)
  const shared = await detectSpindles(signals, { multi_only: true })
  assert.ok(all.columns.Start!.some((s) => Math.abs(s - 120) < 0.6))
  assert.not.ok(shared.columns.Start!.some((s) => Math.abs(s - 120) < 0.6))
  assert.ok(shared.columns.Start!.filter((s) => Math.abs(s - 50) < 0.6).length === 2)
  assert.equal([...new Set(shared.columns.IdxChannel)], [0, 1])
})

test('a threshold of null is left out: more is found', async () => {
  const x = signalFromArray(spindleAt(noise(5), 60), RATE)
  const strict = await detectSpindles(x)
  const loose = await detectSpindles(x, { thresh: { rms: null } })
  assert.ok(loose.length >= strict.length)
  assert.is(
    await codeOf(() => detectSpindles(x, { thresh: { rms: null, corr: null, rel_pow: null } })),
    'INVALID_ARGUMENT',
  )
})

test('planted slow waves are found; coupling adds its columns', async () => {
  const x = noise(6)
  for (const start of [40, 80, 130, 200]) slowWaveAt(x, start)
  const found = await detectSlowWaves(signalFromArray(x, RATE), { coupling: true })
  for (const start of [40, 80, 130, 200])
    assert.ok(
      found.columns.NegPeak!.some((s) => Math.abs(s - start - 0.3) < 0.2),
      `wave at ${start} s`,
    )
  for (const column of ['SigmaPeak', 'PhaseAtSigmaPeak', 'ndPAC'])
    assert.is(found.columns[column]!.length, found.length)
})

test('amplitude limits of null do not bind', async () => {
  const x = signalFromArray(slowWaveAt(noise(7), 100), RATE)
  assert.is((await detectSlowWaves(x, { amp_ptp_uv: [400, null] })).length, 0)
  assert.ok(
    (await detectSlowWaves(x, { amp_neg_uv: [null, null], amp_pos_uv: [null, null], amp_ptp_uv: [null, null] }))
      .length > 1,
  )
})

test('eye movements of opposite sign are found, blinks of the same sign are not', async () => {
  const [loc, roc] = [noise(8).map((v) => v / 2), noise(9).map((v) => v / 2)]
  const move = (t: number) => 150 * Math.sin((Math.PI * t) / 0.7)
  for (const start of [40, 90, 150]) {
    add(loc, start, 0.7, move)
    add(roc, start, 0.7, (t) => -move(t))
  }
  add(loc, 220, 0.7, move)
  add(roc, 220, 0.7, move)
  const found = await detectRems(signalFromArray(loc, RATE, 'LOC'), signalFromArray(roc, RATE, 'ROC'))
  for (const start of [40, 90, 150]) assert.ok(found.columns.Peak!.some((s) => Math.abs(s - start - 0.35) < 0.2))
  assert.not.ok(found.columns.Peak!.some((s) => Math.abs(s - 220.35) < 0.4))
})

test('a channel that is flat, far too large or too short is skipped and says why', async () => {
  for (const samples of [
    new Float64Array(3000),
    noise(1).map((v) => 1000 * v),
    new Float64Array(50),
    new Float64Array(0),
  ]) {
    const found = await detectSpindles([
      signalFromArray(samples, RATE, 'bad'),
      signalFromArray(spindleAt(noise(1), 50), RATE, 'good'),
    ])
    assert.is(found.skipped.length, 1)
    assert.is(found.skipped[0]!.channel, 'bad')
    assert.ok(found.skipped[0]!.reason.length > 5)
    assert.equal([...new Set(found.channel)], ['good'])
  }
})

test('misuse is refused', async () => {
  const x = signalFromArray(noise(1), RATE)
  assert.is(await codeOf(() => detectSpindles(x, { freq_sp: [15, 12] })), 'INVALID_ARGUMENT')
  assert.is(await codeOf(() => detectSpindles(signalFromArray(noise(1), 40))), 'RATE_TOO_LOW')
  assert.is(await codeOf(() => detectSlowWaves(x, { dur_neg_s: [2, 1] })), 'INVALID_ARGUMENT')
  assert.is(await codeOf(() => detectRems(x, signalFromArray(noise(1), 200))), 'INVALID_ARGUMENT')
  assert.is(await codeOf(() => detectRems(x, signalFromArray(noise(1).slice(1), RATE))), 'INVALID_ARGUMENT')
})

test.run()
