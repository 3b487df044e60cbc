// What a user of the batcher sees: batches, delays, failures, draining, closing.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Batcher, type BatcherOptions } from '../lib/inference/batcher.js'
import { expectedOf, FakeClock, type FakeOptions, FakeRunner, rowsOf, watch, yOf } from './batcher-fixture.js'
import { codeOf } from './temporary.js'

function setUp(options: BatcherOptions = {}, fake: FakeOptions = {}) {
  const clock = new FakeClock()
  const runner = new FakeRunner(clock, fake)
  const batcher = new Batcher(runner, { clock, ...options })
  const run = (...values: number[]) => batcher.run(rowsOf(...values))
  return { clock, runner, batcher, run }
}

const sizes = (runner: FakeRunner) => runner.runs.map((values) => values.length)

test('requests that arrive together share a batch, and each gets its own rows', async () => {
  const { clock, runner, run } = setUp()
  const results = [run(1), run(2, 3), run(4)]
  await clock.advance(10)
  assert.equal(runner.runs, [[1, 2, 3, 4]])
  assert.equal((await Promise.all(results)).map(yOf), [expectedOf(1), expectedOf(2, 3), expectedOf(4)])
})

test('requests batch with no delay set: those that come while the engine works share the next batch', async () => {
  const { clock, runner, run } = setUp({ inFlight: 1 })
  run(1)
  await clock.advance(1)
  for (const value of [2, 3, 4]) {
    run(value)
    await clock.advance(1)
  }
  await clock.advance(20)
  assert.equal(runner.runs, [[1], [2, 3, 4]])
})

test('under load batches are full', async () => {
  const { clock, runner, run } = setUp({ maxBatch: 8 }, { latency: (rows) => 5 + rows * 0.1 })
  const results = Array.from({ length: 160 }, (_, i) => run(i))
  await clock.advance(500)
  await Promise.all(results)
  const counts = sizes(runner)
  assert.is(Math.max(...counts), 8)
  assert.ok(counts.filter((rows) => rows === 8).length >= 18, `sizes ${counts}`)
})

test('a full batch goes at once, whatever the delay', async () => {
  const { clock, runner, run } = setUp({ maxBatch: 4, maxDelayMs: 1000 })
  run(1, 2)
  run(3, 4)
  await clock.settle()
  assert.equal(runner.runs, [[1, 2, 3, 4]])
})

test('a batch that is not full goes when its oldest request has waited the delay, not later', async () => {
  const { clock, runner, run } = setUp({ maxBatch: 8, maxDelayMs: 20 })
  run(1)
  await clock.advance(15)
  run(2)
  await clock.advance(4)
  assert.equal(runner.runs, [])
  await clock.advance(1)
  assert.equal(runner.runs, [[1, 2]])
})

test('rows left over from a full batch keep the delay that they have waited', async () => {
  const { clock, runner, run } = setUp({ maxBatch: 4, maxDelayMs: 20 }, { latency: () => 1 })
  run(1, 2, 3)
  await clock.advance(10)
  run(4, 5)
  await clock.settle()
  assert.equal(runner.runs, [[1, 2, 3, 4]])
  await clock.advance(19)
  assert.is(runner.runs.length, 1)
  await clock.advance(1)
  assert.equal(runner.runs[1], [5])
})

test('a delayed batch goes early enough for the deadline of a request in it', async () => {
  const { clock, runner, batcher } = setUp({ maxBatch: 8, maxDelayMs: 500 }, { latency: () => 10 })
  await Promise.all([batcher.warmUp(), clock.advance(200)])
  const started = clock.now()
  const result = watch(batcher.run(rowsOf(7), { deadlineMs: 60 }))
  runner.runs.length = 0
  await clock.advance(46)
  assert.equal(runner.runs, [])
  await clock.advance(14)
  assert.equal(runner.runs, [[7]])
  assert.equal(result.state, expectedOf(7))
  assert.ok(clock.now() - started <= 60)
})

test('a lane that is about to be free gets its next batch before it is', async () => {
  const { clock, runner, run, batcher } = setUp({ maxBatch: 4 }, { latency: () => 20 })
  await Promise.all([batcher.warmUp(), clock.advance(1000)])
  runner.runs.length = 0
  run(1)
  await clock.advance(1)
  run(2)
  await clock.advance(10)
  assert.equal(runner.runs, [[1]])
  run(3)
  await clock.advance(4)
  assert.equal(runner.runs, [[1], [2, 3]])
})

