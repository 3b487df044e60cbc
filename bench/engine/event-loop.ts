// How long the event loop is held up while runs of 100 ms are under way.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { Engine } from '../../lib/index.js'
import { NODE_LIBRARY } from '../../test/onnxruntime-libraries.js'
import { type BenchModel, feedsOf } from './models.js'

export interface LoopDelay {
  what: string
  p50_ms: number
  p99_ms: number
  max_ms: number
}

async function delayDuring(what: string, work: () => Promise<unknown>): Promise<LoopDelay> {
  const histogram = monitorEventLoopDelay({ resolution: 1 })
  histogram.enable()
  await work()
  histogram.disable()
  const ms = (nanoseconds: number) => nanoseconds / 1e6
  return {
    what,
    p50_ms: ms(histogram.percentile(50)),
    p99_ms: ms(histogram.percentile(99)),
    max_ms: ms(histogram.max),
  }
}

export async function loopDelays(model: BenchModel, seconds = 3): Promise<LoopDelay[]> {
  const { InferenceSession, Tensor } = require('onnxruntime-node') as typeof import('onnxruntime-node')
  const rounds = async (run: () => Promise<unknown>) => {
    for (const end = performance.now() + seconds * 1000; performance.now() < end; ) await run()
  }
  const delays = [await delayDuring('idle', () => sleep(seconds * 1000))]
  for (const lanes of [1, 2]) {
    const engine = await Engine.load(model.path, { device: 'cpu', lanes, library: NODE_LIBRARY })
    const loop = (feeds = feedsOf(model)) => rounds(() => engine.run(feeds))
    await loop()
    delays.push(
      await delayDuring(`${lanes} run${lanes > 1 ? 's' : ''} in flight`, () =>
        Promise.all(Array.from({ length: lanes }, () => loop())),
      ),
    )
    await engine.close()
  }
  const session = await InferenceSession.create(model.path, { intraOpNumThreads: 1 })
  const feeds = Object.fromEntries(
    Object.entries(feedsOf(model)).map(([name, { data, dims }]) => [name, new Tensor('float32', data, dims)]),
  )
  delays.push(await delayDuring('onnxruntime-node, same thread', () => rounds(() => session.run(feeds))))
  await session.release()
  return delays
}
