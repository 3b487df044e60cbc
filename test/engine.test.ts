import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type DataType, Engine, type TensorData } from '../lib/index.js'
import { ARRAYS } from '../lib/inference/tensor.js'
import { failure, tensor } from './engine-fixture.js'
import {
  addAndSubtract,
  identity,
  matmulChain,
  model,
  node,
  nonZero,
  typeZoo,
  value,
  weightsOf,
} from './onnx-models.js'
import { codeOf, temporaryFolder } from './temporary.js'

const CPU = { device: 'cpu' } as const

test('a model from bytes or from a file describes itself and runs', async () => {
  const path = join(temporaryFolder(), 'sums.onnx')
  writeFileSync(path, addAndSubtract())
  for (const source of [addAndSubtract(), Buffer.from(addAndSubtract()), path]) {
    const engine = await Engine.load(source, CPU)
    const info = { type: 'float32', dims: [null, 4], symbols: ['batch', null], batchAxis: 0 }
    assert.equal(engine.inputs, [
      { name: 'a', ...info },
      { name: 'b', ...info },
    ])
    assert.equal(engine.outputs, [
      { name: 'sum', ...info },
      { name: 'difference', ...info },
    ])
    const results = await engine.run({ b: tensor([4, 3, 2, 1], [1, 4]), a: tensor([1, 2, 3, 4], [1, 4]) })
    assert.equal(results, { sum: tensor([5, 5, 5, 5], [1, 4]), difference: tensor([-3, -1, 1, 3], [1, 4]) })
    await engine.close()
  }
})

const VALUES: Record<DataType, TensorData> = {
  float32: Float32Array.of(1.5, -2, Number.POSITIVE_INFINITY),
  float64: Float64Array.of(Math.PI, -0, 1e300),
  float16: Uint16Array.of(0x3c00, 0xc000, 0x7c00),
  bfloat16: Uint16Array.of(0x3f80, 0xc000, 0x7f80),
  int8: Int8Array.of(-128, 0, 127),
  uint8: Uint8Array.of(0, 1, 255),
  int16: Int16Array.of(-32768, 0, 32767),
  uint16: Uint16Array.of(0, 1, 65535),
  int32: Int32Array.of(-(2 ** 31), 0, 2 ** 31 - 1),
  uint32: Uint32Array.of(0, 1, 2 ** 32 - 1),
  int64: BigInt64Array.of(-(2n ** 63n), 0n, 2n ** 63n - 1n),
  uint64: BigUint64Array.of(0n, 1n, 2n ** 64n - 1n),
  bool: Uint8Array.of(0, 1, 1),
}

test('every type passes through unchanged, into own arrays and given ones', async () => {
  const types = Object.keys(VALUES) as DataType[]
  const engine = await Engine.load(typeZoo(types), CPU)
  const inputs = Object.fromEntries(types.map((type) => [`x_${type}`, { data: VALUES[type], dims: [1, 3] }]))
  const outputs = Object.fromEntries(types.map((type) => [`y_${type}`, { data: new ARRAYS[type](3), dims: [1, 3] }]))
  const own = await engine.run(inputs)
  const given = await engine.run(inputs, { outputs })
  for (const type of types) {
    assert.equal(own[`y_${type}`], { data: VALUES[type], dims: [1, 3] }, type)
    assert.is(given[`y_${type}`], outputs[`y_${type}`], type)
    assert.equal(outputs[`y_${type}`]!.data, VALUES[type], type)
  }
  assert.is(engine.unbatchable, null)
  await engine.close()
})

test('a Float16Array is taken for float16', async () => {
  // Told by its tag alone, which is what a runtime that has one gives it.
  const half = () =>
    Object.defineProperty(Uint16Array.of(0x3c00, 0xc000), Symbol.toStringTag, { value: 'Float16Array' })
  const engine = await Engine.load(identity(['batch', 2], 'float16'), CPU)
  const y = { data: half().fill(0), dims: [1, 2] }
  await engine.run({ x: { data: half(), dims: [1, 2] } }, { outputs: { y } })
  assert.equal([...y.data], [0x3c00, 0xc000])
  const wrong = await Engine.load(identity(['batch', 2], 'uint16'), CPU)
  assert.is(await codeOf(() => wrong.run({ x: { data: half(), dims: [1, 2] } })), 'TYPE_MISMATCH')
  await Promise.all([engine.close(), wrong.close()])
})

