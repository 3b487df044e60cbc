// Batch sizes: the guide's rule, the default policy, learned latencies.
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { AdaptivePolicy, Batcher, type BatchPolicy, type BatchView, DeadlinePolicy } from '../lib/inference/batcher.js'
import { Histogram } from '../lib/inference/batching/histogram.js'
import { LatencyModel } from '../lib/inference/batching/latency.js'
import { FakeClock, FakeRunner, rowsOf } from './batcher-fixture.js'

test('the adaptive policy follows the rule of the guide: 0.8 above 1.2 of the target, 1.2 below 0.8, growth of one at least', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 400, noNaN: true }), { maxLength: 300 }), (latencies) => {
      const policy = new AdaptivePolicy()
      let size = 1
      for (const ms of latencies) {
        policy.observe(size, ms)
        if (ms > 120) size = Math.max(1, Math.floor(size * 0.8))
        else if (ms < 80) size = Math.min(64, Math.max(size + 1, Math.floor(size * 1.2)))
        assert.is(policy.size(), size)
      }
    }),
  )
})

test('the adaptive policy leaves size 1, stays within 1 and 64, and keeps still between the bounds', () => {
  const policy = new AdaptivePolicy()
  const sizes = Array.from({ length: 30 }, () => {
    policy.observe(1, 10)
    return policy.size()
  })
  assert.equal(sizes.slice(0, 12), [2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16])
  assert.is(sizes.at(-1), 64)
  for (const ms of [80, 100, 120]) policy.observe(1, ms)
  assert.is(policy.size(), 64)
  for (let i = 0; i < 40; i++) policy.observe(1, 121)
  assert.is(policy.size(), 1)
})

test("with policy 'adaptive' batches come to take about the target", async () => {
  const clock = new FakeClock()
  const runner = new FakeRunner(clock, { latency: (rows) => 4 * rows })
  const batcher = new Batcher(runner, { clock, policy: 'adaptive', inFlight: 1 })
  for (let ms = 0; ms < 20_000; ms += 10) {
    for (let i = 0; i < 5; i++) batcher.run(rowsOf(1)).catch(() => {})
    await clock.advance(10)
  }
  const last = runner.runs.slice(-40).map((values) => values.length * 4)
  assert.ok(Math.min(...last) >= 80 && Math.max(...last) <= 120, `${last}`)
})

const view = (waiting: number, latencyMs: (rows: number) => number, more: Partial<BatchView> = {}): BatchView => ({
  waiting,
  maxBatch: 32,
  sizes: [1, 2, 4, 8, 16, 32],
  besideFlood: null,
  latencyMs,
  ...more,
})

test('the default policy takes what waits where larger batches are nearly free, and little where they are not', () => {
  const policy = new DeadlinePolicy()
  const flat = (rows: number) => 2 + 0.05 * rows
  const linear = (rows: number) => 3 * rows
  assert.equal(
    [1, 5, 31, 32, 500].map((waiting) => policy.size(view(waiting, flat))),
    [1, 5, 31, 32, 32],
  )
  assert.equal(
    [1, 5, 31].map((waiting) => policy.size(view(waiting, linear))),
    [1, 1, 1],
  )
})

test('the default policy would rather send a smaller size full than a larger one mostly padded', () => {
  const policy = new DeadlinePolicy()
  const padded = (rows: number) => (rows > 8 ? 40 : rows > 1 ? 10 : 2)
  assert.is(policy.size(view(9, padded, { sizes: [1, 8, 32] })), 8)
  assert.is(policy.size(view(30, (rows) => (rows > 8 ? 20 : 10), { sizes: [8, 32] })), 30)
})

test('the default policy takes all while nothing has been measured, and smaller batches beside a flood', () => {
  const policy = new DeadlinePolicy()
  assert.is(policy.size(view(20, () => 0)), 20)
  const flat = (rows: number) => 2 + 0.05 * rows
  const linear = (rows: number) => 3 * rows
  assert.is(policy.size(view(500, flat, { besideFlood: 1 })), 8)
  assert.is(policy.size(view(500, flat, { besideFlood: 10 })), 20)
  assert.is(policy.size(view(500, linear, { besideFlood: 1 })), 1)
  assert.is(policy.size(view(500, linear, { besideFlood: 5 })), 1)
})

