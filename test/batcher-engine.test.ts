// The batcher on the real engine: every request gets what it would have got alone.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Batcher, Engine, type Tensors } from '../lib/index.js'
import { addAndSubtract, batchSecond, mixesRows, noise } from './onnx-models.js'
import { librariesOrSkip } from './onnxruntime-libraries.js'

const libraries = librariesOrSkip('the batcher on ONNX Runtime')

function request(engine: Engine, rows: number, seed: number): Tensors {
  return Object.fromEntries(
    engine.inputs.map(({ name, dims, batchAxis }, i) => {
      const sizes = dims!.map((size, axis) => (axis === (batchAxis ?? 0) ? rows : (size ?? 5)))
      return [
        name,
        {
          data: noise(
            sizes.reduce((n, size) => n * size, 1),
            seed + i,
          ),
          dims: sizes,
        },
      ]
    }),
  )
}

for (const { name: library, path } of libraries)
  for (const [what, model] of Object.entries({
    'two inputs, two outputs': addAndSubtract,
    'batch second': batchSecond,
  }))
    test(`${what}, ${library}: results are bit-equal to those of each request alone`, async () => {
      const engine = await Engine.load(model(), { device: 'cpu', library: path })
      assert.is(engine.unbatchable, null)
      const batcher = new Batcher(engine, { maxBatch: 8 })
      const requests = Array.from({ length: 60 }, (_, i) => request(engine, 1 + ((i * 7) % 11), i))
      const results = await Promise.all(requests.map((inputs, i) => batcher.run(inputs, { client: `${i % 3}` })))
      for (const [i, inputs] of requests.entries()) assert.equal(results[i], await engine.run(inputs))
      const { batches, rows } = batcher.stats()
      assert.ok(rows / batches > 1, `${rows} rows in ${batches} batches`)
      await batcher.close()
      await engine.close()
    })

for (const { name: library, path } of libraries)
  test(`a model that mixes the items of a batch runs request by request, ${library}`, async () => {
    const engine = await Engine.load(mixesRows(), { device: 'cpu', library: path })
    assert.ok(engine.unbatchable)
    const batcher = new Batcher(engine)
    const requests = [2, 3, 2].map((rows, i) => request(engine, rows, i))
    const results = await Promise.all(requests.map((inputs) => batcher.run(inputs)))
    for (const [i, inputs] of requests.entries()) assert.equal(results[i], await engine.run(inputs))
    assert.is(batcher.stats().batches, 3)
    await batcher.close()
    await engine.close()
  })

for (const { name: library, path } of libraries)
  test(`an engine closed under the batcher rejects what it has with CLOSED, ${library}`, async () => {
    const engine = await Engine.load(addAndSubtract(), { device: 'cpu', library: path })
    const batcher = new Batcher(engine)
    await engine.close()
    const codes = await Promise.all([1, 2].map((i) => batcher.run(request(engine, 1, i)).catch(({ code }) => code)))
    assert.equal(codes, ['CLOSED', 'CLOSED'])
    await batcher.close()
  })

test.run()
