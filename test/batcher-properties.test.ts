// Whatever arrives, in whatever order: each request settles exactly once, with its own rows or a reason.
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Batcher } from '../lib/inference/batcher.js'
import { expectedOf, FakeClock, FakeRunner, rowsOf, yOf } from './batcher-fixture.js'

const arrival = fc.record({
  after_ms: fc.integer({ min: 0, max: 12 }),
  rows: fc.integer({ min: 1, max: 14 }),
  client: fc.constantFrom('a', 'b', 'c'),
  priority: fc.integer({ min: 0, max: 2 }),
  deadline_ms: fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined }),
  abort_after_ms: fc.option(fc.integer({ min: 0, max: 40 }), { nil: undefined }),
  bad: fc.integer({ min: 0, max: 19 }).map((n) => n === 0),
})

const setting = fc.record({
  maxBatch: fc.integer({ min: 1, max: 8 }),
  padded: fc.boolean(),
  inFlight: fc.integer({ min: 1, max: 4 }),
  concurrency: fc.integer({ min: 1, max: 3 }),
  maxDelayMs: fc.constantFrom(0, 0, 5, 30),
  policy: fc.constantFrom('deadline' as const, 'adaptive' as const),
  requests: fc.constantFrom(4, 1000),
  onFull: fc.constantFrom('reject' as const, 'wait' as const),
  slope: fc.constantFrom(0, 0.2, 3),
})

/** Timers count whole milliseconds. */
const TIMER_MS = 1

const REASONS = ['QUEUE_FULL', 'DEADLINE_EXCEEDED', 'ABORTED', 'RUN_FAILED']

test('any arrival pattern: own rows, in order, exactly once, within every bound', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(arrival, { minLength: 1, maxLength: 40 }), setting, async (arrivals, s) => {
      const clock = new FakeClock()
      const runner = new FakeRunner(clock, {
        concurrency: s.concurrency,
        latency: (rows) => 4 + s.slope * rows,
        batchSizes: s.padded ? [1, 3, 8] : null,
      })
      const { maxBatch, inFlight, maxDelayMs, policy, requests, onFull } = s
      const batcher = new Batcher(runner, {
        clock,
        maxBatch,
        inFlight,
        maxDelayMs,
        policy,
        queue: { requests, onFull },
      })
      const settled: Promise<string>[] = []
      const violations: string[] = []
      const expect = (holds: boolean, what: string) => {
        if (!holds) violations.push(what)
      }
      let next = 1
      for (const { after_ms, rows, client, priority, deadline_ms, abort_after_ms, bad } of arrivals) {
        await clock.advance(after_ms)
        const values = Array.from({ length: rows }, () => next++)
        if (bad) values[rows - 1] = -values[rows - 1]!
        const controller = new AbortController()
        if (abort_after_ms !== undefined) clock.setTimeout(() => controller.abort(), abort_after_ms)
        const { signal } = controller
        const started = clock.now()
        const promise = batcher.run(rowsOf(...values), { client, priority, deadlineMs: deadline_ms, signal })
        settled.push(
          promise.then(
            (outputs) => {
              const took = clock.now() - started
              expect(yOf(outputs).join() === expectedOf(...values).join(), `rows of another request in ${values}`)
              expect(outputs.y!.dims.join() === `${rows},2`, `dims ${outputs.y!.dims}`)
              expect(
                took <= (deadline_ms ?? took) + TIMER_MS,
                `completed ${took} ms after ${started}, deadline ${deadline_ms}`,
              )
              expect(!bad, 'a bad request completed')
              return 'completed'
            },
            ({ code }) => {
              const took = clock.now() - started
              expect(REASONS.includes(code), code)
              expect(code !== 'RUN_FAILED' || bad, 'a good request failed')
              expect(
                code !== 'DEADLINE_EXCEEDED' || took <= deadline_ms! + TIMER_MS,
                `expired after ${took} ms, not ${deadline_ms}`,
              )
              expect(code !== 'ABORTED' || took === abort_after_ms, `aborted after ${took} ms, not ${abort_after_ms}`)
              return code
            },
          ),
        )
        const { waiting, in_flight } = batcher.stats()
        assert.ok(waiting.requests - waiting.held <= requests)
        assert.ok(onFull === 'wait' || waiting.held === 0)
        assert.ok(in_flight.batches <= inFlight)
      }
      await clock.advance(40_000)
      const outcomes = await Promise.all(settled)
      assert.equal(violations, [])
      const largest = s.padded ? [1, 3, 8].find((size) => size >= maxBatch)! : maxBatch
      assert.ok(runner.runs.every((run) => run.length <= largest))
      const stats = batcher.stats()
      const count = (code: string) => outcomes.filter((outcome) => outcome === code).length
      assert.equal(
        [stats.completed, stats.failed, ...Object.values(stats.dropped)],
        ['completed', 'RUN_FAILED', 'QUEUE_FULL', 'DEADLINE_EXCEEDED', 'ABORTED', 'CLOSED'].map(count),
      )
      assert.equal(
        [stats.waiting, stats.in_flight],
        [
          { requests: 0, rows: 0, held: 0 },
          { batches: 0, rows: 0 },
        ],
      )
      await batcher.drain()
      await batcher.close()
    }),
    { numRuns: 300 },
  )
})

test('closed at any moment: every promise settles and nothing stays behind', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(arrival, { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 0, max: 19 }),
      fc.boolean(),
      async (arrivals, at, drain) => {
        const clock = new FakeClock()
        const batcher = new Batcher(new FakeRunner(clock), { clock, maxBatch: 4, maxDelayMs: 10 })
        const settled: Promise<unknown>[] = []
        let closing: Promise<void> | null = null
        for (const [i, { after_ms, rows, client, priority, deadline_ms }] of arrivals.entries()) {
          await clock.advance(after_ms)
          if (i === at) closing = batcher.close({ drain })
          const promise = batcher.run(rowsOf(...Array(rows).fill(1)), { client, priority, deadlineMs: deadline_ms })
          settled.push(promise.catch((error) => error.code))
        }
        closing ??= batcher.close({ drain })
        await clock.advance(1000)
        await Promise.all([...settled, closing])
        assert.is(clock.timers, 0)
        assert.is(batcher.stats().staging.bytes, 0)
      },
    ),
    { numRuns: 200 },
  )
})

test.run()
