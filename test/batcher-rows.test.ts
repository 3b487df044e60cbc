// Whose rows are whose: axes, shapes, types, splitting, memory.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Batcher, type BatcherOptions } from '../lib/inference/batcher.js'
import type { Tensors } from '../lib/inference/types.js'
import {
  expectedOf,
  FakeClock,
  type FakeOptions,
  FakeRunner,
  rowsOf,
  tensorInfo,
  watch,
  yOf,
} from './batcher-fixture.js'

function setUp(options: BatcherOptions = {}, fake: FakeOptions = {}) {
  const clock = new FakeClock()
  const runner = new FakeRunner(clock, fake)
  return { clock, runner, batcher: new Batcher(runner, { clock, ...options }) }
}

/** x [n, 2, time] -> y [time, n]: y is the sum over the middle, the batch its second axis. */
const summed: FakeOptions = {
  inputs: [tensorInfo('x', [null, 2, null])],
  outputs: [tensorInfo('y', [null, null], 1)],
  compute: ({ x }) => {
    const [n, , time] = x!.dims as [number, number, number]
    const data = new Float32Array(n * time)
    for (let row = 0; row < n; row++)
      for (let t = 0; t < time; t++)
        data[t * n + row] =
          (x!.data[(row * 2 + 0) * time + t]! as number) + (x!.data[(row * 2 + 1) * time + t]! as number)
    return { y: { data, dims: [time, n] } }
  },
}

function ramp(rows: number, time: number, from: number): Tensors {
  return { x: { data: Float32Array.from({ length: rows * 2 * time }, (_, i) => from + i), dims: [rows, 2, time] } }
}

test('the batch may be the second axis of an output', async () => {
  const { clock, runner, batcher } = setUp({}, summed)
  const requests = [ramp(1, 40, 0), ramp(3, 40, 1000), ramp(2, 40, 5000)]
  const results = requests.map((inputs) => batcher.run(inputs))
  await clock.advance(10)
  assert.equal(
    runner.runs.map((values) => values.length),
    [6],
  )
  for (const [i, inputs] of requests.entries()) {
    const { y } = await results[i]!
    const expected = summed.compute!(inputs).y!
    assert.equal(y!.dims, expected.dims)
    assert.equal([...y!.data], [...expected.data])
  }
})

test('a batch axis that is not the first of an input, with several inputs, one of them of 64-bit integers', async () => {
  const fake: FakeOptions = {
    inputs: [tensorInfo('x', [3, null, 2], 1), { ...tensorInfo('ids', [null]), type: 'int64' }],
    outputs: [tensorInfo('y', [null]), { ...tensorInfo('id', [null]), type: 'int64' }],
    compute: ({ x, ids }) => {
      const n = x!.dims[1]!
      const at = (block: number, row: number, i: number) => Number(x!.data[(block * n + row) * 2 + i])
      const data = Float32Array.from(
        { length: n },
        (_, row) => at(0, row, 0) * 100 + at(1, row, 1) * 10 + at(2, row, 0),
      )
      return {
        y: { data, dims: [n] },
        id: { data: BigInt64Array.from(ids!.data as BigInt64Array, (v) => v * 2n), dims: [n] },
      }
    },
  }
  const { clock, runner, batcher } = setUp({ sizes: [4] }, fake)
  const request = (values: number[]) => ({
    x: {
      data: Float32Array.from([0, 1, 2].flatMap((block) => values.flatMap((v) => [v + block, v + block]))),
      dims: [3, values.length, 2],
    },
    ids: { data: BigInt64Array.from(values, (v) => BigInt(v)), dims: [values.length] },
  })
  const results = [[1], [4, 6]].map((values) => batcher.run(request(values)))
  await clock.advance(10)
  assert.is(runner.runs.length, 1)
  const answers = (await Promise.all(results)).map(({ y, id }) => [[...y!.data], [...id!.data]])
  const expected = (v: number) => v * 100 + (v + 1) * 10 + v + 2
  assert.equal(answers, [
    [[expected(1)], [2n]],
    [
      [expected(4), expected(6)],
      [8n, 12n],
    ],
  ])
})

