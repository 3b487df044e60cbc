import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Batcher, Engine, type EngineOptions, findTensorRT, PlanCache, type Tensor } from '../lib/index.js'
import { graphSizes } from '../lib/inference/tensorrt/load.js'
import type { TensorInfo } from '../lib/inference/types.js'
import { packageRoot } from '../lib/root.js'
import { failure, tensor } from './engine-fixture.js'
import { addAndSubtract, identity, model, node, value } from './onnx-models.js'
import { newFolder, onDoubles, onGpu, onGpus, realTensorrt } from './tensorrt-doubles.js'

/** y = a + b, of two inputs. */
const sum = () =>
  model({
    node: [node('Add', ['a', 'b'], ['y'])],
    input: [value('a', 'float32', ['batch', 2]), value('b', 'float32', ['batch', 2])],
    output: [value('y', 'float32', ['batch', 2])],
  })

/** The build's process reads how the double behaves. */
async function steered<T>(steering: string, body: () => Promise<T>): Promise<T> {
  const before = process.env.BRRR_DOUBLE
  process.env.BRRR_DOUBLE = steering
  try {
    return await body()
  } finally {
    process.env.BRRR_DOUBLE = before ?? ''
  }
}

onGpus('a model is built and runs on cuda:0, on graphs, padded to their sizes', async (major) => {
  const shares: number[] = []
  const options = onGpu(major, { lanes: 2, memory: 1e9, onProgress: (share) => shares.push(share) })
  const engine = await steered('build_steps=4 build_step_ms=120', () => Engine.load(sum(), options))
  if (!realTensorrt) assert.ok(shares.some((share) => share > 0 && share < 1))
  const info = { type: 'float32', dims: [null, 2], batchAxis: 0 }
  assert.equal(
    [...engine.inputs, ...engine.outputs].map(({ symbols, ...rest }) => rest),
    ['a', 'b', 'y'].map((name) => ({ name, ...info })),
  )
  assert.is(engine.unbatchable, null)
  assert.equal(engine.batchSizes, [1, 2, 4, 8])
  assert.is(engine.concurrency, 4)
  assert.is(engine.stats().runs, 0, 'what the load tried is not counted')

  const a = engine.buffer('a', [3, 2])
  a.data.set([1, 2, 3, 4, 5, 6] as never)
  const b = tensor([10, 20, 30, 40, 50, 60], [3, 2])
  const given = tensor([0, 0, 0, 0, 0, 0], [3, 2])
  assert.equal(await engine.run({ a, b }), { y: tensor([11, 22, 33, 44, 55, 66], [3, 2]) })
  await engine.run({ a, b }, { outputs: { y: given } })
  assert.equal([...given.data], [11, 22, 33, 44, 55, 66])

  const { backend, version, device, fallback, runs, graphs, lanes } = engine.stats()
  assert.equal([backend, device, fallback, runs, lanes.length], ['tensorrt', 'cuda:0', null, 2, 2])
  assert.match(version, new RegExp(`^${major}\\.`))
  assert.equal(graphs, { runs: 2, plain_runs: 0, sizes: [1, 2, 4, 8].map((batch) => ({ batch, reason: null })) })

  const { bytes, budget_bytes, parts } = engine.memory()
  assert.is(budget_bytes, 1e9)
  assert.is(
    bytes,
    parts.reduce((total, part) => total + part.bytes, 0),
  )
  assert.ok(['device', 'pinned'].every((kind) => parts.some((part) => part.kind === kind && part.bytes > 0)))
  await engine.close()
  assert.equal(engine.memory(), { bytes: 0, budget_bytes: 1e9, parts: [] })
  assert.is(await failure(() => engine.run({ a, b })), 'CLOSED: The engine of the model is closed.')
})

onGpus('a Batcher joins requests to the sizes of the graphs', async (major) => {
  const engine = await Engine.load(sum(), onGpu(major))
  const batcher = new Batcher(engine)
  const item = (i: number) => ({ a: tensor([i, i + 1], [1, 2]), b: tensor([1, 2], [1, 2]) })
  const results = await Promise.all(Array.from({ length: 11 }, (_, i) => batcher.run(item(i))))
  results.forEach(({ y }, i) => {
    assert.equal([...y!.data], [i + 1, i + 3])
  })
  const { runs, graphs } = engine.stats()
  assert.ok(runs < 11, `${runs} runs`)
  assert.is(graphs.runs, runs)
  await batcher.close()
  await engine.close()
})

