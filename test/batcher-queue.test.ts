// The queue: bounds, deadlines, cancellation, priorities, clients.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Batcher, type BatcherOptions, type BatchRequest } from '../lib/inference/batcher.js'
import { expectedOf, FakeClock, type FakeOptions, FakeRunner, rowsOf, watch } from './batcher-fixture.js'
import { codeOf } from './temporary.js'

function setUp(options: BatcherOptions = {}, fake: FakeOptions = {}) {
  const clock = new FakeClock()
  const runner = new FakeRunner(clock, fake)
  const batcher = new Batcher(runner, { clock, inFlight: 1, maxBatch: 1, ...options })
  const run = (values: number | number[], request: BatchRequest = {}) =>
    watch(batcher.run(rowsOf(...[values].flat()), request))
  return { clock, runner, batcher, run }
}

const states = (watched: { state: unknown }[]) => watched.map(({ state }) => state)

test('a request whose deadline passes in the queue is rejected then, not after the running batch', async () => {
  const { clock, run, batcher } = setUp({}, { latency: () => 100 })
  run(1)
  await clock.settle()
  const late = run(2, { deadlineMs: 30 })
  await clock.advance(29)
  assert.is(late.state, 'pending')
  await clock.advance(1)
  assert.is(late.state, 'DEADLINE_EXCEEDED')
  assert.is(batcher.stats().waiting.requests, 0)
  assert.is(batcher.stats().dropped.deadline, 1)
})

test('a request whose deadline passes while it runs is rejected then, and those beside it are served', async () => {
  const { clock, run } = setUp({ maxBatch: 4 }, { latency: () => 100 })
  const [late, other] = [run(1, { deadlineMs: 30 }), run(2)]
  await clock.advance(30)
  assert.is(late.state, 'DEADLINE_EXCEEDED')
  await clock.advance(70)
  assert.equal(other.state, expectedOf(2))
})

test('a request that cannot meet its deadline any more gives way while there is other work', async () => {
  const { clock, runner, run } = setUp({ inFlight: 2 }, { latency: () => 50 })
  run(1)
  await clock.advance(50)
  run(2)
  await clock.advance(1)
  const hopeless = run(3, { deadlineMs: 80 })
  const other = run(4)
  await clock.advance(40)
  assert.is(hopeless.state, 'DEADLINE_EXCEEDED')
  await clock.advance(60)
  assert.equal(other.state, expectedOf(4))
  assert.equal(runner.runs, [[1], [2], [4]])
})

test('throughput comes back after a slow spell although every request has a deadline', async () => {
  const { clock, runner, run, batcher } = setUp({ maxBatch: 32, inFlight: 2 }, { latency: () => 10 })
  const spell = async (ms: number, latency_ms: number) => {
    runner.latency = () => latency_ms
    const completed = batcher.stats().completed
    for (let at = 0; at < ms; at++) {
      run(at, { deadlineMs: 40 })
      await clock.advance(1)
    }
    return batcher.stats().completed - completed
  }
  const before = await spell(300, 10)
  const during = await spell(300, 200)
  await clock.advance(300)
  const after = await spell(300, 10)
  assert.ok(before > 260, `before ${before}`)
  assert.ok(during < 30, `during ${during}`)
  assert.ok(after > 260, `after ${after}`)
})

test('requests that expire leave nothing behind: counts return to zero and the next request is served', async () => {
  const { clock, run, batcher } = setUp({ maxBatch: 4 }, { latency: () => 20 })
  for (let round = 0; round < 200; round++) {
    run([1, 2], { deadlineMs: 5 })
    run([3], { deadlineMs: 10 })
    await clock.advance(3)
  }
  await clock.advance(50)
  const { waiting, in_flight } = batcher.stats()
  assert.equal(
    [waiting, in_flight],
    [
      { requests: 0, rows: 0, held: 0 },
      { batches: 0, rows: 0 },
    ],
  )
  const next = run(9)
  await clock.advance(20)
  assert.equal(next.state, expectedOf(9))
})

test('a request that is aborted in the queue leaves it at once and never runs', async () => {
  const { clock, runner, run, batcher } = setUp()
  const controller = new AbortController()
  run(1)
  await clock.settle()
  const aborted = run(2, { signal: controller.signal })
  controller.abort()
  await clock.settle()
  assert.is(aborted.state, 'ABORTED')
  assert.is(batcher.stats().waiting.requests, 0)
  await clock.advance(50)
  assert.equal(runner.runs, [[1]])
})

