// The load curve by a clock of our own: what the batcher's decisions are worth where no machine disturbs them.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Batcher } from '../lib/inference/batcher.js'
import { FakeClock, FakeRunner, rowsOf } from './batcher-fixture.js'

const LARGEST = 32

interface Curve {
  latency: (rows: number) => number
  concurrency: number
}

/** One-row requests of eight clients at Poisson times, so many percent of what the best batch size reaches. */
async function load({ latency, concurrency }: Curve, percent: number, requests = 12_000) {
  const clock = new FakeClock()
  const batchSizes = [1, 2, 4, 8, 16, LARGEST]
  const runner = new FakeRunner(clock, { latency, concurrency, batchSizes })
  const batcher = new Batcher(runner, { clock, queue: { requests: 512 } })
  await Promise.all([batcher.warmUp(), clock.advance(10_000)])
  const capacity = concurrency * Math.max(...batchSizes.map((size) => size / latency(size)))
  const taken: number[] = []
  let refused = 0
  let mostWaiting = 0
  let state = 7
  const started = clock.now()
  let due = started
  for (let i = 0; i < requests; i++) {
    state = (state * 16807) % 2147483647
    due += (-Math.log(1 - state / 2147483647) * 100) / (capacity * percent)
    await clock.advance(Math.max(0, due - clock.now()))
    const arrived = due
    batcher.run(rowsOf(i), { client: `${i % 8}` }).then(
      () => taken.push(clock.now() - arrived),
      ({ code }) => {
        assert.is(code, 'QUEUE_FULL')
        refused++
      },
    )
    mostWaiting = Math.max(mostWaiting, batcher.waiting)
  }
  const achieved = taken.length / (clock.now() - started) / capacity
  await clock.advance(10_000)
  assert.is(taken.length + refused, requests)
  taken.sort((a, b) => a - b)
  return { p99: taken[Math.floor(taken.length * 0.99)]!, achieved, refused, mostWaiting }
}

const CURVES: Record<string, Curve> = {
  'one lane where larger batches are nearly free': { latency: (rows) => 2 + 0.05 * rows, concurrency: 1 },
  'two lanes where every row costs the same': { latency: (rows) => 0.5 + 2 * rows, concurrency: 2 },
  'one lane where the largest size pays less than a smaller one': {
    latency: (rows) => (rows > 16 ? 0.4 * rows : 1 + 0.2 * rows),
    concurrency: 1,
  },
}

for (const [name, curve] of Object.entries(CURVES)) {
  test(`${name}: at 80 % of capacity the p99 is within three of the largest batches`, async () => {
    const { p99, refused } = await load(curve, 80)
    assert.is(refused, 0)
    assert.ok(p99 <= 3 * curve.latency(LARGEST), `p99 ${p99} ms, largest batch ${curve.latency(LARGEST)} ms`)
  })

  test(`${name}: at 120 % at least 0.95 of capacity is achieved, the queue stays within its bound, the rest is refused`, async () => {
    const { achieved, refused, mostWaiting } = await load(curve, 120)
    assert.ok(achieved >= 0.95, `achieved ${achieved}`)
    assert.ok(mostWaiting <= 512, `${mostWaiting} waited`)
    assert.ok(refused > 0)
  })
}

test.run()