test('a policy of your own decides the rows, within bounds', async () => {
  const clock = new FakeClock()
  const runner = new FakeRunner(clock)
  const asked: number[] = []
  const policy = {
    name: 'threes',
    size: ({ waiting }: BatchView) => {
      asked.push(waiting)
      return asked.length === 1 ? 3 : Number.NaN
    },
  }
  const batcher = new Batcher(runner, { clock, policy, inFlight: 1 })
  for (let i = 0; i < 5; i++) void batcher.run(rowsOf(i))
  await clock.advance(30)
  assert.equal(asked, [5, 2, 1])
  assert.equal(runner.runs, [[0, 1, 2], [3], [4]])
  assert.is(batcher.stats().policy, 'threes')
})

test('warm-up measures every size, so that latencies are known before the first request', async () => {
  const clock = new FakeClock()
  const runner = new FakeRunner(clock, { latency: (rows) => rows + 1, batchSizes: [1, 4, 8] })
  const batcher = new Batcher(runner, { clock })
  await Promise.all([batcher.warmUp(rowsOf(7)), clock.advance(200)])
  assert.equal(new Set(runner.runs.map(String)).size, 3)
  assert.equal(runner.runs.at(-1), [7, 7, 7, 7, 7, 7, 7, 7])
  void batcher.run(rowsOf(1))
  await clock.advance(10)
  assert.equal(batcher.stats().latency_ms, { 1: 2, 4: 5, 8: 9 })
})

test('what the runner says of a batch counts, not what a late event loop makes of it', async () => {
  const clock = new FakeClock()
  const times = (rows: number) => ({ lane_ms: rows + 1, compute_ms: rows })
  const runner = new FakeRunner(clock, { latency: (rows) => 5 * rows, times, batchSizes: [1, 4] })
  const observed: number[] = []
  const policy: BatchPolicy = { name: 'all', size: ({ waiting }) => waiting, observe: (_, ms) => observed.push(ms) }
  const batcher = new Batcher(runner, { clock, policy })
  void batcher.run(rowsOf(1, 2, 3))
  await clock.advance(20)
  assert.equal(batcher.stats().latency_ms, { 4: 5 })
  assert.is(batcher.stats().compute_ms.mean, 4)
  assert.equal(observed, [4])
  await Promise.all([batcher.warmUp(rowsOf(7)), clock.advance(200)])
  assert.equal(batcher.stats().latency_ms, { 1: 2, 4: 5 })
})

test('a full batch goes whole unless a smaller one is much better', () => {
  const policy = new DeadlinePolicy()
  assert.is(policy.size(view(500, (rows) => 3 * rows)), 32)
  assert.is(policy.size(view(500, (rows) => (rows === 32 ? 39 : rows))), 32)
  assert.is(policy.size(view(500, (rows) => (rows === 32 ? 41 : rows))), 1)
})

test('latencies are medians of the last eight, linear between sizes, optimistic beyond', () => {
  const model = new LatencyModel([1, 8, 32])
  assert.is(model.estimate(8), 0)
  for (const ms of [10, 11, 500, 9, 9.5, 8, 300, 7]) model.observe(8, ms)
  assert.is(model.estimate(8), 9.5)
  assert.is(model.estimate(32), 9.5)
  assert.is(model.estimate(4), 4.75)
  model.observe(32, 33.5)
  assert.is(model.estimate(20), 21.5)
  for (let i = 0; i < 7; i++) model.observe(8, 20)
  assert.is(model.estimate(8), 20)
})

test('a size that was slow once is tried again after a while', () => {
  const model = new LatencyModel([1, 8, 32])
  model.observe(32, 100)
  for (let i = 0; i < 500; i++) model.observe(8, 10)
  assert.is(model.hope(32), 100)
  model.observe(8, 10)
  assert.is(model.hope(32), 10)
  assert.is(model.estimate(32), 100)
  model.observe(32, 12)
  assert.equal([model.hope(32), model.estimate(32)], [12, 12])
})

test('histogram percentiles are at most 3.2 % above the exact ones, and never below', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 400 }),
      (values) => {
        const histogram = new Histogram()
        for (const ms of values) histogram.record(ms)
        const sorted = [...values].sort((a, b) => a - b)
        for (const percent of [1, 50, 95, 99, 99.9, 100]) {
          const exact = sorted[Math.max(0, Math.ceil((values.length * percent) / 100) - 1)]!
          const ratio = histogram.percentile(percent) / exact
          assert.ok(ratio >= 1 - 1e-9 && ratio <= 1.032, `${percent} %: ${histogram.percentile(percent)} for ${exact}`)
        }
        assert.is(histogram.summary().max, sorted.at(-1))
      },
    ),
    { numRuns: 60 },
  )
})

test.run()
