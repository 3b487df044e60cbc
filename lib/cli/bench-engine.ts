import { basename } from 'node:path'
import { BrrrError } from '../errors.js'
import type { Engine } from '../inference/engine.js'
import { type BenchResult, benchEngine, type Distribution } from '../inference/engine-bench.js'
import type { EngineOptions } from '../inference/engine-options.js'
import { describe } from '../inference/tensor.js'
import type { Profile } from '../inference/tensorrt/build-options.js'
import type { Precision } from '../inference/tensorrt/precision.js'
import { EXIT } from './exit-codes.js'
import { bold, ProgressLine, print, printJson, warn } from './terminal.js'

/** Sizes by input name. */
type Shapes = Readonly<Record<string, readonly number[]>>

export interface BenchArguments {
  device: string
  batch?: string[]
  shape?: string[]
  lanes?: number
  duration: number
  warmUp: number
  precision?: Precision
  graphs: boolean
  json?: boolean
  timeline?: string
  folder?: string
}

/** `batch` is null where the model cannot be batched. */
type Row = BenchResult & { batch: number | null; items_per_s: number | null }

const DEFAULT_BATCHES = [1, 2, 4, 8, 16, 32]

/** What was measured until Ctrl-C is shown, with exit code 130. */
export async function bench(model: string, options: BenchArguments, signal: AbortSignal): Promise<void> {
  const wanted = parse(options)
  const { Engine } = await import('../inference/engine.js')
  const progress = new ProgressLine(basename(model))
  const engine = await Engine.load(model, {
    ...loadOptions(options, wanted),
    signal,
    onProgress: (share) => progress.update('building', share),
  }).finally(() => progress.end())
  try {
    const about = aboutOf(engine, model)
    const measures = chooseBatches(engine, wanted).map((batch) => ({
      batch,
      dims: shapesOf(engine, batch, wanted.shapes ?? {}),
    }))
    if (!options.json) printHead(engine, about)
    const rows: Row[] = []
    for (const { batch, dims } of measures) {
      const row = await measure(engine, batch, dims, options, progress, signal)
      if (row) rows.push(row)
      if (row && !options.json) printRow(row)
    }
    if (options.json) printJson({ ...about, definitions: DEFINITIONS, interrupted: signal.aborted, results: rows })
    else printFoot(rows)
    if (options.timeline) {
      const { writeText } = await import('../pipeline/export.js')
      await writeText(options.timeline, JSON.stringify(engine.timeline()))
    }
    if (signal.aborted) {
      warn('Interrupted: this is what was measured until then.')
      process.exitCode = EXIT.interrupted
    }
  } finally {
    await engine.close()
  }
}

/** null where the signal came before a run had ended. */
async function measure(
  engine: Engine,
  batch: number | null,
  dims: Shapes,
  { warmUp, duration }: BenchArguments,
  progress: ProgressLine,
  signal: AbortSignal,
): Promise<Row | null> {
  if (signal.aborted) return null
  const what = batch === null ? 'measuring' : `batch ${batch}`
  const onProgress = (share: number) => progress.update(what, share)
  const times = { warmUpMs: warmUp, durationMs: duration * 1000 }
  const result = await benchEngine(engine, dims, { ...times, signal, onProgress }).finally(() => progress.end())
  return result && { batch, ...result, items_per_s: batch === null ? null : batch * result.queries_per_s }
}

interface Wanted {
  batches: number[] | undefined
  shapes: Shapes | undefined
}

const refuse = (message: string) => new BrrrError('INVALID_ARGUMENT', message)

function parse({ batch, shape, duration, warmUp }: BenchArguments): Wanted {
  const batches = batch?.map(Number)
  if (batches && !(batches.length > 0 && batches.every((size) => Number.isInteger(size) && size >= 1 && size <= 65536)))
    throw refuse(`--batch takes sizes from 1 to 65536, separated by commas; got ${batch!.join(',')}.`)
  if (!(duration > 0 && duration <= 3600)) throw refuse(`--duration lies between 0 and 3600 seconds; got ${duration}.`)
  if (!(warmUp >= 0 && warmUp <= 3.6e6))
    throw refuse(`--warm-up lies between 0 and 3600000 milliseconds; got ${warmUp}.`)
  return { batches, shapes: shape && Object.fromEntries(shape.map(parseShape)) }
}

/** Of `x:1x3x224x224`; names may have colons too. */
function parseShape(text: string): [string, number[]] {
  const [, name, sizes] = /^(.+):(\d+(?:x\d+)*)$/.exec(text) ?? []
  const dims = sizes?.split('x').map(Number) ?? [0]
  if (dims.includes(0)) throw refuse(`--shape takes an input and its sizes, as x:1x3x224x224; got ${text}.`)
  return [name!, dims]
}

function loadOptions(line: BenchArguments, { batches, shapes }: Wanted): EngineOptions {
  const { device, lanes, precision, graphs, timeline, folder } = line
  return {
    device: device as EngineOptions['device'],
    ...{ lanes, precision, maxBatch: batches && Math.max(...batches), graphs: graphs ? (batches ?? true) : false },
    profiles: shapes && [profileOf(shapes, batches)],
    timeline: timeline !== undefined,
    cache: folder === undefined ? undefined : { folder },
  }
}

/** For the sizes given; the first is the batch, where other batches are asked for. */
function profileOf(shapes: Shapes, batches: readonly number[] | undefined): Profile {
  const at = ([first, ...rest]: readonly number[], pick: (...sizes: number[]) => number) => [
    batches ? pick(...batches) : first!,
    ...rest,
  ]
  const ranges = Object.entries(shapes).map(([name, dims]) => {
    const max = at(dims, Math.max)
    return [name, { min: at(dims, Math.min), opt: max, max }] as const
  })
  return Object.fromEntries(ranges)
}

