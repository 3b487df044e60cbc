import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { bandpass, resample, signalFromArray, spectra } from '../lib/index.js'
import { codeOf } from './temporary.js'

const RUNS = { numRuns: 40 }
const samples = (minLength: number, maxLength: number) =>
  fc
    .array(fc.double({ min: -500, max: 500, noNaN: true }), { minLength, maxLength })
    .map((values) => Float64Array.from(values))
const rates = fc.constantFrom(50, 100, 128, 200, 250, 256, 500, 512)

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assert.is(a.length, b.length)
  let worst = 0
  for (let i = 0; i < a.length; i++) worst = Math.max(worst, Math.abs(a[i]! - b[i]!))
  return worst
}

const combine = (x: Float64Array, y: Float64Array, k: number) => x.map((value, i) => value + k * y[i % y.length]!)

test('resampling to the same rate changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(samples(1, 400), rates, async (x, rate) => {
      const [y] = await resample(signalFromArray(x, rate), rate)
      assert.equal(y, x)
    }),
    RUNS,
  )
})

test('resampling is linear, keeps constants, and has the length round(n * new / old)', async () => {
  await fc.assert(
    fc.asyncProperty(samples(30, 600), samples(7, 50), rates, rates, async (x, y, from, to) => {
      const one = async (values: Float64Array) => (await resample(signalFromArray(values, from), to))[0]!
      const mixed = combine(x, y, 0.5)
      const tiled = mixed.map((value, i) => (value - x[i]!) / 0.5)
      const [a, b, c] = [await one(x), await one(tiled), await one(mixed)]
      assert.ok(Math.abs(c.length - (x.length * to) / from) <= 0.5 + 1e-9 || c.length === 1)
      assert.ok(largestDifference(c, combine(a, b, 0.5)) < 1e-8)
      const constant = await one(new Float64Array(x.length).fill(37))
      for (const value of constant) assert.ok(Math.abs(value - 37) < 1e-6 || x.length < 200)
    }),
    RUNS,
  )
})

test('a sine below both Nyquist frequencies survives resampling away from the ends', async () => {
  // The padded length is a power of two; where new / old times it is no integer, MNE rounds it and the padding, and the
  // result is shifted by up to half an output sample: at 7.3 Hz a difference of up to about 0.23 at 100 Hz.
  const cases: Array<[number, number, number]> = [
    [256, 100, 2e-3],
    [128, 100, 2e-3],
    [100, 200, 2e-3],
    [200, 128, 0.25],
    [500, 100, 0.25],
    [1000, 100, 0.25],
  ]
  for (const [from, to, tolerance] of cases) {
    const sine = (rate: number, length: number) =>
      Float64Array.from({ length }, (_, i) => Math.sin((2 * Math.PI * 7.3 * i) / rate))
    const [y] = await resample(signalFromArray(sine(from, 20 * from), from), to)
    const difference = largestDifference(y!.slice(5 * to, 15 * to), sine(to, y!.length).slice(5 * to, 15 * to))
    assert.ok(difference < tolerance, `${from} to ${to}: ${difference}`)
  }
})

test('the filter is linear and symmetric in time', async () => {
  await fc.assert(
    fc.asyncProperty(samples(300, 900), samples(300, 900), async (x, other) => {
      const y = x.map((_, i) => other[i % other.length]!)
      const filtered = async (values: Float64Array) => (await bandpass(signalFromArray(values, 100), 1, 30))[0]!
      const [a, b, c] = [await filtered(x), await filtered(y), await filtered(combine(x, y, -2))]
      assert.ok(largestDifference(c, combine(a, b, -2)) < 1e-8)
      assert.ok(largestDifference((await filtered(x.slice().reverse())).reverse(), a) < 1e-8)
    }),
    RUNS,
  )
})