test('float16 may come as bits or as a Float16Array where there is one', async () => {
  const fake: FakeOptions = {
    inputs: [{ ...tensorInfo('x', [null]), type: 'float16' }],
    outputs: [{ ...tensorInfo('y', [null]), type: 'float16' }],
    compute: ({ x }) => ({ y: { data: Uint16Array.from(x!.data as Uint16Array, (v) => v + 1), dims: x!.dims } }),
  }
  const { clock, batcher } = setUp({}, fake)
  const results = [15360, 16384].map((bits) => batcher.run({ x: { data: Uint16Array.of(bits), dims: [1] } }))
  await clock.advance(10)
  assert.equal((await Promise.all(results)).map(yOf), [[15361], [16385]])
})

test('requests of different shapes never share a batch, those of one shape do', async () => {
  const { clock, runner, batcher } = setUp({ inFlight: 1 }, summed)
  const shapes: number[] = []
  const original = runner.run.bind(runner)
  runner.run = (inputs, options) => {
    shapes.push(inputs.x!.dims[2]!)
    return original(inputs, options)
  }
  const results = [3, 5, 3, 5, 3].map((time, i) => batcher.run(ramp(1, time, i)))
  await clock.advance(50)
  await Promise.all(results)
  assert.equal(shapes, [3, 5])
  assert.equal(
    runner.runs.map((values) => values.length),
    [3, 2],
  )
})

test('a client with many shapes does not keep another shape waiting', async () => {
  const { clock, runner, batcher } = setUp({ inFlight: 1, maxBatch: 1 }, summed)
  for (let time = 1; time <= 20; time++) void batcher.run(ramp(1, time, 0), { client: 'many' })
  await clock.advance(45)
  const other = batcher.run(ramp(1, 30, 7), { client: 'other' })
  await clock.advance(20)
  await other
  assert.ok(runner.runs.length <= 7)
  await clock.advance(300)
})

test('a request larger than a batch is split and comes back whole and in order', async () => {
  const { clock, runner, batcher } = setUp({ maxBatch: 4 })
  const values = Array.from({ length: 11 }, (_, i) => i + 1)
  const result = batcher.run(rowsOf(...values))
  const small = batcher.run(rowsOf(50))
  await clock.advance(100)
  assert.ok(runner.runs.every((run) => run.length <= 4))
  const { y } = await result
  assert.equal(y!.dims, [11, 2])
  assert.equal([...y!.data], expectedOf(...values))
  assert.equal(yOf(await small), expectedOf(50))
})

test('a split request along a second axis comes back whole', async () => {
  const { clock, batcher } = setUp({ maxBatch: 2 }, summed)
  const inputs = ramp(5, 3, 0)
  const result = batcher.run(inputs)
  await clock.advance(100)
  const expected = summed.compute!(inputs).y!
  assert.equal((await result).y, expected)
})

test('when one part of a split request fails, the request fails once and its other parts do not run', async () => {
  const { clock, runner, batcher } = setUp({ maxBatch: 2, inFlight: 1 })
  const result = watch(batcher.run(rowsOf(-1, 2, 3, 4, 5, 6)))
  await clock.advance(100)
  assert.is(result.state, 'RUN_FAILED')
  assert.is(runner.runs.length, 1)
  assert.equal(batcher.stats().waiting, { requests: 0, rows: 0, held: 0 })
})

test('a batch of one request that fits runs on its own arrays, without a copy', async () => {
  const { clock, runner, batcher } = setUp()
  const inputs = rowsOf(1, 2)
  let seen: unknown
  const original = runner.run.bind(runner)
  runner.run = (given, options) => {
    seen = given.x!.data
    return original(given, options)
  }
  const result = batcher.run(inputs)
  await clock.advance(10)
  await result
  assert.is(seen, inputs.x!.data)
  assert.is(batcher.stats().staging.bytes, 0)
})