test('a request that is aborted while it runs is rejected at once; those beside it are served', async () => {
  const { clock, run } = setUp({ maxBatch: 2 })
  const controller = new AbortController()
  const [aborted, other] = [run(1, { signal: controller.signal }), run(2)]
  await clock.advance(5)
  controller.abort()
  await clock.settle()
  assert.is(aborted.state, 'ABORTED')
  await clock.advance(5)
  assert.equal(other.state, expectedOf(2))
})

test('a run that nobody waits for any more is stopped', async () => {
  const { clock, runner, run } = setUp({ maxBatch: 2 })
  const controller = new AbortController()
  const signals: AbortSignal[] = []
  const original = runner.run.bind(runner)
  runner.run = (inputs, options = {}) => {
    signals.push(options.signal!)
    return original(inputs, options)
  }
  run(1, { signal: controller.signal })
  run(2, { deadlineMs: 5 })
  await clock.advance(4)
  controller.abort()
  assert.is(signals[0]!.aborted, false)
  await clock.advance(1)
  assert.is(signals[0]!.aborted, true)
})

test('a signal that has fired already refuses the request, and listeners are taken off when it settles', async () => {
  const { clock, run, batcher } = setUp()
  assert.is(await codeOf(() => batcher.run(rowsOf(1), { signal: AbortSignal.abort() })), 'ABORTED')
  const controller = new AbortController()
  const { signal } = controller
  const events: string[] = []
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    events.push('add')
    add(...args)
  }
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    events.push('remove')
    remove(...args)
  }
  run(2, { signal })
  assert.equal(events, ['add'])
  await clock.advance(10)
  assert.equal(events, ['add', 'remove'])
})

test('a full queue refuses with QUEUE_FULL and says how full it is', async () => {
  const { clock, run, batcher } = setUp({ queue: { requests: 2 } })
  run(1)
  await clock.settle()
  const waiting = [run(2), run(3)]
  const error = await batcher.run(rowsOf(4)).catch((e) => e)
  assert.is(error.code, 'QUEUE_FULL')
  assert.is(error.message, 'The queue is full (2 requests, 2 rows): try again later.')
  assert.is(batcher.stats().dropped.queue_full, 1)
  await clock.advance(30)
  assert.equal(states(waiting), [expectedOf(2), expectedOf(3)])
})

test('a queue may be bounded by rows, and a request larger than that is a mistake', async () => {
  const { clock, run } = setUp({ queue: { rows: 4 } })
  run(1)
  await clock.settle()
  run([2, 3, 4])
  const refused = [run([5, 6]), run([1, 2, 3, 4, 5])]
  await clock.settle()
  assert.equal(states(refused), ['QUEUE_FULL', 'INVALID_ARGUMENT'])
})

test('a client that floods the queue does not keep others out: its newest request gives way', async () => {
  const { clock, run } = setUp({ queue: { requests: 3 } })
  run(0, { client: 'bulk' })
  await clock.settle()
  const bulk = [1, 2, 3].map((value) => run(value, { client: 'bulk' }))
  const other = run(9, { client: 'other' })
  await clock.settle()
  assert.equal(states(bulk), ['pending', 'pending', 'QUEUE_FULL'])
  await clock.advance(40)
  assert.equal(other.state, expectedOf(9))
})

test('a more urgent request takes the place of a less urgent one, never the other way round', async () => {
  const { clock, run } = setUp({ queue: { requests: 2 } })
  run(0)
  await clock.settle()
  const low = [run(1, { priority: 2 }), run(2, { priority: 2 })]
  const high = run(3, { priority: 0 })
  const refused = run(4, { priority: 2 })
  await clock.settle()
  assert.equal(states([...low, high, refused]), ['pending', 'QUEUE_FULL', 'pending', 'QUEUE_FULL'])
})