test('results of any size and of no rows come back', async () => {
  const engine = await Engine.load(identity(['batch', 'width']), CPU)
  for (const [rows, width] of [
    [0, 4],
    [1, 1],
    [3, 4096],
    [300, 5000],
  ] as const) {
    const data = Float32Array.from({ length: rows * width }, (_, i) => i)
    const { y } = await engine.run({ x: { data, dims: [rows, width] } })
    assert.equal(y!.dims, [rows, width])
    assert.ok(Buffer.from(y!.data.buffer).equals(Buffer.from(data.buffer)))
  }
  await engine.close()
})

test('an output whose shape depends on the data comes with its shape', async () => {
  const engine = await Engine.load(nonZero(), CPU)
  const { y } = await engine.run({ x: tensor([0, 5, 0, 7, 9], [5]) })
  assert.equal(y, { data: BigInt64Array.of(1n, 3n, 4n), dims: [1, 3] })
  await engine.close()
})

test('views and shared memory are read and written in place', async () => {
  const engine = await Engine.load(identity(), CPU)
  const memory = new Float32Array(new SharedArrayBuffer(64))
  memory.set([9, 1, 2, 3, 4, 9])
  const y = { data: memory.subarray(8, 12), dims: [1, 4] }
  await engine.run({ x: { data: memory.subarray(1, 5), dims: [1, 4] } }, { outputs: { y } })
  assert.equal([...memory], [9, 1, 2, 3, 4, 9, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0])
  await engine.close()
})

test('a model with no inputs, and one of a scalar, run', async () => {
  const { makeTensor } = await import('../lib/inference/onnx/tensors.js')
  const constant = model({
    node: [node('Constant', [], ['y'], { value: makeTensor('c', 'float32', [2], Float32Array.of(3, 4)) })],
    output: [value('y', 'float32', [2])],
  })
  const engine = await Engine.load(constant, CPU)
  assert.equal(await engine.run({}), { y: tensor([3, 4], [2]) })
  assert.is(engine.unbatchable, 'it has no inputs')
  const scalar = await Engine.load(identity([]), CPU)
  assert.equal(scalar.inputs[0]!.dims, [])
  assert.equal(await scalar.run({ x: tensor([7], []) }), { y: tensor([7], []) })
  await Promise.all([engine.close(), scalar.close()])
})

test('auto runs on the CPU and says so; cpu has nothing to say', async () => {
  const auto = await Engine.load(identity())
  const cpu = await Engine.load(identity(), { ...CPU, lanes: 3 })
  assert.is(auto.stats().device, 'cpu')
  assert.match(auto.stats().fallback!, /TensorRT/)
  const { elapsed_ms, version, busy, ...rest } = cpu.stats()
  assert.ok(elapsed_ms >= 0)
  assert.equal([busy.any_share, busy.mean_share], [0, 0])
  assert.match(version, /^1\.\d+\.\d+$/)
  const lane = { runs: 0, busy_ms: 0, busy_share: 0 }
  assert.equal(rest, {
    ...{
      backend: 'onnxruntime',
      device: 'cpu',
      fallback: null,
      runs: 0,
      failed: 0,
      stopped: 0,
      running: 0,
      waiting: 0,
    },
    lanes: [lane, lane, lane],
    graphs: { runs: 0, plain_runs: 0, sizes: [] },
  })
  assert.is(cpu.concurrency, 3)
  assert.is(cpu.batchSizes, null)
  await Promise.all([auto.close(), cpu.close()])
})

const heavy = { x: { data: new Float32Array(1024 * 1024).fill(0.01), dims: [1024, 1024] } }

