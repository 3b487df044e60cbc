import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Engine } from '../lib/index.js'
import { resolveModel } from '../lib/inference/model.js'
import { readOnnx, writeOnnx } from '../lib/inference/onnx/model.js'
import { isSteady } from '../lib/inference/onnx/steady.js'
import { tensor } from './engine-fixture.js'
import { addAndSubtract, matmulChain, model, node, value } from './onnx-models.js'
import { temporaryFolder } from './temporary.js'

test('runs shorter than a hand-over are over when run returns, and settle later like all others', async () => {
  const engine = await Engine.load(addAndSubtract(), { device: 'cpu', lanes: 1 })
  const x = { a: tensor([1, 2, 3, 4], [1, 4]), b: tensor([4, 3, 2, 1], [1, 4]) }
  let here = 0
  for (let i = 0; i < 5000 && here < 10; i++) {
    const before = engine.stats().runs
    let settled = false
    const run = engine.run(x).then((results) => {
      settled = true
      return results
    })
    if (engine.stats().runs === before + 1) here++
    assert.not(settled)
    assert.equal([...(await run).sum!.data], [5, 5, 5, 5])
  }
  assert.is(here, 10, 'a trivial model runs in the call, once that is known')
  const { runs, running, waiting, lanes } = engine.stats()
  assert.equal([running, waiting, lanes[0]!.runs], [0, 0, runs])
  const many = await Promise.all(Array.from({ length: 500 }, () => engine.run(x)))
  assert.ok(many.every(({ difference }) => difference!.data[0] === -3))
  await engine.close()
})

test('only models whose time depends on shapes alone are run so', () => {
  const steady = (bytes: Uint8Array) => isSteady(resolveModel(bytes, undefined))
  assert.ok(steady(addAndSubtract()))
  const path = join(temporaryFolder(), 'add.onnx')
  writeFileSync(path, addAndSubtract())
  assert.ok(isSteady(resolveModel(path, undefined)))

  const ports = {
    input: [value('a', 'float32', [1, 4])],
    output: [value('y', 'float32', [1, 4])],
  }
  const branching = readOnnx(model({ node: [node('If', ['a'], ['y'])], ...ports }))
  const graph = readOnnx(addAndSubtract()).graph
  branching.graph.node[0]!.attribute.push({
    ...{ name: 'then_branch', type: 5, g: graph, floats: [], ints: [], strings: [], tensors: [], graphs: [] },
  })
  assert.not(steady(writeOnnx(branching)))
  const foreign = readOnnx(model({ node: [node('Custom', ['a'], ['y'])], ...ports }))
  foreign.graph.node[0]!.domain = 'com.example'
  assert.not(steady(writeOnnx(foreign)))
  assert.not(steady(matmulChain({ length: 1, size: 512 })), 'a model of 1 MB')
  assert.not(steady(Uint8Array.of(1, 2, 3)), 'what is no model')
})

test.run()
