// CPU a run and runs a second, ours and onnxruntime-node's in as many workers, in turns, with the same library.
import { once } from 'node:events'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { Engine } from '../../lib/index.js'
import { NODE_LIBRARY } from '../../test/onnxruntime-libraries.js'
import { median } from '../harness/statistics.js'
import { timed } from '../harness/timing.js'
import { type BenchModel, feedsOf } from './models.js'

export interface Turn {
  cpu_ms_a_run: number
  runs_per_s: number
}

export interface Throughput {
  model: string
  lanes: number
  ours: Turn[]
  theirs: Turn[]
  /** Medians over the pairs of turns. */
  cpu_ratio: number
  speed_ratio: number
}

type Contender = { run(each: number): Promise<unknown>; close(): Promise<unknown> }

async function ours(model: BenchModel, lanes: number): Promise<Contender> {
  const engine = await Engine.load(model.path, { device: 'cpu', lanes, library: NODE_LIBRARY })
  const feeds = Array.from({ length: lanes }, () => feedsOf(model))
  const one = async (lane: number, runs: number) => {
    for (let i = 0; i < runs; i++) await engine.run(feeds[lane]!)
  }
  return { run: (each) => Promise.all(feeds.map((_, lane) => one(lane, each))), close: () => engine.close() }
}

async function theirs(model: BenchModel, count: number): Promise<Contender> {
  const workerData = { path: model.path, feeds: feedsOf(model) }
  const workers = Array.from({ length: count }, () => new Worker(join(__dirname, 'rival.cjs'), { workerData }))
  await Promise.all(workers.map((worker) => once(worker, 'message')))
  const tell = (message: number, answer: string) =>
    Promise.all(
      workers.map((worker) => {
        worker.postMessage(message)
        return once(worker, answer)
      }),
    )
  return { run: (each) => tell(each, 'message'), close: () => tell(0, 'exit') }
}

async function turn(contender: Contender, each: number, lanes: number): Promise<Turn> {
  const { wall_s, cpu_s } = await timed(() => contender.run(each))
  return { cpu_ms_a_run: (cpu_s * 1000) / (each * lanes), runs_per_s: (each * lanes) / wall_s }
}

/** Alternating pairs of turns of about `turn_ms` each, after a warm-up; who begins alternates too. */
export async function throughput(model: BenchModel, { lanes = 2, pairs = 9, turn_ms = 600 } = {}): Promise<Throughput> {
  const contenders = { ours: await ours(model, lanes), theirs: await theirs(model, lanes) }
  const turns: Record<keyof typeof contenders, Turn[]> = { ours: [], theirs: [] }
  for (const contender of Object.values(contenders)) await contender.run(3)
  const { wall_s } = await timed(() => contenders.theirs.run(3))
  const each = Math.max(2, Math.round((3 * turn_ms) / (wall_s * 1000)))
  for (let i = 0; i < pairs; i++)
    for (const who of i % 2 === 0 ? (['ours', 'theirs'] as const) : (['theirs', 'ours'] as const))
      turns[who].push(await turn(contenders[who], each, lanes))
  for (const contender of Object.values(contenders)) await contender.close()
  const ratios = (of: (turn: Turn) => number) => median(turns.ours.map((t, i) => of(t) / of(turns.theirs[i]!)))
  return {
    model: model.name,
    lanes,
    ...turns,
    cpu_ratio: ratios((t) => t.cpu_ms_a_run),
    speed_ratio: ratios((t) => t.runs_per_s),
  }
}
