import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Batcher, Engine } from '../lib/index.js'
import type { TensorInfo, Tensors } from '../lib/inference/types.js'
import { mixesRows, noise, nonZero } from './onnx-models.js'
import { librariesOrSkip, NODE_LIBRARY } from './onnxruntime-libraries.js'
import { type RealModel, realModelPath, realModelsOrSkip } from './real-models.js'

type Shapes = Record<string, readonly number[]>
interface Facts {
  /** Shapes for n items. */
  inputs(n: number): Shapes
  outputs(n: number): Shapes
  /** The batch axis of the outputs; null: not to be batched, as the network stands. */
  outputAxis: number | null
}

const MODELS: Record<RealModel, Facts> = {
  'spindle-detector-eeg': spindles(),
  'spindle-detector-ieeg': spindles(),
  modelA_paper: seizures(),
  modelB_full: seizures(),
  ICLabelNet: {
    // Four rows make one item: its map, mirrored and negated. A quarter of an item does not run.
    inputs: (n) => ({ topo: [4 * n, 1, 32, 32], psds: [4 * n, 1, 1, 100], autocorr: [4 * n, 1, 1, 100] }),
    outputs: (n) => ({ labels: [n, 7] }),
    outputAxis: null,
  },
  megnet: {
    inputs: (n) => ({ spatial_input: [n, 120, 120, 3], temporal_input: [n, 15000, 1] }),
    outputs: (n) => ({ merge_output: [n, 4] }),
    outputAxis: 0,
  },
}

function spindles() {
  return {
    inputs: (n: number) => ({ raw_signal: [n, 1, 7500], spectrogram: [n, 15, 7500] }),
    outputs: (n: number) => ({ detection: [n, 30, 3], segmentation: [n, 7500, 1] }),
    outputAxis: 0,
  }
}

function seizures() {
  const time = 50
  return {
    inputs: (n: number) => ({ x: [n, 100, time] }),
    outputs: (n: number) => ({ logits: [time, n, 4], probs: [time, n, 4] }),
    outputAxis: 1,
  }
}

const sizeOf = (dims: readonly number[]) => dims.reduce((product, n) => product * n, 1)

/** What sets rows apart: MEGnet answers 0 or 1 in full, and to noise of one size always the same. */
const SIZES = [1, 1.7, 10]

/** Noise, of another size in each row. */
function tensors(shapes: Shapes, seed: number): Tensors {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, dims], i) => {
      const row = sizeOf(dims.slice(1))
      const data = noise(sizeOf(dims), seed + i).map((v, at) => v * SIZES[Math.floor(at / row) % SIZES.length]!)
      return [name, { data, dims }]
    }),
  )
}

/** ONNX Runtime's own binding, in this thread. */
async function direct(path: string, inputs: Tensors): Promise<Tensors> {
  const { InferenceSession, Tensor } = require('onnxruntime-node') as typeof import('onnxruntime-node')
  const session = await InferenceSession.create(path, { intraOpNumThreads: 1, interOpNumThreads: 1 })
  const feeds = Object.entries(inputs).map(([name, { data, dims }]) => [
    name,
    new Tensor('float32', data as Float32Array, dims),
  ])
  const results = await session.run(Object.fromEntries(feeds))
  await session.release()
  return Object.fromEntries(
    Object.entries(results).map(([name, { data, dims }]) => [name, { data: data as Float32Array, dims }]),
  )
}

/** The largest difference as a share of the largest value. */
function difference(actual: Tensors, expected: Tensors): number {
  let worst = 0
  for (const [name, { data, dims }] of Object.entries(expected)) {
    assert.equal([...actual[name]!.dims], [...dims], name)
    const values = actual[name]!.data as Float32Array
    const largest = (data as Float32Array).reduce((most, v) => Math.max(most, Math.abs(v)), 0)
    assert.ok(largest > 0 && Number.isFinite(largest), `${name} says something`)
    for (let i = 0; i < values.length; i++)
      worst = Math.max(worst, Math.abs(values[i]! - (data[i] as number)) / largest)
    if (values.some(Number.isNaN)) return Number.NaN
  }
  return worst
}

/** Item `at` of a batch along the axis, as a batch of one. */
function item({ data, dims }: Tensors[string], axis: number, at: number): Tensors[string] {
  const inner = sizeOf(dims.slice(axis + 1))
  const outer = sizeOf(dims.slice(0, axis))
  const taken = new Float32Array(outer * inner)
  for (let i = 0; i < outer; i++) {
    const from = (i * dims[axis]! + at) * inner
    taken.set((data as Float32Array).subarray(from, from + inner), i * inner)
  }
  return { data: taken, dims: dims.map((n, i) => (i === axis ? 1 : n)) }
}

