import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Engine, type Tensor } from '../lib/index.js'
import { failure, tensor } from './engine-fixture.js'
import { addAndSubtract, identity, model, node, value } from './onnx-models.js'
import { temporaryFolder } from './temporary.js'

const CPU = { device: 'cpu' } as const

test('misuse of run says what was expected and what came', async () => {
  const engine = await Engine.load(addAndSubtract(), CPU)
  const a = tensor([1, 2, 3, 4], [1, 4])
  const run = (b: unknown, outputs?: unknown) =>
    failure(() => engine.run({ a, b: b as Tensor }, { outputs: outputs as never }))
  const detached = tensor([1, 2, 3, 4], [1, 4])
  structuredClone(detached.data, { transfer: [detached.data.buffer] })
  const resizable = new (ArrayBuffer as unknown as new (n: number, o: object) => ArrayBuffer)(16, { maxByteLength: 64 })

  assert.is(
    await failure(() => engine.run(null as never)),
    'INVALID_ARGUMENT: A run takes an object of tensors by input name; got null.',
  )
  assert.is(
    await failure(() => engine.run({ a, c: a })),
    'INVALID_ARGUMENT: The model has no input "c"; it has "a" (float32 [batch, 4]), "b" (float32 [batch, 4]).',
  )
  assert.is(await failure(() => engine.run({ a })), 'INVALID_ARGUMENT: Input "b" (float32 [batch, 4]) is missing.')
  assert.is(
    await run(a.data),
    'INVALID_ARGUMENT: Input "b" takes {data: typed array, dims: array of sizes}; got Float32Array.',
  )
  assert.is(
    await run({ data: new Float64Array(4), dims: [1, 4] }),
    'TYPE_MISMATCH: Input "b" takes a Float32Array (float32); got a Float64Array.',
  )
  assert.is(await run(tensor([1], [4])), 'SHAPE_MISMATCH: Input "b" takes the shape [batch, 4]; got [4].')
  assert.is(await run(tensor([1], [1, 5])), 'SHAPE_MISMATCH: Input "b" takes the shape [batch, 4]; got [1, 5].')
  assert.is(
    await run(tensor([1], [-1, 4])),
    'INVALID_ARGUMENT: Input "b" has the dimensions [-1, 4]; each must be an integer of at least 0.',
  )
  assert.is(await run(tensor([1], [1, 4])), 'SHAPE_MISMATCH: Input "b" takes 4 values for [1, 4]; got 1.')
  assert.is(await run(detached), 'INVALID_ARGUMENT: Input "b" is detached: its memory was transferred elsewhere.')
  assert.is(
    await run({ data: new Float32Array(resizable), dims: [1, 4] }),
    'INVALID_ARGUMENT: Input "b" lies in a resizable buffer, which could shrink during the run; pass a copy.',
  )
  assert.is(
    await run(a, { total: a }),
    'INVALID_ARGUMENT: The model has no output "total"; it has "sum" (float32 [batch, 4]), "difference" (float32 [batch, 4]).',
  )
  assert.is(
    await run(a, { sum: tensor([0, 0, 0], [1, 3]) }),
    'SHAPE_MISMATCH: Output "sum" takes the shape [batch, 4]; got [1, 3].',
  )
  assert.match(
    await run(a, { sum: tensor([0, 0, 0, 0, 0, 0, 0, 0], [2, 4]) }),
    /^SHAPE_MISMATCH: ONNX Runtime could not run the model: .*\{2,4\}/,
  )
  assert.match(
    await run(tensor([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], [3, 4]), { sum: tensor([0, 0, 0, 0], [1, 4]) }),
    /^SHAPE_MISMATCH: ONNX Runtime could not run the model: /,
  )
  assert.equal((await engine.run({ a, b: a })).sum, tensor([2, 4, 6, 8], [1, 4]), 'and it still runs')
  await engine.close()
})

test('an input that fails in the graph is RUN_FAILED with its node, and the next run is fine', async () => {
  const engine = await Engine.load(
    model({
      node: [node('Add', ['a', 'b'], ['y'])],
      input: [value('a', 'float32', ['n']), value('b', 'float32', ['m'])],
      output: [value('y', 'float32', ['k'])],
    }),
    CPU,
  )
  assert.match(
    await failure(() => engine.run({ a: tensor([1, 2], [2]), b: tensor([1, 2, 3], [3]) })),
    /^RUN_FAILED: ONNX Runtime could not run the model: .*Add/,
  )
  assert.equal((await engine.run({ a: tensor([1], [1]), b: tensor([1, 2], [2]) })).y, tensor([2, 3], [2]))
  const { runs, failed, stopped } = engine.stats()
  assert.equal({ runs, failed, stopped }, { runs: 1, failed: 1, stopped: 0 })
  await engine.close()
})

test('what load refuses', async () => {
  const folder = temporaryFolder()
  const load = (source: unknown, options = {}) => failure(() => Engine.load(source as string, { ...CPU, ...options }))
  assert.is(await load(7), 'INVALID_ARGUMENT: A model is a path or a Uint8Array; got number.')
  assert.is(await load(join(folder, 'no.onnx')), `FILE_NOT_FOUND: There is no model at ${join(folder, 'no.onnx')}.`)
  assert.is(await load(new Uint8Array()), 'MODEL_INVALID: The model is empty: it has 0 bytes.')
  assert.match(await load(Buffer.from('ceci n’est pas')), /^MODEL_INVALID: ONNX Runtime refuses the model: .*protobuf/i)
  assert.match(
    await load(model({ node: [node('NoSuchOp', ['x'], ['y'])], input: [value('x', 'float32', [1])], output: [] })),
    /^MODEL_(INVALID|UNSUPPORTED): .*NoSuchOp/,
  )
  const strings = model({
    node: [node('Identity', ['x'], ['y'])],
    input: [{ name: 'x', type: { tensorType: { elemType: 8, shape: { dim: [] } } } }],
    output: [{ name: 'y', type: { tensorType: { elemType: 8, shape: { dim: [] } } } }],
  })
  assert.is(
    await load(strings),
    'MODEL_UNSUPPORTED: The model\'s input "x" holds elements of ONNX type 8 (strings), which have no typed array. ' +
      'Numbers and booleans are supported.',
  )
  assert.is(await load(identity(), { device: 'gpu' }), 'INVALID_ARGUMENT: device is auto, cpu or cuda:N; got "gpu".')
  assert.match(
    await load(identity(), { device: 'cuda:0', tensorrt: folder }),
    /^ENGINE_UNAVAILABLE: TensorRT was not found\. Looked in: .*or use device "cpu"\.$/,
  )
  assert.is(await load(identity(), { lanes: 0 }), 'INVALID_ARGUMENT: lanes is an integer from 1 to 1024; got 0.')
  assert.is(
    await load(identity(), { memory: -1 }),
    'INVALID_ARGUMENT: memory is a budget in bytes, an integer of at least 1; got -1.',
  )
  const missing = join(folder, 'libonnxruntime.so')
  assert.is(
    await load(identity(), { library: missing }),
    `ENGINE_UNAVAILABLE: There is no ONNX Runtime library at ${missing}, which the option library names.`,
  )
  writeFileSync(missing, 'text')
  assert.match(
    await load(identity(), { library: missing }),
    /^ENGINE_UNAVAILABLE: ONNX Runtime could not be loaded from /,
  )
})

test.run()
