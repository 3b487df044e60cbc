// The load curve: offered against achieved rows a second, latency and batch sizes, from 10 to 120 % of capacity.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Batcher } from '../../lib/inference/batcher.js'
import { percentile } from '../harness/statistics.js'
import { openLoop } from './arrivals.js'
import type { Device } from './device.js'

export const LOADS = [10, 25, 50, 80, 100, 120]
export const QUEUE_REQUESTS = 1024
const CLIENTS = 8

export interface Capacity {
  rows_hz: number
  /** Of the largest batch, alone on the device: median. */
  largest_ms: number
}

export interface LoadPoint {
  /** Of capacity. */
  load_percent: number
  offered_hz: number
  achieved_hz: number
  p50_ms: number
  p95_ms: number
  p99_ms: number
  p999_ms: number
  batch_sizes: Record<number, number>
  mean_batch: number
  most_waiting: number
  refused: number
  /** Codes of requests that ended otherwise, or 'wrong rows'. */
  wrong: string[]
  loop_p99_ms: number
}

/** Full batches straight on the runner, two in flight so that it never idles. */
export async function capacityOf(device: Device, seconds = 2): Promise<Capacity> {
  const { runner, largest } = device
  const batches = [device.rows(largest), device.rows(largest)]
  const alone: number[] = []
  for (let i = 0; i < 30; i++) {
    const started = performance.now()
    await runner.run(batches[0]!)
    alone.push(performance.now() - started)
  }
  const started = performance.now()
  let done = 0
  const loop = async (batch: (typeof batches)[0]) => {
    for (; performance.now() - started < seconds * 1000; done++) await runner.run(batch)
  }
  await Promise.all(batches.map(loop))
  const rows_hz = (done * largest * 1000) / (performance.now() - started)
  return { rows_hz, largest_ms: percentile(alone, 50) }
}

export async function loadPoint(
  device: Device,
  { rows_hz }: Capacity,
  load_percent: number,
  seconds = 3,
): Promise<LoadPoint> {
  const { runner, largest, row } = device
  const batcher = new Batcher(runner, { maxBatch: largest, queue: { requests: QUEUE_REQUESTS } })
  await batcher.warmUp()
  const offered_hz = (rows_hz * load_percent) / 100
  const latencies: number[] = []
  const wrong: string[] = []
  let refused = 0
  let most_waiting = 0
  let last = 0
  let value = 0
  const rows = Array.from({ length: 256 }, (_, i) => row(i))
  const loop = monitorEventLoopDelay({ resolution: 1 })
  loop.enable()
  const started = performance.now()
  await openLoop({ rate_hz: offered_hz, seconds, spin: device.spin }, (due) => {
    const request = rows[value % rows.length]!
    batcher.run(request, { client: `client ${value++ % CLIENTS}` }).then(
      () => {
        last = performance.now()
        latencies.push(last - due)
      },
      ({ code }) => {
        if (code === 'QUEUE_FULL') refused++
        else wrong.push(code)
      },
    )
    most_waiting = Math.max(most_waiting, batcher.waiting)
  })
  await batcher.drain()
  loop.disable()
  const { batch_sizes, batches, rows: sent } = batcher.stats()
  await batcher.close()
  const [p50_ms, p95_ms, p99_ms, p999_ms] = [50, 95, 99, 99.9].map((percent) => percentile(latencies, percent))
  return {
    ...{ load_percent, offered_hz, achieved_hz: (latencies.length * 1000) / (last - started) },
    ...{ p50_ms: p50_ms!, p95_ms: p95_ms!, p99_ms: p99_ms!, p999_ms: p999_ms! },
    ...{ batch_sizes, mean_batch: sent / batches, most_waiting, refused, wrong },
    loop_p99_ms: loop.percentile(99) / 1e6,
  }
}