test('the pass band passes and the stop bands stop', async () => {
  const rate = 200
  const tone = (hz: number) =>
    Float64Array.from({ length: 40 * rate }, (_, i) => Math.cos((2 * Math.PI * hz * i) / rate))
  const size = async (hz: number) => {
    const [y] = await bandpass(signalFromArray(tone(hz), rate), 4, 20)
    return Math.sqrt((2 * y!.slice(10 * rate, 30 * rate).reduce((sum, v) => sum + v * v, 0)) / (20 * rate))
  }
  for (const hz of [5, 10, 19]) assert.ok(Math.abs((await size(hz)) - 1) < 0.01, `${hz} Hz`)
  for (const hz of [0.5, 1.5, 27, 50, 90]) assert.ok((await size(hz)) < 0.01, `${hz} Hz`)
})

/** scipy.signal.welch for one epoch, as slowly and plainly as it can be written. */
function slowWelch(x: Float64Array, rate: number, segment: number): Float64Array {
  const window = Float64Array.from({ length: segment }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / segment))
  const scale = 1 / (rate * window.reduce((sum, w) => sum + w * w, 0))
  const power = new Float64Array(Math.floor(segment / 2) + 1)
  let segments = 0
  for (let start = 0; start + segment <= x.length; start += segment - Math.floor(segment / 2), segments++) {
    const part = x.slice(start, start + segment)
    const mean = part.reduce((sum, v) => sum + v, 0) / segment
    for (let k = 0; k < power.length; k++) {
      let [re, im] = [0, 0]
      for (let i = 0; i < segment; i++) {
        re += (part[i]! - mean) * window[i]! * Math.cos((2 * Math.PI * k * i) / segment)
        im += (part[i]! - mean) * window[i]! * Math.sin((2 * Math.PI * k * i) / segment)
      }
      power[k]! += scale * (re * re + im * im) * (k === 0 || 2 * k === segment ? 1 : 2)
    }
  }
  return power.map((p) => p / segments)
}

test('spectra are those of a slow and plain Welch', async () => {
  await fc.assert(
    fc.asyncProperty(samples(100, 260), fc.integer({ min: 8, max: 50 }), async (x, segment) => {
      const rate = 50
      const [found] = await spectra(signalFromArray(x, rate), { epoch_s: 2, segment_s: segment / rate })
      assert.is(found!.epochs, Math.floor(x.length / 100))
      assert.is(found!.bins, Math.floor(segment / 2) + 1)
      for (let epoch = 0; epoch < found!.epochs; epoch++) {
        const expected = slowWelch(x.slice(100 * epoch, 100 * (epoch + 1)), rate, segment)
        const got = found!.power.subarray(epoch * found!.bins, (epoch + 1) * found!.bins)
        const largest = Math.max(...expected)
        assert.ok(largestDifference(got, expected) <= 1e-11 * largest + 1e-12)
      }
    }),
    RUNS,
  )
})

test('impossible filters and rates are refused with their code', async () => {
  const signal = signalFromArray(new Float64Array(1000), 100)
  assert.is(await codeOf(() => bandpass(signal, null, null)), 'INVALID_ARGUMENT')
  assert.is(await codeOf(() => bandpass(signal, 30, 10)), 'INVALID_ARGUMENT')
  assert.is(await codeOf(() => bandpass(signal, 1, 60)), 'RATE_TOO_LOW')
  assert.is(await codeOf(() => resample(signal, 0)), 'INVALID_ARGUMENT')
  assert.is(await codeOf(() => resample(signal, Number.NaN)), 'INVALID_ARGUMENT')
  assert.is(await codeOf(() => resample(signalFromArray(new Float64Array(0), 100), 50)), 'TOO_SHORT')
  assert.is(await codeOf(() => spectra(signal, { epoch_s: 1, segment_s: 2 })), 'INVALID_ARGUMENT')
  assert.is(
    await codeOf(() => resample(signalFromArray([1, 2, 3] as unknown as Float64Array, 100), 50)),
    'INVALID_ARGUMENT',
  )
})

test.run()
