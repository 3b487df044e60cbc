import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { toNumbers } from '../lib/inference/random-tensor.js'
import { toFloat16 } from '../lib/inference/tensorrt/half.js'
import { type Computation, checkPlan, makeReference } from '../lib/inference/tensorrt/numeric-check.js'
import type { DataType, TensorInfo } from '../lib/inference/types.js'

const info = (name: string, type: DataType): TensorInfo => ({ name, type, dims: [null, 4], symbols: [], batchAxis: 0 })

/** y = 3 x in float32, each value passed through `change`. */
const tripled = (change: (value: number, index: number) => number = (value) => value): Computation => ({
  inputs: [info('x', 'float32')],
  outputs: [info('y', 'float32'), info('n', 'int64')],
  run: async ({ x }) => ({
    y: { data: Float32Array.from(x!.data as Float32Array, (v, i) => change(3 * v, i)), dims: x!.dims },
    n: { data: BigInt64Array.of(0n), dims: [1] },
  }),
})

const profile = { x: { min: [2, 4], opt: [8, 4], max: [8, 4] } }

test('a plan that computes the same passes, and tells by how much it deviates', async () => {
  const reference = await makeReference(tripled(), profile)
  assert.equal(reference.inputs.x!.dims, [2, 4])
  assert.equal(await checkPlan(tripled(), reference, 'fp32'), [{ output: 'y', share: 0 }])
  const [near] = await checkPlan(
    tripled((v) => v * 1.004),
    reference,
    'fp16',
  )
  assert.ok(Math.abs(near!.share - 0.004) < 1e-4)
})

test('a plan with 16-bit inputs and outputs is compared in its own types', async () => {
  const reference = await makeReference(tripled(), profile)
  const half: Computation = {
    inputs: [info('x', 'float16')],
    outputs: [info('y', 'float16')],
    run: async ({ x }) => {
      assert.instance(x!.data, Uint16Array)
      const values = Float32Array.from(toNumbers('float16', x!.data), (v) => 3 * v)
      return { y: { data: toFloat16(values), dims: x!.dims } }
    },
  }
  const [deviation] = await checkPlan(half, reference, 'fp16')
  assert.ok(deviation!.share > 0 && deviation!.share < 2e-3)
})

const WRONG: Array<[string, (value: number, index: number) => number]> = [
  ['off by 2 %', (v) => v * 1.02],
  ['NaN in one place', (v, i) => (i === 3 ? Number.NaN : v)],
  ['infinite in one place', (v, i) => (i === 0 ? Number.POSITIVE_INFINITY : v)],
  ['zero', () => 0],
]
for (const [what, change] of WRONG)
  test(`a plan that is ${what} is refused`, async () => {
    const reference = await makeReference(tripled(), profile)
    try {
      await checkPlan(tripled(change), reference, 'fp16')
    } catch (error) {
      assert.is((error as { code: string }).code, 'BUILD_FAILED')
      assert.match(
        (error as Error).message,
        /^The new plan computes wrongly: output "y" deviates from the reference by /,
      )
      assert.match((error as Error).message, /fp16 may by 0\.01/)
      return
    }
    assert.unreachable('it passed')
  })

test.run()