onGpus('the second load takes the plan of the cache, another precision builds its own', async (major) => {
  const path = join(newFolder(), 'sum.onnx')
  writeFileSync(path, sum())
  const options = onGpu(major)
  const load = async (changes: EngineOptions = {}) => {
    const engine = await Engine.load(path, { ...options, ...changes })
    await engine.close()
    return engine.plan!
  }
  const first = await load()
  assert.equal([first.built, first.reason, first.notKept], [true, 'there is no plan of this model yet', null])
  assert.equal(
    first.deviations.map(({ output }) => output),
    ['y'],
  )
  const second = await load({ lanes: 3, graphs: false })
  assert.equal([second.built, second.path, second.deviations], [false, first.path, []])
  const other = await load({ precision: 'tf32' })
  assert.is(other.reason, 'the plan that is there does not serve: option precision was fp32 and is tf32')
  assert.is((await new PlanCache(options.cache).list()).length, 2)
  assert.is((await load({ cache: { ...options.cache, readOnly: true } })).path, first.path)
})

onGpus('graphs: none, some, and a size that no profile takes', async (major) => {
  const options = onGpu(major)
  const loaded = async (graphs: EngineOptions['graphs']) => {
    const engine = await Engine.load(identity(), { ...options, graphs })
    assert.equal((await engine.run({ x: tensor([1, 2, 3, 4], [1, 4]) })).y, tensor([1, 2, 3, 4], [1, 4]))
    const { runs, plain_runs } = engine.stats().graphs
    await engine.close()
    return { sizes: engine.batchSizes, runs, plain_runs }
  }
  assert.equal(await loaded(false), { sizes: null, runs: 0, plain_runs: 1 })
  assert.equal(await loaded([6, 3]), { sizes: [3, 6], runs: 1, plain_runs: 0 })
  assert.is(
    await failure(() => loaded([4, 9])),
    'SHAPE_MISMATCH: graphs has the batch size 9, which no profile takes: they go from 1 to 8.',
  )
})

onGpus('a plan is not padded where its items are not told apart', async (major) => {
  const engine = await Engine.load(identity(), onGpu(major, { probeBatch: false }))
  assert.is(engine.batchSizes, null)
  assert.match(engine.unbatchable!, /probeBatch: false/)
  const fixed = await Engine.load(identity([2, 4]), onGpu(major))
  assert.equal([fixed.batchSizes, fixed.unbatchable], [null, 'input "x" (float32 [2, 4]) has a fixed shape'])
  const x: Tensor = tensor([1, 2, 3, 4, 5, 6, 7, 8], [2, 4])
  assert.equal((await fixed.run({ x })).y, x)
  assert.is(fixed.stats().graphs.runs, 1)
  await Promise.all([engine.close(), fixed.close()])
})

onGpus(
  'the batch axis is found within the shapes of a profile, and padding is for the first axis only',
  async (major) => {
    const path = newFolder()
    writeFileSync(join(path, 'model.onnx'), identity(['batch', 'time']))
    const profiles = [{ x: { min: [1, 5], opt: [4, 7], max: [8, 9] } }]
    const load = async (batch_axes?: Record<string, number> | null) => {
      writeFileSync(join(path, 'model.json'), JSON.stringify({ file: 'model.onnx', batch_axes }))
      const engine = await Engine.load(path, onGpu(major, { profiles }))
      await engine.close()
      return [engine.inputs[0]!.batchAxis, engine.batchSizes]
    }
    assert.equal(await load(), [0, [1, 2, 4, 8]])
    assert.equal(await load({ x: 1, y: 1 }), [1, null])
    assert.equal(await load(null), [null, null])
  },
)

onDoubles('an AbortSignal ends a load while its plan is built, and nothing is kept', async (major) => {
  const abort = new AbortController()
  const options = onGpu(major, { signal: abort.signal, onProgress: (share) => share > 0 && abort.abort() })
  const started = Date.now()
  const text = await steered('build_steps=10000 build_step_ms=10', () => failure(() => Engine.load(sum(), options)))
  assert.is(text, 'ABORTED: The operation was aborted.')
  assert.ok(Date.now() - started < 8000)
  assert.equal(await new PlanCache(options.cache).list(), [])
})

