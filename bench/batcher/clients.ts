// An interactive client alone, and beside one that always has hundreds of requests waiting.
import { Batcher } from '../../lib/inference/batcher.js'
import { percentile } from '../harness/statistics.js'
import { openLoop } from './arrivals.js'
import type { Device } from './device.js'
import type { Capacity } from './load.js'

/** Of capacity in full batches. */
const INTERACTIVE_SHARE = 0.05
const BULK_OUTSTANDING = 256

export interface ClientFigures {
  alone_p50_ms: number
  alone_p99_ms: number
  beside_p50_ms: number
  beside_p99_ms: number
  /** What the bulk client got meanwhile, of capacity. */
  bulk_share: number
}

async function interactive(device: Device, { rows_hz }: Capacity, bulk: boolean, seconds: number) {
  const batcher = new Batcher(device.runner, { maxBatch: device.largest })
  await batcher.warmUp()
  const request = device.row(1)
  let running = bulk
  let bulkRows = 0
  const outstanding = Array.from({ length: bulk ? BULK_OUTSTANDING : 0 }, async () => {
    for (; running; bulkRows++) await batcher.run(request, { client: 'bulk' })
  })
  const latencies: number[] = []
  await openLoop({ rate_hz: rows_hz * INTERACTIVE_SHARE, seconds, spin: device.spin }, (due) => {
    void batcher.run(request, { client: 'interactive' }).then(() => latencies.push(performance.now() - due))
  })
  const share = bulkRows / seconds / rows_hz
  running = false
  await Promise.all(outstanding)
  await batcher.close({ drain: true })
  return { p50_ms: percentile(latencies, 50), p99_ms: percentile(latencies, 99), share }
}

export async function twoClients(device: Device, capacity: Capacity, seconds = 4): Promise<ClientFigures> {
  const alone = await interactive(device, capacity, false, seconds)
  const beside = await interactive(device, capacity, true, seconds)
  return {
    ...{ alone_p50_ms: alone.p50_ms, alone_p99_ms: alone.p99_ms },
    ...{ beside_p50_ms: beside.p50_ms, beside_p99_ms: beside.p99_ms, bulk_share: beside.share },
  }
}