test('as many batches run at one time as inFlight says, never more', async () => {
  const { clock, runner, run, batcher } = setUp({ maxBatch: 1, inFlight: 3 }, { concurrency: 2 })
  const results = Array.from({ length: 9 }, (_, i) => run(i))
  for (let ms = 0; ms < 60; ms++) {
    await clock.advance(1)
    assert.ok(batcher.stats().in_flight.batches <= 3)
  }
  await Promise.all(results)
  assert.is(runner.runs.length, 9)
})

test('batches are padded with zeros to the next size that the engine runs', async () => {
  const { clock, runner, run, batcher } = setUp({}, { batchSizes: [1, 4, 8] })
  const result = run(1, 2, 3)
  await clock.advance(10)
  assert.equal(runner.runs, [[1, 2, 3, 0]])
  assert.equal(yOf(await result), expectedOf(1, 2, 3))
  assert.is(batcher.stats().padded_rows, 1)
  assert.equal(batcher.stats().batch_sizes, { 3: 1 })
})

test('padding never carries rows of an earlier batch', async () => {
  const { clock, runner, run } = setUp({}, { batchSizes: [4] })
  run(1, 2)
  run(3, 4)
  await clock.advance(20)
  run(5)
  await clock.advance(20)
  assert.equal(runner.runs, [
    [1, 2, 3, 4],
    [5, 0, 0, 0],
  ])
})

test('one bad request does not fail those that share its batch', async () => {
  const { clock, batcher, run } = setUp()
  const states = [run(1), run(-2), run(3, 4)].map(watch)
  await clock.advance(60)
  assert.equal(
    states.map(({ state }) => state),
    [expectedOf(1), 'RUN_FAILED', expectedOf(3, 4)],
  )
  const { completed, failed, retried } = batcher.stats()
  assert.equal({ completed, failed, retried }, { completed: 2, failed: 1, retried: 3 })
})

test('a request that fails alone is not run again', async () => {
  const { clock, runner, run } = setUp()
  const result = watch(run(-1))
  await clock.advance(50)
  assert.is(result.state, 'RUN_FAILED')
  assert.is(runner.runs.length, 1)
})

test('an engine that was closed fails every request of the batch at once', async () => {
  const { clock, runner, run } = setUp()
  runner.run = () => Promise.reject(Object.assign(new Error('closed'), { code: 'CLOSED' }))
  const states = [run(1), run(2)].map(watch)
  await clock.settle()
  assert.equal(
    states.map(({ state }) => state),
    ['CLOSED', 'CLOSED'],
  )
})

test('a runner that throws instead of rejecting is a failed batch like any other', async () => {
  const { clock, runner, run } = setUp()
  runner.run = () => {
    throw Object.assign(new Error('no'), { code: 'RUN_FAILED' })
  }
  const result = watch(run(1))
  await clock.settle()
  assert.is(result.state, 'RUN_FAILED')
})

test('wrong inputs are refused on entry, and say what was expected', async () => {
  const { batcher } = setUp()
  const refuse = async (inputs: unknown, code: string, message: RegExp) => {
    const error = await batcher.run(inputs as never).catch((e) => e)
    assert.is(error.code, code)
    assert.match(error.message, message)
  }
  const data = new Float32Array(2)
  await refuse({}, 'INVALID_ARGUMENT', /^Input "x" \(float32 \[n, 2\]\) is missing\.$/)
  await refuse({ x: { data, dims: [1, 2] }, z: { data, dims: [1, 2] } }, 'INVALID_ARGUMENT', /no input "z"/)
  await refuse({ x: { data: new Float64Array(2), dims: [1, 2] } }, 'TYPE_MISMATCH', /takes a Float32Array/)
  await refuse({ x: { data, dims: [1, 3] } }, 'SHAPE_MISMATCH', /takes the shape \[n, 2\]; got \[1, 3\]/)
  await refuse({ x: { data, dims: [2, 2] } }, 'SHAPE_MISMATCH', /takes 4 values for \[2, 2\]; got 2/)
  await refuse({ x: { data: new Float32Array(0), dims: [0, 2] } }, 'SHAPE_MISMATCH', /at least one row/)
})