test('runs share the lanes, wait in order, and leave the event loop alone', async () => {
  const engine = await Engine.load(matmulChain({ length: 4 }), { ...CPU, lanes: 1 })
  const order: number[] = []
  const runs = [0, 1, 2].map((i) => engine.run(heavy).then(() => order.push(i)))
  let { running, waiting } = engine.stats()
  assert.equal([running, waiting], [1, 2])
  let ticks = 0
  const timer = setInterval(() => ticks++, 1)
  const started = performance.now()
  await Promise.all(runs)
  const ms = performance.now() - started
  clearInterval(timer)
  assert.ok(ticks > ms / 10, `${ticks} ticks in ${ms} ms`)
  assert.equal(order, [0, 1, 2])
  const stats = engine.stats()
  ;({ running, waiting } = stats)
  assert.equal([running, waiting, stats.runs], [0, 0, 3])
  assert.ok(stats.lanes[0]!.busy_ms > ms * 0.7 && stats.lanes[0]!.busy_ms <= stats.elapsed_ms)
  await engine.close()
})

test('a signal stops a run that waits at once and one under way soon; the others go on', async () => {
  const engine = await Engine.load(matmulChain({ length: 30 }), { ...CPU, lanes: 1 })
  const [first, second] = [new AbortController(), new AbortController()]
  const running = codeOf(() => engine.run(heavy, { signal: first.signal }))
  const waiting = codeOf(() => engine.run(heavy, { signal: second.signal }))
  await sleep(20)
  let started = performance.now()
  second.abort()
  assert.is(await waiting, 'ABORTED')
  assert.ok(performance.now() - started < 100)
  started = performance.now()
  first.abort()
  assert.is(await running, 'ABORTED')
  assert.ok(performance.now() - started < 200, 'after the node that it computes')
  assert.is(await codeOf(() => engine.run(heavy, { signal: AbortSignal.abort() })), 'ABORTED')
  assert.is(engine.stats().stopped, 2)
  assert.equal((await engine.run(heavy)).y!.dims, [1024, 1024])
  await engine.close()
})

test('a signal stops a load', async () => {
  const abort = new AbortController()
  const load = codeOf(() => Engine.load(weightsOf(40), { ...CPU, signal: abort.signal }))
  setImmediate(() => abort.abort())
  assert.is(await load, 'ABORTED')
})

test('close stops runs, or lets them finish; afterwards everything but stats is CLOSED', async () => {
  for (const drain of [false, true]) {
    const engine = await Engine.load(matmulChain({ length: 9 }), { ...CPU, lanes: 1 })
    const ends = [0, 1, 2].map(() =>
      failure(() => engine.run(heavy)).then((text) => text.replace('no error', 'finished')),
    )
    await sleep(5)
    const closing = engine.close({ drain })
    assert.match(await failure(() => engine.run(heavy)), /^CLOSED: The engine of the model is closed\.$/)
    await closing
    const expected = drain ? 'finished' : 'CLOSED: The engine was closed before this run ended.'
    assert.equal(await Promise.all(ends), [expected, expected, expected])
    await engine.close()
    await engine[Symbol.asyncDispose]()
    assert.equal(engine.memory(), { bytes: 0, budget_bytes: null, parts: [] })
    assert.is(await codeOf(() => engine.buffer('x', [1024, 1024])), 'CLOSED')
    assert.is(engine.stats().running, 0)
  }
})

test('a second close without drain hurries the first along', async () => {
  const engine = await Engine.load(matmulChain({ length: 30 }), { ...CPU, lanes: 1 })
  const run = codeOf(() => engine.run(heavy))
  const drained = engine.close({ drain: true })
  await sleep(10)
  await engine.close()
  await drained
  assert.is(await run, 'CLOSED')
})