/** null: as the model is. */
function chooseBatches(engine: Engine, { batches, shapes = {} }: Wanted): readonly (number | null)[] {
  if (engine.unbatchable !== null) {
    if (batches) throw refuse(`--batch: this model cannot be batched, ${engine.unbatchable}.`)
    return [null]
  }
  if (batches) return batches
  const given = engine.inputs.find(({ name }) => shapes[name])
  return given ? [shapes[given.name]![given.batchAxis!]!] : (engine.batchSizes ?? DEFAULT_BATCHES)
}

function shapesOf(engine: Engine, batch: number | null, given: Shapes): Shapes {
  for (const name of Object.keys(given))
    if (!engine.inputs.some((input) => input.name === name))
      throw refuse(
        `--shape: the model has no input "${name}"; it has ${engine.inputs.map(describe).join(', ') || 'none'}.`,
      )
  const dimsOf = (input: Engine['inputs'][number]) => {
    const dims = (given[input.name] ?? input.dims)?.map((size, axis) =>
      batch !== null && axis === input.batchAxis ? batch : size,
    )
    if (!dims || dims.includes(null))
      throw refuse(`The model leaves sizes of ${describe(input)} open: give them with --shape ${input.name}:1x....`)
    const wrong = input.dims?.some((size, axis) => size !== null && size !== dims[axis])
    if (wrong || (input.dims && dims.length !== input.dims.length))
      throw refuse(`--shape ${input.name}:${dims.join('x')} is no ${describe(input)}.`)
    return dims as number[]
  }
  return Object.fromEntries(engine.inputs.map((input) => [input.name, dimsOf(input)]))
}

function aboutOf(engine: Engine, model: string) {
  const { backend, version, device, fallback, lanes, graphs } = engine.stats()
  const precision = engine.plan?.identity.options.precision ?? null
  return {
    ...{ model, backend, version, device, fallback, precision, lanes: lanes.length, in_flight: engine.concurrency },
    ...{ unbatchable: engine.unbatchable, graphs: graphs.sizes },
  }
}

const COLUMNS = ['batch', 'runs/s', 'items/s', 'min', 'mean', 'median', 'p90', 'p95', 'p99', 'max']
const DEVICE_COLUMNS = ['H2D %', 'compute %', 'D2H %', 'enqueue']
const HOST_COLUMNS = ['host', 'busy %']

const line = (cells: readonly string[]) => print(cells.map((cell) => cell.padStart(10)).join(''))

function printHead(engine: Engine, about: ReturnType<typeof aboutOf>): void {
  const { model, backend, version, device, fallback, precision, lanes, in_flight } = about
  const onGpu = engine.plan !== null
  const how = onGpu ? `${precision}, ${lanes} lanes of two slots` : `${lanes} threads, one of them to a run`
  print(`${bold(basename(model))}: ${backend} ${version}, ${device}, ${how}; ${in_flight} runs in flight`)
  if (fallback) print(`not on a GPU: ${fallback}`)
  if (engine.unbatchable) print(`not batched: ${engine.unbatchable}`)
  for (const { batch, reason } of about.graphs) if (reason) print(`batch ${batch} is no CUDA graph: ${reason}`)
  print()
  line([...COLUMNS, ...(onGpu ? DEVICE_COLUMNS : []), ...HOST_COLUMNS])
}

const digits = (value: number) =>
  value >= 1000 ? value.toFixed(0) : value < 0.1 ? value.toFixed(5) : value.toPrecision(4)

function printRow(row: Row): void {
  const { batch, queries_per_s, items_per_s, latency_ms, h2d_ms, compute_ms, d2h_ms, enqueue_ms, host_ms, busy } = row
  const { min, mean, median, p90, p95, p99, max } = latency_ms
  const percent = (part: Distribution | null) => (part ? ((100 * part.mean) / mean).toFixed(1) : '-')
  line([
    batch === null ? '-' : String(batch),
    digits(queries_per_s),
    items_per_s === null ? '-' : digits(items_per_s),
    ...[min, mean, median, p90, p95, p99, max].map(digits),
    ...(enqueue_ms ? [...[h2d_ms, compute_ms, d2h_ms].map(percent), digits(enqueue_ms.median)] : []),
    digits(host_ms.median),
    (100 * (enqueue_ms ? busy.any_share : busy.mean_share)).toFixed(1),
  ])
}

/** What the figures mean. */
const DEFINITIONS = {
  latency:
    "min to max, ms; trtexec's: copy in + computation + copy out by CUDA events, without waiting and host time. On the CPU the computation: nothing is copied.",
  throughput:
    "trtexec's: runs/s from the start of the first copy in after the warm-up to the end of the last copy out; a batch is one run. items/s is that times the batch.",
  percentiles: "trtexec's: of n sorted values the one at n - 1 - floor((1 - p) n).",
  enqueue: "ms, median; trtexec's: host time of the call that launches the graph or enqueues the kernels.",
  transfers:
    'copies are included, as by trtexec 10; by trtexec 11 with --includeDataTransfers. Threads sleep while they wait, as with its --noSpinWait.',
  host: "ms, median; not trtexec's: from run() in JavaScript to its result.",
  busy: "not trtexec's: time in which a lane computed, by the same events; on the CPU the mean of the threads.",
}
const GPU_ONLY: readonly string[] = ['enqueue', 'transfers']

function printFoot(rows: readonly Row[]): void {
  if (rows.length === 0) return
  const onGpu = rows[0]!.enqueue_ms !== null
  print()
  for (const [name, text] of Object.entries(DEFINITIONS))
    if (onGpu || !GPU_ONLY.includes(name)) print(`${name}: ${text}`)
}