test('options that make no sense are refused', async () => {
  const clock = new FakeClock()
  const make = (options: BatcherOptions, fake: FakeOptions = {}) =>
    codeOf(() => new Batcher(new FakeRunner(clock, fake), options))
  assert.is(await make({ maxBatch: 0 }), 'INVALID_ARGUMENT')
  assert.is(await make({ maxBatch: 9 }, { batchSizes: [1, 8] }), 'INVALID_ARGUMENT')
  assert.is(await make({ sizes: [4, 2] }), 'INVALID_ARGUMENT')
  assert.is(await make({ maxDelayMs: -1 }), 'INVALID_ARGUMENT')
  assert.is(await make({ policy: 'fast' as never }), 'INVALID_ARGUMENT')
  assert.is(await make({ weights: { a: 0 } }), 'INVALID_ARGUMENT')
  assert.is(await make({ queue: { onFull: 'drop' as never } }), 'INVALID_ARGUMENT')
  const { run, batcher } = setUp()
  assert.is(await codeOf(() => batcher.run(rowsOf(1), { priority: 3 })), 'INVALID_ARGUMENT')
  assert.is(await codeOf(() => batcher.run(rowsOf(1), { deadlineMs: 0 })), 'INVALID_ARGUMENT')
  run(1)
})

test('drain sends what waits without delay, and ends when all that was accepted before has settled', async () => {
  const { clock, runner, run, batcher } = setUp({ maxDelayMs: 1000, maxBatch: 8 })
  const before = watch(run(1))
  let drained = false
  const drain = batcher.drain().then(() => {
    drained = true
  })
  await clock.advance(9)
  assert.equal(runner.runs, [[1]])
  assert.is(drained, false)
  const after = watch(run(2))
  await clock.advance(1)
  await drain
  assert.equal(before.state, expectedOf(1))
  assert.is(after.state, 'pending')
})

test('drain of an idle batcher resolves at once', async () => {
  const { batcher } = setUp()
  await batcher.drain()
})

test('close refuses new requests, rejects the accepted ones and resolves once nothing runs', async () => {
  const { clock, runner, run, batcher } = setUp({ maxBatch: 1, inFlight: 1 })
  const states = [run(1), run(2)].map(watch)
  await clock.advance(5)
  let closed = false
  const closing = batcher.close().then(() => {
    closed = true
  })
  await clock.settle()
  assert.equal(
    states.map(({ state }) => state),
    ['CLOSED', 'CLOSED'],
  )
  assert.is(await codeOf(() => run(3)), 'CLOSED')
  assert.is(await codeOf(() => batcher.room()), 'CLOSED')
  await closing
  assert.is(closed, true)
  assert.is(runner.runs.length, 1)
  assert.is(batcher.stats().dropped.closed, 2)
})

test('close with drain finishes what was accepted, and a second close cuts that short', async () => {
  const { clock, run, batcher } = setUp({ maxBatch: 1, inFlight: 1 })
  const states = [run(1), run(2)].map(watch)
  await clock.settle()
  const draining = batcher.close({ drain: true })
  await clock.advance(10)
  assert.equal(states[0]!.state, expectedOf(1))
  assert.is(states[1]!.state, 'pending')
  assert.is(await codeOf(() => run(3)), 'CLOSED')
  await Promise.all([draining, batcher.close()])
  assert.is(states[1]!.state, 'CLOSED')
})

test('close twice and dispose are one and the same', async () => {
  const { batcher } = setUp()
  await Promise.all([batcher.close(), batcher.close()])
  await batcher[Symbol.asyncDispose]()
})

test('an idle batcher leaves no timer, so that it does not keep the process alive', async () => {
  const { clock, batcher } = setUp()
  const result = batcher.run(rowsOf(1), { deadlineMs: 60_000 })
  await clock.advance(10)
  await result
  assert.is(clock.timers, 0)
})

test('stats count batches, rows, waiting and computing time', async () => {
  const { clock, run, batcher } = setUp({ maxBatch: 2, inFlight: 1 })
  const results = [run(1), run(2), run(3)]
  await clock.settle()
  assert.equal(batcher.stats().waiting, { requests: 1, rows: 1, held: 0 })
  assert.equal(batcher.stats().in_flight, { batches: 1, rows: 2 })
  await clock.advance(20)
  await Promise.all(results)
  const { batches, rows, batch_sizes, queue_ms, compute_ms, total_ms, policy } = batcher.stats()
  assert.equal(
    { batches, rows, batch_sizes, policy },
    { batches: 2, rows: 3, batch_sizes: { 1: 1, 2: 1 }, policy: 'deadline' },
  )
  assert.is(queue_ms.max, 10)
  assert.is(compute_ms.mean, 10)
  assert.is(total_ms.count, 3)
  assert.is(total_ms.max, 20)
})

test.run()
