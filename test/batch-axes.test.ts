import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type DataType, Engine } from '../lib/index.js'
import {
  addAndSubtract,
  batchSecond,
  identity,
  mixesRows,
  model,
  node,
  nonZero,
  typeZoo,
  value,
  weights,
} from './onnx-models.js'
import { codeOf, temporaryFolder } from './temporary.js'

/** Batch axes by tensor name, and why there are none. */
async function axesOf(source: string | Uint8Array, options = {}) {
  const engine = await Engine.load(source, { device: 'cpu', lanes: 1, ...options })
  const axes = Object.fromEntries([...engine.inputs, ...engine.outputs].map(({ name, batchAxis }) => [name, batchAxis]))
  await engine.close()
  return { axes, why: engine.unbatchable }
}

test('the first axis, and the second of an output', async () => {
  assert.equal(await axesOf(addAndSubtract()), { axes: { a: 0, b: 0, sum: 0, difference: 0 }, why: null })
  assert.equal(await axesOf(batchSecond()), { axes: { x: 0, y: 1 }, why: null })
})

test('the second axis of an input, with a dynamic time before it', async () => {
  const timeFirst = model({
    node: [node('ReduceMean', ['x'], ['y'], { axes: [0], keepdims: 0 })],
    input: [value('x', 'float32', ['time', 'batch', 3])],
    output: [value('y', 'float32', ['batch', 3])],
  })
  assert.equal(await axesOf(timeFirst), { axes: { x: 1, y: 0 }, why: null })
})

test('a first axis that has another name in each input', async () => {
  const names = model({
    node: [node('Concat', ['a', 'b'], ['y'], { axis: 1 })],
    input: [value('a', 'float32', ['n_a', 2]), value('b', 'float32', ['n_b', 3])],
    output: [value('y', 'float32', ['n_c', 5])],
  })
  assert.equal(await axesOf(names), { axes: { a: 0, b: 0, y: 0 }, why: null })
})

test('a dynamic axis that is not the batch is not taken for it', async () => {
  // A cumulative sum along the only dynamic axis: what comes first changes what comes later.
  const time = model({
    node: [node('CumSum', ['x', 'axis'], ['y'])],
    initializer: [{ ...weights('axis', [1], 1), dataType: 7, dims: [1], rawData: new Uint8Array(8) }],
    input: [value('x', 'float32', ['time', 3])],
    output: [value('y', 'float32', ['time', 3])],
  })
  const { axes, why } = await axesOf(time)
  assert.equal(axes, { x: null, y: null })
  assert.match(why!, /^output "y" \(float32 \[time, 3\]\) of an item depends on the other items of its batch/)
})

test('every type is probed, float16 included', async () => {
  const types: DataType[] = ['float16', 'bfloat16', 'float64', 'int64', 'int8', 'uint32', 'bool']
  const { axes, why } = await axesOf(typeZoo(types))
  assert.is(why, null)
  assert.ok(Object.values(axes).every((axis) => axis === 0))
})

test('why a model cannot be batched', async () => {
  assert.match((await axesOf(mixesRows())).why!, /^output "y" .* depends on the other items of its batch \(by /)
  assert.match((await axesOf(nonZero())).why!, /^output "y" /)
  assert.is((await axesOf(identity([2, 3]))).why, 'input "x" (float32 [2, 3]) has a fixed shape')
  assert.match((await axesOf(identity(['batch', 3]), { probeBatch: false })).why!, /probeBatch: false/)
  const total = model({
    node: [node('ReduceSum', ['x'], ['y'], { keepdims: 0 })],
    input: [value('x', 'float32', ['batch', 3])],
    output: [value('y', 'float32', [])],
  })
  assert.is((await axesOf(total)).why, 'output "y" (float32 []) has no axis that counts items: [] for one, [] for two')
})

test("a model folder's model.json states the axes, or that there are none", async () => {
  const folder = join(temporaryFolder(), 'package')
  mkdirSync(folder)
  writeFileSync(join(folder, 'm.onnx'), mixesRows())
  const state = (manifest: unknown) => writeFileSync(join(folder, 'model.json'), JSON.stringify(manifest))
  const codeAndText = async () => {
    try {
      await axesOf(folder)
    } catch (error) {
      return `${(error as { code: string }).code}: ${(error as Error).message.replaceAll(folder, 'FOLDER')}`
    }
    return 'no error'
  }

  assert.is(await codeAndText(), 'FILE_NOT_FOUND: FOLDER is a folder without model.json. Pass the ONNX file itself.')
  state({ file: 'm.onnx', batch_axes: { x: 0, y: 0 } })
  assert.equal(await axesOf(folder), { axes: { x: 0, y: 0 }, why: null })
  state({ file: 'm.onnx', batch_axes: null })
  assert.is((await axesOf(folder)).why, 'the model.json of package says that it cannot be batched')
  state({ file: 'm.onnx' })
  assert.match((await axesOf(folder)).why!, /depends on the other items/)

  state({ file: 'm.onnx', batch_axes: { x: 0 } })
  assert.is(
    await codeAndText(),
    'MODEL_INVALID: batch_axes in the model.json of package has no axis for "y" (float32 [batch, 4]).',
  )
  state({ file: 'm.onnx', batch_axes: { x: 1, y: 0 } })
  assert.is(
    await codeAndText(),
    'MODEL_INVALID: batch_axes in the model.json of package: axis 1 of "x" (float32 [batch, 4]) is not a dynamic one.',
  )
  state({ file: 'm.onnx', batch_axes: { x: 'first' } })
  assert.match(await codeAndText(), /^MODEL_INVALID: .*"batch_axes" must be null or give an axis per input and output/)
  state({ file: '../m.onnx' })
  assert.match(await codeAndText(), /^MODEL_INVALID: .*"file" must lie in the folder; got \.\.\/m\.onnx\.$/)
  state({ file: 'other.onnx' })
  assert.match(await codeAndText(), /^FILE_NOT_FOUND: .*names other\.onnx, which is not there\.$/)
  state([])
  assert.match(await codeAndText(), /^MODEL_INVALID: .*"file" must name the ONNX file; got undefined\.$/)
  writeFileSync(join(folder, 'model.json'), '{')
  assert.is(await codeOf(() => axesOf(folder)), 'MODEL_INVALID')
})

test.run()
