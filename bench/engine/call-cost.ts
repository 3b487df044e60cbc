// Microseconds of a call of a trivial model, from JavaScript and back.
import { Engine } from '../../lib/index.js'
import { NODE_LIBRARY } from '../../test/onnxruntime-libraries.js'
import { percentile } from '../harness/statistics.js'
import { type BenchModel, feedsOf } from './models.js'

export interface CallCost {
  what: string
  /** Per call, median and 5th to 95th percentile over blocks of 1000 calls. */
  median_us: number
  p5_us: number
  p95_us: number
}

async function cost(what: string, calls: (count: number) => Promise<unknown>): Promise<CallCost> {
  const block = 1000
  for (let i = 0; i < 20; i++) await calls(block)
  const us: number[] = []
  for (let i = 0; i < 100; i++) {
    const started = performance.now()
    await calls(block)
    us.push(((performance.now() - started) * 1000) / block)
  }
  return { what, median_us: percentile(us, 50), p5_us: percentile(us, 5), p95_us: percentile(us, 95) }
}

/** `depth` calls are under way at any time. */
const inFlight = (depth: number, call: () => Promise<unknown>) => async (count: number) => {
  const one = async () => {
    for (let i = 0; i < count / depth; i++) await call()
  }
  await Promise.all(Array.from({ length: depth }, one))
}

export async function callCosts(model: BenchModel): Promise<CallCost[]> {
  const { InferenceSession, Tensor } = require('onnxruntime-node') as typeof import('onnxruntime-node')
  const feeds = feedsOf(model)
  const engine = await Engine.load(model.path, { device: 'cpu', lanes: 1, library: NODE_LIBRARY })
  const outputs = Object.fromEntries(
    ['sum', 'difference'].map((name) => [name, { data: new Float32Array(4), dims: [1, 4] }]),
  )
  const costs = [
    await cost(
      'one at a time',
      inFlight(1, () => engine.run(feeds)),
    ),
    await cost(
      'one at a time, into given arrays',
      inFlight(1, () => engine.run(feeds, { outputs })),
    ),
    await cost(
      '64 at a time',
      inFlight(64, () => engine.run(feeds)),
    ),
  ]
  await engine.close()
  const session = await InferenceSession.create(model.path, { intraOpNumThreads: 1 })
  const theirs = Object.fromEntries(
    Object.entries(feeds).map(([name, { data, dims }]) => [name, new Tensor('float32', data, dims)]),
  )
  costs.push(
    await cost(
      'onnxruntime-node, same thread',
      inFlight(1, () => session.run(theirs)),
    ),
  )
  await session.release()
  return costs
}