onDoubles('what a GPU cannot do is a typed error, and with auto the reason for the CPU', async (major) => {
  const options = onGpu(major)
  const refused = 'TensorRT cannot build this model: Sub: No importer registered for op: Sub'
  assert.is(await failure(() => Engine.load(addAndSubtract(), options)), `MODEL_UNSUPPORTED: ${refused}`)
  assert.is(
    await failure(() => Engine.load(sum(), { ...options, device: 'cuda:7' })),
    'DEVICE_UNAVAILABLE: There is no cuda:7; this machine has 1 GPUs.',
  )
  assert.match(
    await failure(() => Engine.load(sum(), { ...options, memory: 1000 })),
    /^MEMORY_BUDGET: .*budget of 0\.0 MB/,
  )
  assert.match(
    await failure(() => Engine.load(sum(), { ...options, device: 'auto', precision: 'fp64' as never })),
    /^INVALID_ARGUMENT: precision is one of/,
  )
  const reasonOf = async (source: Uint8Array, changes: EngineOptions = {}) => {
    const engine = await Engine.load(source, { ...options, device: 'auto', ...changes })
    const { backend, fallback } = engine.stats()
    await engine.close()
    assert.is(engine.plan, null)
    assert.is(backend, fallback === null ? 'tensorrt' : 'onnxruntime')
    return fallback
  }
  assert.is(await reasonOf(addAndSubtract()), refused)
  assert.match((await reasonOf(identity(['batch', 'time'])))!, /^Input "x" has dynamic axes besides the first/)
  const empty = { folder: newFolder(), readOnly: true }
  assert.match((await reasonOf(sum(), { cache: empty }))!, /is read-only and has no plan for the model here/)
})

onDoubles('auto uses the GPU; without one it runs on the CPU and says what listDevices says', async (major) => {
  const options = onGpu(major, { device: 'auto' })
  const engine = await Engine.load(sum(), options)
  assert.equal([engine.stats().backend, engine.stats().fallback], ['tensorrt', null])
  await engine.close()
  // In another process: doubles read their settings when they are loaded.
  const script = `const { Engine, listDevices } = require(${JSON.stringify(join(packageRoot, 'dist', 'index.js'))});
    const options = ${JSON.stringify({ ...options, probeBatch: false })};
    const model = Buffer.from('${Buffer.from(sum()).toString('base64')}', 'base64');
    (async () => {
      const engine = await Engine.load(model, options);
      const { problem } = await listDevices(options);
      const { backend, fallback } = engine.stats();
      const failed = await Engine.load(model, { ...options, device: 'cuda:0' }).catch((error) => error);
      console.log(JSON.stringify({ backend, fallback, problem, failed: failed.code + ': ' + failed.message }));
    })()`
  for (const [steering, code] of [
    ['devices=0', 'DEVICE_UNAVAILABLE'],
    ['driver=0', 'DEVICE_UNAVAILABLE'],
    ['driver=11040', 'DRIVER_TOO_OLD'],
  ] as const) {
    const env = { ...process.env, BRRR_DOUBLE: steering }
    const said = JSON.parse(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8', env }))
    assert.is(said.backend, 'onnxruntime')
    assert.is(said.problem.code, code, steering)
    assert.is(said.fallback, said.problem.message)
    assert.is(said.failed, `${code}: ${said.problem.message}`)
  }
})

test('auto without TensorRT runs on the CPU, with the reason of findTensorRT, and asks once', async () => {
  const tensorrt = newFolder()
  const { problem } = await findTensorRT({ path: tensorrt })
  const reasons = new Set<string | null>()
  let fastest = Infinity
  for (let i = 0; i < 5; i++) {
    const started = performance.now()
    const engine = await Engine.load(identity(), { tensorrt, probeBatch: false, lanes: 1 })
    fastest = Math.min(fastest, performance.now() - started)
    reasons.add(engine.stats().fallback)
    await engine.close()
  }
  assert.equal([...reasons], [problem!.message])
  assert.ok(fastest < 50, `${fastest} ms`)
})

test('the sizes of graphs are the powers of two and the limits of each profile', () => {
  const input = (name: string, dims: (number | null)[]): TensorInfo => ({
    ...{ name, type: 'float32', dims, symbols: [], batchAxis: null },
  })
  const range = (min: number, opt: number, max: number) => ({ min: [min, 4], opt: [opt, 4], max: [max, 4] })
  const x = input('x', [null, 4])
  assert.equal(graphSizes(true, [{ x: range(1, 12, 20) }], [x]), [1, 2, 4, 8, 12, 16, 20])
  assert.equal(graphSizes(true, [{ x: range(1, 1, 1) }, { x: range(32, 64, 64) }], [x]), [1, 32, 64])
  assert.equal(graphSizes(true, [{ x: range(2, 8, 8), z: range(1, 4, 4) }], [x, input('z', [null, 4])]), [2, 4])
  assert.equal(graphSizes([4, 2, 4], [{ x: range(1, 8, 8) }], [x]), [2, 4])
  assert.equal(graphSizes(true, [{}], [input('x', [2, 4])]), [])
  assert.equal(graphSizes(false, [{ x: range(1, 8, 8) }], [x]), [])
})

test('misuse of graphs is a coded error', async () => {
  for (const graphs of [[0], ['a'], 'all', 3])
    assert.match(
      await failure(() => Engine.load(identity(), { graphs: graphs as never })),
      /^INVALID_ARGUMENT: graphs is true, false or a list of batch sizes from 1 to 65536; got /,
    )
})

test.run()
