// How fast an engine is, in the terms of NVIDIA's trtexec (samples of TensorRT 10 and 11), from the times that the
// engine itself takes of every run.
import type { Engine } from './engine.js'
import { randomSource, randomTensor } from './random-tensor.js'
import type { RunTimes } from './run-times.js'
import type { Tensor, Tensors } from './types.js'

export interface BenchOptions {
  /** Runs before those that count, as long as this. Default 200. */
  warmUpMs?: number | undefined
  /** How long runs are started, and how many there are at least. Default 3000 and 10. */
  durationMs?: number | undefined
  leastRuns?: number | undefined
  /** Ends the measurement: what has run until then counts. */
  signal?: AbortSignal | undefined
  onProgress?: ((share: number) => void) | undefined
}

/** Milliseconds. */
export interface Distribution {
  min: number
  mean: number
  median: number
  p90: number
  p95: number
  p99: number
  max: number
}

/** What the same batch took, again and again, with as many runs in flight as the engine works on. */
export interface BenchResult {
  runs: number
  /** From the start of the first run's first copy to the end of the last one's last, on the device. */
  wall_ms: number
  /** trtexec's throughput: a batch is one query. */
  queries_per_s: number
  /** trtexec's latency: both copies and the computation, no waiting. */
  latency_ms: Distribution
  /** null: the backend copies nothing, or launches nothing. */
  h2d_ms: Distribution | null
  compute_ms: Distribution
  d2h_ms: Distribution | null
  enqueue_ms: Distribution | null
  /** Not trtexec's: from run() in JavaScript to its result, and how busy the lanes were (EngineStats.busy). */
  host_ms: Distribution
  busy: { any_share: number; mean_share: number }
  graph_runs: number
}

/** null where not a single run ended before the signal. */
export async function benchEngine(
  engine: Engine,
  dims: Readonly<Record<string, readonly number[]>>,
  options: BenchOptions = {},
): Promise<BenchResult | null> {
  const { warmUpMs = 200, durationMs = 3000, leastRuns = 10, signal, onProgress = () => {} } = options
  const feeds = Array.from({ length: engine.concurrency }, (_, i) => randomFeeds(engine, dims, i + 1))
  const outputs: Tensors[] = []
  for (const inputs of feeds) outputs.push(outputsLike(engine, await engine.run(inputs)))

  const times: RunTimes[] = []
  const host_ms: number[] = []
  const keepRunning = async (wanted: () => boolean) => {
    await Promise.all(
      feeds.map(async (inputs, i) => {
        while (wanted() && !signal?.aborted) {
          const started = performance.now()
          await engine.run(inputs, { outputs: outputs[i]!, onTimes: (each) => times.push(each) })
          host_ms.push(performance.now() - started)
        }
      }),
    )
  }
  const since = performance.now()
  await keepRunning(() => performance.now() - since < warmUpMs)
  times.length = 0
  host_ms.length = 0

  const before = engine.stats()
  const started = performance.now()
  const progress = setInterval(() => onProgress(Math.min(1, (performance.now() - started) / durationMs)), 100)
  await keepRunning(() => performance.now() - started < durationMs || times.length < leastRuns).finally(() =>
    clearInterval(progress),
  )
  const { busy, graphs } = engine.stats()
  if (times.length === 0) return null
  return { ...summarise(times), host_ms: distribution(host_ms), busy, graph_runs: graphs.runs - before.graphs.runs }
}

function randomFeeds(engine: Engine, dims: Readonly<Record<string, readonly number[]>>, seed: number): Tensors {
  const next = randomSource(seed)
  const feed = (name: string, type: Parameters<typeof randomTensor>[0]): Tensor => {
    const tensor = engine.buffer(name, dims[name]!)
    tensor.data.set(randomTensor(type, dims[name]!, next).data as never)
    return tensor
  }
  return Object.fromEntries(engine.inputs.map(({ name, type }) => [name, feed(name, type)]))
}

const outputsLike = (engine: Engine, results: Tensors): Tensors =>
  Object.fromEntries(Object.entries(results).map(([name, { dims }]) => [name, engine.buffer(name, dims)]))

function summarise(times: readonly RunTimes[]) {
  const part = (name: 'h2d_ms' | 'd2h_ms' | 'enqueue_ms') =>
    times.some((run) => run[name] === null) ? null : distribution(times.map((run) => run[name]!))
  const compute = ({ compute_ms, lane_ms }: RunTimes) => compute_ms ?? lane_ms
  const latency = (run: RunTimes) => (run.h2d_ms ?? 0) + compute(run) + (run.d2h_ms ?? 0)
  let [begin, end] = [Number.POSITIVE_INFINITY, 0]
  for (const run of times) {
    begin = Math.min(begin, run.begin_ms)
    end = Math.max(end, run.end_ms)
  }
  return {
    runs: times.length,
    wall_ms: end - begin,
    queries_per_s: (times.length * 1000) / (end - begin),
    latency_ms: distribution(times.map(latency)),
    h2d_ms: part('h2d_ms'),
    compute_ms: distribution(times.map(compute)),
    d2h_ms: part('d2h_ms'),
    enqueue_ms: part('enqueue_ms'),
  }
}

/** As trtexec's reports choose them: a percentile is a value that occurred, the median of an even number is between two. */
export function distribution(values: readonly number[]): Distribution {
  const sorted = Float64Array.from(values).sort()
  const count = sorted.length
  const percentile = (p: number) => sorted[Math.max(0, count - 1 - Math.floor((count * (100 - p)) / 100))]!
  const middle = count >> 1
  return {
    min: sorted[0]!,
    mean: sorted.reduce((sum, value) => sum + value, 0) / count,
    median: count % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2,
    p90: percentile(90),
    p95: percentile(95),
    p99: percentile(99),
    max: sorted[count - 1]!,
  }
}
