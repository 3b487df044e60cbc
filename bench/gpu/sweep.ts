// Batches from JavaScript and back, against the loop that does nothing but launch the same plan's graph.
import { execFileSync } from 'node:child_process'
import { Engine, type Tensors } from '../../lib/index.js'
import type { Precision } from '../../lib/inference/tensorrt/precision.js'
import { noise } from '../../test/onnx-models.js'
import { percentile } from '../harness/statistics.js'
import { GFLOP_AN_ITEM, isOver, loadOptions, modelPath, rawPlan, type Setup } from './setup.js'

export interface EndToEnd {
  precision: Precision
  graphs: boolean
  lanes: number
  batch: number
  /** As many runs under way as the engine works on at one time. */
  items_per_s: number
  tflops: number
  /** Of one run, from the call to the result, with one under way: median, 95th and 99th percentile. */
  alone_ms: [number, number, number]
  /** Share of the time in which each lane had a run. */
  busy: number[]
  graph_runs: number
  plain_runs: number
}

export interface Bare {
  precision: Precision
  batch: number
  runs_per_s: number
  runs_per_s_with_copies: number
  /** Least time of the graph on the device, by its events. */
  alone_ms: number
}

export interface Sweep {
  runs: EndToEnd[]
  bare: Bare[]
  /** What there was no time for, or what failed and why. */
  left_out: string[]
}

/** Inputs and outputs of their own for a run, in pinned memory: each run writes and reads its own. */
function slotOf(engine: Engine, batch: number, seed: number) {
  const tensors = (infos: Engine['inputs']): Tensors =>
    Object.fromEntries(
      infos.map(({ name, dims }) => [
        name,
        engine.buffer(
          name,
          dims!.map((size) => size ?? batch),
        ),
      ]),
    )
  const inputs = tensors(engine.inputs)
  for (const { data } of Object.values(inputs)) (data as Float32Array).set(noise(data.length, seed))
  return { inputs, outputs: tensors(engine.outputs) }
}

async function measure(engine: Engine, batch: number, seconds: number) {
  const slots = Array.from({ length: engine.concurrency }, (_, i) => slotOf(engine, batch, i + 1))
  const run = ({ inputs, outputs }: (typeof slots)[number]) => engine.run(inputs, { outputs })
  const loop = async (slot: (typeof slots)[number], end: number) => {
    let runs = 0
    for (; performance.now() < end; runs++) await run(slot)
    return runs
  }
  const together = async (duration: number) => {
    const start = performance.now()
    const counts = await Promise.all(slots.map((slot) => loop(slot, start + duration * 1000)))
    return (counts.reduce((a, b) => a + b) * 1000) / (performance.now() - start)
  }
  await together(seconds / 5)
  const before = engine.stats()
  const runsPerSecond = await together(seconds)
  const after = engine.stats()
  const alone: number[] = []
  for (const end = performance.now() + seconds * 500; performance.now() < end; ) {
    const start = performance.now()
    await run(slots[0]!)
    alone.push(performance.now() - start)
  }
  const elapsed = after.elapsed_ms - before.elapsed_ms
  return {
    items_per_s: runsPerSecond * batch,
    tflops: (runsPerSecond * batch * GFLOP_AN_ITEM) / 1000,
    alone_ms: [50, 95, 99].map((p) => percentile(alone, p)) as [number, number, number],
    busy: after.lanes.map(({ busy_ms }, i) => (busy_ms - before.lanes[i]!.busy_ms) / elapsed),
    graph_runs: after.graphs.runs - before.graphs.runs,
    plain_runs: after.graphs.plain_runs - before.graphs.plain_runs,
  }
}

function bareLoop(setup: Setup, precision: Precision, plan: string): Bare[] {
  const args = [setup.tensorrt, setup.cudaRuntime ?? '', plan, String(setup.seconds), ...setup.batches.map(String)]
  const lines = execFileSync(setup.bareReplay, args, { encoding: 'utf8' }).trim().split('\n')
  return lines.map((line) => ({ precision, ...JSON.parse(line) }))
}

export async function sweep(setup: Setup, keep: (so: Sweep) => Promise<void>): Promise<Sweep> {
  const found: Sweep = { runs: [], bare: [], left_out: [] }
  for (const precision of setup.precisions) {
    for (const [graphs, lanes] of [
      [true, 1],
      [true, 2],
      [false, 1],
      [false, 2],
    ] as const) {
      const what = `${precision}, ${graphs ? 'graphs' : 'no graphs'}, ${lanes} lane${lanes > 1 ? 's' : ''}`
      if (isOver(setup)) {
        found.left_out.push(`${what}: no time left`)
        continue
      }
      try {
        const options = { lanes, graphs: graphs && setup.batches }
        const engine = await Engine.load(modelPath(setup), loadOptions(setup, precision, options))
        for (const batch of setup.batches)
          found.runs.push({ precision, graphs, lanes, batch, ...(await measure(engine, batch, setup.seconds)) })
        const plan = graphs && lanes === 1 ? rawPlan(setup, engine) : null
        await engine.close()
        if (plan) found.bare.push(...bareLoop(setup, precision, plan))
      } catch (error) {
        found.left_out.push(`${what}: ${(error as Error).message}`)
      }
      await keep(found)
    }
  }
  return found
}