test('the parts of memory() add up, and a budget refuses with need, free and budget', async () => {
  const roomy = await Engine.load(weightsOf(8), { ...CPU, lanes: 2 })
  const { bytes, parts } = roomy.memory()
  assert.equal(
    parts.map(({ name, kind }) => `${name} ${kind}`),
    ['model host', 'lane 0 host', 'lane 1 host'],
  )
  assert.is(
    bytes,
    parts.reduce((sum, part) => sum + part.bytes, 0),
  )
  assert.ok(bytes >= 8 * 2 ** 20 && bytes < 9 * 2 ** 20, `${bytes} bytes`)
  await roomy.close()

  assert.match(
    await failure(() => Engine.load(weightsOf(8), { ...CPU, memory: 5e6 })),
    /^MEMORY_BUDGET: Loading the model needs \d+\.\d MB more, but \d\.\d MB are free of its budget of 5\.0 MB\. /,
  )
  const engine = await Engine.load(weightsOf(8), { ...CPU, memory: 10e6, lanes: 1 })
  assert.is(engine.memory().budget_bytes, 10e6)
  const rows = (n: number) => ({ x: { data: new Float32Array(n * 1024), dims: [n, 1024] } })
  assert.match(await failure(() => engine.run(rows(1000))), /^MEMORY_BUDGET: This run needs 4\.1 MB more, but 1\.\d MB/)
  assert.equal((await engine.run(rows(8))).y!.dims, [8, 1024])
  assert.is(engine.memory().parts[1]!.bytes, 0, 'an idle lane holds nothing')
  assert.ok(engine.memory().parts[1]!.peak_bytes >= 8 * 4096)
  await engine.close()
})

const anonymousMb = () => Number(/RssAnon:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1]) / 1024

test('engines that nobody closes are collected with their memory', async () => {
  const bytes = weightsOf(40)
  const load = async () =>
    void (await (await Engine.load(bytes, CPU)).run({ x: tensor(Array(1024).fill(0), [1, 1024]) }))
  await load()
  const before = anonymousMb()
  for (let i = 0; i < 6; i++) {
    await load()
    for (let wait = 0; wait < 20; wait++) {
      global.gc!()
      await sleep(5)
    }
  }
  const growth = anonymousMb() - before
  assert.ok(growth < 60, `six engines of 40 MB left ${growth} MB`)
})

test('buffer() gives an array of the right type and size', async () => {
  const engine = await Engine.load(identity(['batch', 3], 'int64'), CPU)
  const x = engine.buffer('x', [2, 3])
  assert.equal(x, { data: new BigInt64Array(6), dims: [2, 3] })
  x.data.fill(4n as never)
  assert.equal((await engine.run({ x })).y, x)
  assert.is(await failure(() => engine.buffer('x', [2])), 'SHAPE_MISMATCH: "x" takes the shape [batch, 3]; got [2].')
  assert.is(await failure(() => engine.buffer('z', [2])), 'INVALID_ARGUMENT: The model has no input or output "z".')
  await engine.close()
})

test('external data lies beside the model file, or in the folder that is named', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'weights.bin'), Float32Array.of(10, 20))
  const bytes = model({
    node: [node('Add', ['x', 'w'], ['y'])],
    initializer: [
      {
        ...{ name: 'w', dims: [2], dataType: 1, dataLocation: 1 },
        externalData: [
          { key: 'location', value: 'weights.bin' },
          { key: 'length', value: '8' },
        ],
        ...{ floatData: [], int32Data: [], stringData: [], int64Data: [], doubleData: [], uint64Data: [] },
      } as never,
    ],
    input: [value('x', 'float32', ['batch', 2])],
    output: [value('y', 'float32', ['batch', 2])],
  })
  writeFileSync(join(folder, 'model.onnx'), bytes)
  for (const [source, options] of [
    [join(folder, 'model.onnx'), {}],
    [bytes, { externalData: folder }],
  ] as const) {
    const engine = await Engine.load(source, { ...CPU, ...options })
    assert.equal((await engine.run({ x: tensor([1, 2], [1, 2]) })).y, tensor([11, 22], [1, 2]))
    await engine.close()
  }
  assert.match(await failure(() => Engine.load(bytes, CPU)), /^(MODEL_INVALID|FILE_NOT_FOUND): /)
  assert.match(
    await failure(() => Engine.load(bytes, { ...CPU, externalData: join(folder, 'no') })),
    /^FILE_NOT_FOUND: The folder of external data .*no does not exist\.$/,
  )
})

test.run()