const items = (batch: Tensors, axis: number, at: number): Tensors =>
  Object.fromEntries(Object.entries(batch).map(([name, tensor]) => [name, item(tensor, axis, at)]))

const libraries = librariesOrSkip('real models')

for (const name of realModelsOrSkip('running real models')) {
  const { inputs, outputs, outputAxis } = MODELS[name]
  const path = realModelPath(name)

  for (const { name: library, path: libraryPath } of libraries)
    test(`${name} on the ${library}: the answers of ONNX Runtime called directly`, async () => {
      const engine = await Engine.load(path, { device: 'cpu', library: libraryPath })
      for (const n of [1, 3]) {
        const feeds = tensors(inputs(n), 1)
        const off = difference(await engine.run(feeds), await direct(path, feeds))
        if (libraryPath === NODE_LIBRARY) assert.is(off, 0)
        else assert.ok(off <= 1e-5, `differs by ${off}`)
      }
      await engine.close()
    })

  test(`${name} describes itself`, async () => {
    const engine = await Engine.load(path, { device: 'cpu' })
    const shapes = (infos: readonly TensorInfo[]) =>
      Object.fromEntries(
        infos.map(({ name, type, dims, batchAxis }) => [name, { type, rank: dims?.length, batchAxis }]),
      )
    const expected = (shapes: Shapes, batchAxis: number | null) =>
      Object.fromEntries(
        Object.entries(shapes).map(([name, dims]) => [name, { type: 'float32', rank: dims.length, batchAxis }]),
      )
    assert.equal(shapes(engine.inputs), expected(inputs(1), outputAxis === null ? null : 0))
    assert.equal(shapes(engine.outputs), expected(outputs(1), outputAxis))
    for (const { name, dims } of engine.inputs)
      for (const [i, size] of dims!.entries()) assert.ok(size === null || size === inputs(1)[name]![i], name)
    if (outputAxis !== null) assert.is(engine.unbatchable, null)
    else assert.match(engine.unbatchable!, /does not run .*Reshape/)
    await engine.close()
  })

  if (outputAxis === null) continue
  test(`${name}: a batch gives each item what it gets alone`, async () => {
    const engine = await Engine.load(path, { device: 'cpu' })
    const batch = tensors(inputs(3), 7)
    const together = await engine.run(batch)
    for (let i = 0; i < 3; i++) {
      const alone = await engine.run(items(batch, 0, i))
      assert.equal(Object.keys(alone).sort(), Object.keys(outputs(1)).sort())
      const off = difference(items(together, outputAxis, i), alone)
      assert.ok(off <= 1e-5, `item ${i} differs by ${off}`)
      const other = difference(items(together, outputAxis, (i + 1) % 3), alone)
      assert.ok(other > 1e-3, `items ${i} and ${(i + 1) % 3} are alike`)
    }
    await engine.close()
  })

  test(`${name}: a Batcher joins requests, and each gets its own answer`, async () => {
    const engine = await Engine.load(path, { device: 'cpu', lanes: 1 })
    const batch = tensors(inputs(6), 9)
    const alone: Tensors[] = []
    for (let i = 0; i < 6; i++) alone.push(await engine.run(items(batch, 0, i)))
    const before = engine.stats().runs
    const batcher = new Batcher(engine, { maxBatch: 4 })
    const together = await Promise.all(alone.map((_, i) => batcher.run(items(batch, 0, i))))
    together.forEach((answer, i) => {
      const off = difference(answer, alone[i]!)
      assert.ok(off <= 1e-5, `request ${i} differs by ${off}`)
    })
    assert.ok(engine.stats().runs - before < 6, 'requests were joined')
    await batcher.close()
    await engine.close()
  })
}

for (const [what, bytes, reason] of [
  ['whose items depend on one another', mixesRows(), /differ|depend|row|item/i],
  ["whose output's shape depends on the data", nonZero(), /y/],
] as const)
  test(`a model ${what} is not batched, and says why`, async () => {
    const engine = await Engine.load(bytes, { device: 'cpu' })
    assert.match(engine.unbatchable!, reason)
    assert.equal(
      [...engine.inputs, ...engine.outputs].map(({ batchAxis }) => batchAxis),
      [null, null],
    )
    await engine.close()
  })

test.run()