test("onFull 'wait' holds what is over the bound, and room() lets producers go on one by one", async () => {
  const { clock, run, batcher } = setUp({ queue: { requests: 2, onFull: 'wait' } })
  const results = [1, 2, 3, 4, 5].map((value) => run(value))
  await clock.settle()
  assert.equal(batcher.stats().waiting, { requests: 4, rows: 4, held: 2 })
  let producers = 0
  for (let i = 0; i < 3; i++) void batcher.room().then(() => producers++)
  await clock.advance(29)
  assert.is(producers, 0)
  await clock.advance(1)
  assert.is(producers, 1)
  await clock.advance(20)
  assert.is(producers, 3)
  assert.equal(
    states(results),
    [1, 2, 3, 4, 5].map((value) => expectedOf(value)),
  )
})

test('the most urgent priority goes first, and within one the oldest', async () => {
  const { clock, runner, run } = setUp()
  run(0)
  await clock.settle()
  for (const [value, priority] of [
    [1, 2],
    [2, 1],
    [3, 0],
    [4, 2],
    [5, 0],
  ] as const)
    run(value, { priority })
  await clock.advance(100)
  assert.equal(runner.runs.flat(), [0, 3, 5, 2, 1, 4])
})

test('clients take turns, whatever each has waiting', async () => {
  const { clock, runner, run } = setUp()
  for (let value = 1; value <= 20; value++) run(value, { client: 'a' })
  await clock.advance(95)
  for (const value of [31, 32, 33]) run(value, { client: 'b' })
  for (const value of [41, 42, 43]) run(value, { client: 'c' })
  await clock.advance(300)
  const order = runner.runs.flat()
  const ofB = order.indexOf(33)
  const ofC = order.indexOf(43)
  // Ten of a have gone or are under way; then each has its turn, b and c with what they saved up before.
  assert.ok(ofB < 20 && ofC < 20, `${order}`)
  assert.is(order.length, 26)
})

test('a large request is paid off before its client has another turn', async () => {
  const { clock, runner, run } = setUp({ maxBatch: 4 })
  run(0)
  await clock.settle()
  run([1, 2, 3, 4], { client: 'bulk' })
  run([5, 6, 7, 8], { client: 'bulk' })
  for (const value of [11, 12, 13, 14]) run(value, { client: 'small' })
  await clock.advance(100)
  const place = (value: number) => runner.runs.findIndex((values) => values.includes(value))
  assert.ok(place(14) <= place(5), JSON.stringify(runner.runs))
})

test('weights share the engine in proportion', async () => {
  const { clock, runner, run } = setUp({ maxBatch: 4, weights: { heavy: 3 }, queue: { requests: 1000 } })
  for (let value = 1; value <= 200; value++) {
    run(value, { client: 'light' })
    run(1000 + value, { client: 'heavy' })
  }
  await clock.advance(400)
  const served = runner.runs.flat()
  const heavy = served.filter((value) => value > 1000).length
  assert.ok(Math.abs(heavy / served.length - 0.75) < 0.03, `${heavy} of ${served.length}`)
})

test('a bulk client at most doubles the p99 of an interactive one', async () => {
  for (const latency of [(rows: number) => 2 + rows * 0.05, (rows: number) => rows * 2]) {
    const p99 = async (withBulk: boolean) => {
      const { clock, batcher } = setUp({ maxBatch: 32, inFlight: 2, queue: { requests: 64 } }, { latency })
      await Promise.all([batcher.warmUp(), clock.advance(10_000)])
      const taken: number[] = []
      let seed = 1
      const random = () => {
        seed = (seed * 16807) % 2147483647
        return seed / 2147483647
      }
      let next = clock.now()
      for (let ms = 0; ms < 4000; ms += 0.5) {
        if (withBulk) for (let i = 0; i < 8; i++) batcher.run(rowsOf(1), { client: 'bulk' }).catch(() => {})
        if (clock.now() >= next) {
          next += -Math.log(1 - random()) * 10
          const started = clock.now()
          void batcher.run(rowsOf(1), { client: 'interactive' }).then(() => taken.push(clock.now() - started))
        }
        await clock.advance(0.5)
      }
      taken.sort((a, b) => a - b)
      return taken[Math.floor(taken.length * 0.99)]!
    }
    const [alone, beside] = [await p99(false), await p99(true)]
    assert.ok(beside <= 2 * alone, `alone ${alone} ms, beside a bulk client ${beside} ms`)
  }
})

test.run()