test('results are views of one array where the batch is the first axis', async () => {
  const { clock, batcher } = setUp()
  const [a, b] = [batcher.run(rowsOf(1)), batcher.run(rowsOf(2, 3))]
  await clock.advance(10)
  const [first, second] = [(await a).y!.data, (await b).y!.data]
  assert.is(first.buffer, second.buffer)
  assert.is(second.byteOffset, 8)
})

test('an input that is transferred while it waits fails its own request only', async () => {
  const { clock, batcher } = setUp()
  const inputs = rowsOf(1)
  const states = [batcher.run(inputs), batcher.run(rowsOf(2))].map(watch)
  structuredClone(inputs.x!.data.buffer, { transfer: [inputs.x!.data.buffer as ArrayBuffer] })
  await clock.advance(10)
  assert.equal(
    states.map(({ state }) => state),
    ['INVALID_ARGUMENT', expectedOf(2)],
  )
})

test('batch memory is used again: no more slabs than batches in flight, however many batches run', async () => {
  const { clock, batcher } = setUp({ maxBatch: 8, inFlight: 2 })
  for (let i = 0; i < 200; i++) {
    for (let n = 0; n <= i % 5; n++) void batcher.run(rowsOf(i, n))
    await clock.advance(12)
  }
  await clock.advance(100)
  const { slabs, bytes, peak_bytes, allocated, reused } = batcher.stats().staging
  assert.ok(slabs <= 2, `${slabs} slabs`)
  assert.ok(peak_bytes <= 2 * 8 * 2 * 4, `${peak_bytes} bytes`)
  assert.is(bytes, peak_bytes)
  assert.ok(allocated < 15 && reused > 50, `${allocated} allocated, ${reused} reused`)
  await batcher.close()
  assert.is(batcher.stats().staging.bytes, 0)
})

test('batch memory comes from the engine where it offers some', async () => {
  const { clock, runner, batcher } = setUp()
  const given: unknown[] = []
  const offering = Object.assign(runner, {
    buffer(_name: string, dims: readonly number[]) {
      const data = new Float32Array(dims.reduce((product, size) => product * size, 1))
      given.push(data.buffer)
      return { data, dims: [...dims] }
    },
  })
  let seen: unknown
  const original = runner.run.bind(runner)
  offering.run = (inputs, options) => {
    seen = inputs.x!.data.buffer
    return original(inputs, options)
  }
  void batcher.run(rowsOf(1))
  void batcher.run(rowsOf(2))
  await clock.advance(10)
  assert.is(given.length, 1)
  assert.is(seen, given[0])
})

test('a model that cannot be batched runs its requests one by one, whatever their shapes', async () => {
  const { clock, runner, batcher } = setUp(
    { inFlight: 1 },
    {
      inputs: [tensorInfo('x', [null, 2], null)],
      outputs: [tensorInfo('y', [null, 2], null)],
      unbatchable: 'its output has no axis that counts items',
    },
  )
  const states = [batcher.run(rowsOf(1, 2)), batcher.run(rowsOf(-3)), batcher.run(rowsOf(4))].map(watch)
  await clock.advance(30)
  assert.equal(runner.runs, [[1, 2], [-3], [4]])
  assert.equal(
    states.map(({ state }) => state),
    [expectedOf(1, 2), 'RUN_FAILED', expectedOf(4)],
  )
})

test('an output that does not have the rows of the batch is an error that names the axis', async () => {
  const { clock, batcher } = setUp({}, { compute: () => ({ y: { data: new Float32Array(2), dims: [1, 2] } }) })
  const error = batcher.run(rowsOf(1, 2)).catch((e) => e)
  await clock.advance(10)
  assert.is((await error).code, 'RUN_FAILED')
  assert.match((await error).message, /^Output y should have 2 rows along dimension 0.*got \[1, 2\]/)
})

test.run()
