// CPU of a request through the batcher, less that of the same batches put straight on the engine, at 10,000 a second.
import { Batcher } from '../../lib/inference/batcher.js'
import type { BatchRunner } from '../../lib/inference/types.js'
import { median } from '../harness/statistics.js'
import { type CaseFigures, runCases } from '../harness/suite.js'
import { type Sample, timed } from '../harness/timing.js'
import { openLoop } from './arrivals.js'
import type { Device } from './device.js'

const ARRIVALS = { rate_hz: 10_000, seconds: 0.3, spin: false }
const PAIRS = 15

export interface Overhead {
  /**
   * Medians over pairs of turns. CPU microseconds of a request, arrivals and engine included: with and without the
   * batcher.
   */
  batched_us: number
  straight_us: number
  /** Of the differences within a pair. */
  overhead_us: number
  rows_a_batch: number
  cases: CaseFigures[]
}

/** How many requests had arrived when a batch of so many rows was sent. */
type Sent = { after: number; rows: number }[]

async function batched(device: Device): Promise<{ requests: number; sent: Sent }> {
  const { inputs, outputs, unbatchable, batchSizes, concurrency } = device.runner
  const sent: Sent = []
  let requests = 0
  const run: BatchRunner['run'] = (given, options) => {
    sent.push({ after: requests, rows: given[inputs[0]!.name]!.dims[0]! })
    return device.runner.run(given, options)
  }
  const runner = { inputs, outputs, unbatchable, batchSizes, concurrency, run }
  const batcher = new Batcher(runner, { maxBatch: device.largest })
  const request = device.row(1)
  await openLoop(ARRIVALS, () => {
    requests++
    void batcher.run(request)
  })
  await batcher.close({ drain: true })
  return { requests, sent }
}

/** The same batches after the same arrivals, each with a signal as the batcher passes one. */
async function straight(device: Device, sent: Sent): Promise<void> {
  const batches = new Map(sent.map(({ rows }) => [rows, device.rows(rows)]))
  let requests = 0
  let next = 0
  const runs: Promise<unknown>[] = []
  const send = () => {
    for (; next < sent.length && sent[next]!.after <= requests; next++)
      runs.push(device.runner.run(batches.get(sent[next]!.rows)!, { signal: new AbortController().signal }))
  }
  await openLoop(ARRIVALS, () => {
    requests++
    send()
  })
  await Promise.all(runs)
}

export async function overhead(device: Device): Promise<Overhead> {
  const pairs: { batched_us: number; straight_us: number; rows: number }[] = []
  const pair = async () => {
    let turn: Awaited<ReturnType<typeof batched>> = { requests: 0, sent: [] }
    const through = await timed(async () => {
      turn = await batched(device)
    })
    const without = await timed(() => straight(device, turn.sent))
    const us = ({ cpu_s }: Sample) => (cpu_s * 1e6) / turn.requests
    pairs.push({ batched_us: us(through), straight_us: us(without), rows: turn.requests / turn.sent.length })
  }
  await pair()
  const { rate_hz, seconds } = ARRIVALS
  const what = `${rate_hz} requests a second for ${seconds} s, and the same batches straight`
  const cases = await runCases(device.name, [{ name: what, run: pair }], { minSamples: PAIRS, maxTime: 1 })
  const measured = pairs.slice(-PAIRS)
  return {
    batched_us: median(measured.map(({ batched_us }) => batched_us)),
    straight_us: median(measured.map(({ straight_us }) => straight_us)),
    overhead_us: median(measured.map(({ batched_us, straight_us }) => batched_us - straight_us)),
    rows_a_batch: median(measured.map(({ rows }) => rows)),
    cases,
  }
}
