import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  displayRange,
  encodedBytes,
  makeTrace,
  makeTraces,
  NOT_RECORDED,
  thinningFactors,
} from '../lib/report/signals.js'

const wave = (samples: number, amplitude: number) =>
  Float32Array.from({ length: samples }, (_, i) => amplitude * Math.sin(i * 0.37))

test('a trace gives each value back to within half a step', () => {
  const value = fc.double({ min: -8000, max: 8000, noNaN: true })
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 200 }), (values) => {
      const trace = makeTrace('C4', 100, values)
      assert.ok(trace.scale_uv <= 0.25)
      values.forEach((uv, i) => {
        assert.ok(Math.abs(trace.samples[i]! * trace.scale_uv - uv) <= trace.scale_uv * 0.5000001)
      })
    }),
  )
})

test('what was not recorded stays apart from every value', () => {
  const trace = makeTrace('C4', 100, [Number.NaN, -100, 100])
  assert.equal([...trace.samples], [NOT_RECORDED, -32767, 32767])
})

test('a flat channel is zeros', () => {
  const trace = makeTrace('C4', 100, new Float32Array(10))
  assert.equal([...trace.samples], new Array(10).fill(0))
  assert.is(displayRange(trace), 10)
})

test('a pulse of volts is clipped and leaves the rest its resolution; values up to 8 mV never are', () => {
  const values = wave(100_000, 60)
  values[5] = 8000
  assert.is(makeTrace('C4', 100, values).samples[5], 32767)
  assert.ok(Math.abs(makeTrace('C4', 100, values).scale_uv * 32767 - 8000) < 0.01)
  values[5] = 3e6
  const trace = makeTrace('C4', 100, values)
  assert.is(trace.samples[5], 32767)
  assert.is(trace.scale_uv, 8192 / 32767)
  values[6] = Number.POSITIVE_INFINITY
  assert.is(makeTrace('C4', 100, values).scale_uv, 8192 / 32767)
})

test('thinning replaces neighbours by their mean, gaps aside', () => {
  const trace = makeTrace('C4', 90, [1, 2, 6, 10, Number.NaN, 20, Number.NaN, Number.NaN, Number.NaN, 30], 3)
  assert.is(trace.rate_hz, 30)
  assert.equal(
    [...trace.samples].map((sample) =>
      sample === NOT_RECORDED ? null : Math.round(sample * trace.scale_uv * 100) / 100,
    ),
    [3, 15, null, 30],
  )
})

test('what fits is not thinned; what does not is thinned from the highest rate down, no further than it must', () => {
  const hour = (rate_hz: number) => ({ rate_hz, samples: rate_hz * 3600 })
  const channels = [hour(100), hour(500)]
  assert.equal(thinningFactors(channels, encodedBytes(600 * 3600) + 8), [1, 1])
  assert.equal(thinningFactors(channels, encodedBytes(350 * 3600) + 8), [1, 2])
  assert.equal(thinningFactors(channels, encodedBytes(200 * 3600) + 8), [1, 5])
  assert.equal(thinningFactors([], 10), [])
})

test('several channels keep within their bytes and say whether they were thinned', () => {
  const channels = [
    { channel: 'C4-M1', rate_hz: 256, samples_uv: wave(256 * 60, 50) },
    { channel: 'Chin', rate_hz: 100, samples_uv: Float64Array.from(wave(100 * 60, 20)) },
  ]
  assert.is(makeTraces(channels).thinned, false)
  const { traces, thinned } = makeTraces(channels, 30_000)
  assert.is(thinned, true)
  assert.equal(
    traces.map(({ rate_hz }) => rate_hz),
    [85.33333333333333, 100],
  )
  assert.ok(traces.reduce((sum, { samples }) => sum + encodedBytes(samples.length), 0) <= 30_000)
})

test('the range shown is a round number above all but rare values', () => {
  const values = wave(10_000, 60)
  values[3] = 5000
  assert.is(displayRange(makeTrace('C4', 100, values)), 100)
})

type Vector = [number, number, number]

const linear = (value: number) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)

/** Colour vision without red or green receptors: matrices of Machado, Oliveira & Fernandes 2009, severity 1. */
const VISION: Record<string, Vector[]> = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
}

/** OKLab coordinates of `#rrggbb` as seen with `vision`. */
function seen(colour: string, vision: Vector[]): Vector {
  const rgb = [1, 3, 5].map((at) => linear(Number.parseInt(colour.slice(at, at + 2), 16) / 255))
  const dot = (row: Vector, values: number[]) => row[0] * values[0]! + row[1] * values[1]! + row[2] * values[2]!
  const viewed = vision.map((row) => Math.max(0, dot(row, rgb)))
  const l = Math.cbrt(dot([0.4122214708, 0.5363325363, 0.0514459929], viewed))
  const m = Math.cbrt(dot([0.2119034982, 0.6806995451, 0.1073969566], viewed))
  const s = Math.cbrt(dot([0.0883024619, 0.2817188376, 0.6299787005], viewed))
  return [
    dot([0.2104542553, 0.793617785, -0.0040720468], [l, m, s]),
    dot([1.9779984951, -2.428592205, 0.4505937099], [l, m, s]),
    dot([0.0259040371, 0.7827717662, -0.808675766], [l, m, s]),
  ]
}

test('stages differ in colour for colour-blind eyes too, light and dark', () => {
  const theme = readFileSync(join(__dirname, '../lib/report/page/theme.css'), 'utf8')
  const colours = [...theme.matchAll(/--stage-(\w+): (#[0-9a-f]{6})/g)].map((match) => [match[1]!, match[2]!] as const)
  assert.is(colours.length, 10)
  for (const palette of [colours.slice(0, 5), colours.slice(5)]) {
    for (const [name, vision] of Object.entries(VISION)) {
      palette.forEach(([stage, colour], i) => {
        for (const [other, second] of palette.slice(0, i)) {
          const [a, b] = [seen(colour, vision), seen(second, vision)]
          const distance = Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])
          assert.ok(distance > 0.12, `${stage} and ${other} in ${name}: ${distance.toFixed(3)}`)
        }
      })
    }
  }
})

test.run()
