import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { AutoReject, type EpochData, Ransac } from '../lib/index.js'
import { callNative } from '../lib/native.js'
import { epochData } from './autoreject-fixture.js'
import { failure } from './engine-fixture.js'
import { random } from './quality-fixture.js'

interface Case {
  seed: number
  epochs: number
  channels: number
  samples: number
  exponent: number
  float32: boolean
  constant: boolean
  in_one_place: boolean
  consensus: number[]
  n_interpolate: number[]
  folds: number
  thresh_method: 'bayesian_optimization' | 'random_search'
}

/** Anything that a caller may pass, mostly at the edges. */
const cases: fc.Arbitrary<Case> = fc.record({
  seed: fc.oneof(fc.constantFrom(0, 2 ** 32 - 1), fc.nat(1e6)),
  epochs: fc.integer({ min: 3, max: 30 }),
  channels: fc.integer({ min: 2, max: 12 }),
  samples: fc.oneof(fc.constantFrom(1, 2, 63, 64, 65), fc.integer({ min: 1, max: 80 })),
  exponent: fc.constantFrom(0, 0, 0, 3, -300, 130),
  float32: fc.boolean(),
  constant: fc.boolean(),
  in_one_place: fc.boolean(),
  consensus: fc.array(fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true })), {
    minLength: 1,
    maxLength: 5,
  }),
  n_interpolate: fc.array(fc.oneof(fc.constantFrom(0, 1, 12, 2 ** 31 - 1), fc.nat(13)), { minLength: 1, maxLength: 3 }),
  folds: fc.integer({ min: 2, max: 30 }),
  thresh_method: fc.constantFrom('bayesian_optimization', 'random_search'),
})

function epochsOf({ seed, exponent, float32, constant, in_one_place, ...shape }: Case): EpochData {
  const epochs = epochData({ ...shape, seed: seed % 1000 })
  const values = epochs.data.map((x) => x * 10 ** exponent)
  const data = float32 && exponent === 0 ? Float32Array.from(values) : values
  const length = shape.samples
  if (constant)
    for (let e = 0; e < shape.epochs; e++)
      data.fill(7e-6, e * shape.channels * length, (e * shape.channels + 1) * length)
  const next = random(seed)
  const place = () => [next() - 0.5, next() - 0.5, 0.1 + next()]
  const positions = epochs.channels.map(place)
  if (in_one_place) positions.fill(positions[0]!)
  return { ...epochs, data, positions }
}

const options = ({ consensus, n_interpolate, folds, epochs, thresh_method, seed }: Case) => ({
  consensus,
  n_interpolate,
  cv: Math.min(folds, epochs),
  thresh_method,
  random_state: seed,
})

test('whatever the epochs and the grids, a fit decides by its own thresholds, and leaves its input alone', () =>
  fc.assert(
    fc.asyncProperty(cases, async (given) => {
      const epochs = epochsOf(given)
      const before = epochs.data.slice()
      const found = new AutoReject(options(given))
      const [kept, log] = await found.fitTransform(epochs, { return_log: true })
      const { consensus, n_interpolate, channels, samples } = given
      assert.equal(epochs.data, before)
      assert.ok(consensus.includes(found.consensus_.eeg) && n_interpolate.includes(found.n_interpolate_.eeg))
      assert.ok(found.loss_.eeg.flat(2).every((loss) => loss >= 0))
      for (const [e, row] of log.labels.entries()) {
        const bad = row.filter((label) => label !== 0).length
        assert.is(log.bad_epochs[e], bad >= found.consensus_.eeg * channels)
        assert.is(row.filter((label) => label === 2).length, Math.min(bad, found.n_interpolate_.eeg))
      }
      const good = log.bad_epochs.flatMap((rejected, e) => (rejected ? [] : [e]))
      assert.equal(kept.selection, good)
      assert.is(kept.data.length, good.length * channels * samples)
      assert.ok(kept.data.every(Number.isFinite))
      for (const [i, e] of good.entries())
        for (let c = 0; c < channels; c++) {
          const [from, to] = [(i * channels + c) * samples, (e * channels + c) * samples]
          if (log.labels[e]![c] !== 2)
            assert.equal(kept.data.subarray(from, from + samples), before.subarray(to, to + samples))
        }
    }),
    { numRuns: 150 },
  ))

test('decisions do not depend on threads, SIMD tier or the order of picks', () => {
  const { active, available } = callNative((addon) => addon.simd())
  return fc
    .assert(
      fc.asyncProperty(
        cases,
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom(...available),
        async (given, threads, tier) => {
          const epochs = epochsOf(given)
          const decide = async (picks: string[] | null) => {
            const found = await new AutoReject({ ...options(given), picks }).fit(epochs)
            const { corr_, bad_chs_ } = await new Ransac({ random_state: given.seed, min_channels: 0.5 }).fit(epochs)
            return [
              found.threshes_,
              found.loss_,
              found.consensus_,
              await found.getRejectLog(epochs),
              corr_.map((row) => [...row]),
              bad_chs_,
            ]
          }
          const expected = await decide(null)
          callNative((addon) => addon.setThreads(threads))
          callNative((addon) => addon.forceSimd(tier))
          assert.equal(await decide([...epochs.channels].reverse()), expected)
          callNative((addon) => addon.setThreads(0))
          callNative((addon) => addon.forceSimd(active))
        },
      ),
      { numRuns: 60 },
    )
    .finally(() => {
      callNative((addon) => addon.setThreads(0))
      callNative((addon) => addon.forceSimd(active))
    })
})

test('fits at the same time do not disturb each other', async () => {
  const given = Array.from({ length: 4 }, (_, i) => epochData({ epochs: 40, channels: 8, samples: 100, seed: i }))
  const fit = async (epochs: EpochData) => (await new AutoReject({ random_state: 1 }).fit(epochs)).toJSON()
  const alone: unknown[] = []
  for (const epochs of given) alone.push(await fit(epochs))
  assert.equal(await Promise.all(given.map(fit)), alone)
})

test('a fit that is stopped at any moment says so and keeps no memory', async () => {
  const epochs = epochData({ epochs: 300, channels: 12, samples: 400, seed: 1 })
  const next = random(1)
  let stopped = 0
  let settled = 0
  for (let i = 0; i < 60; i++) {
    const abort = new AbortController()
    const timer = setTimeout(() => abort.abort(), 30 * next())
    const outcome = await failure(() => new AutoReject({ random_state: i }).fit(epochs, { signal: abort.signal }))
    clearTimeout(timer)
    if (outcome !== 'no error') {
      assert.match(outcome, /^ABORTED: /)
      stopped++
    }
    if (i === 20) settled = process.memoryUsage().rss
  }
  assert.ok(stopped >= 10, `${stopped} of 60 were stopped`)
  global.gc?.()
  assert.ok(process.memoryUsage().rss < settled + 16e6, `${process.memoryUsage().rss - settled} bytes more`)
})

test.run()
