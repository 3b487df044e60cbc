import { BrrrError } from '../errors.js'
import { type Binding, runNative, runNativeLean } from '../native.js'
import { type BatchFinding, findBatchAxes, statedAxes } from './batch-axes.js'
import { type EngineOptions, type EngineSettings, resolveEngineOptions } from './engine-options.js'
import { type Placed, place } from './placement.js'
import { toRunTimes } from './run-times.js'
import { ARRAYS, bindTensors, countOf, fits, shapeText } from './tensor.js'
import type { PreparedPlan } from './tensorrt/prepare.js'
import { Timeline, type Trace } from './timeline.js'
import type { BatchRunner, DataType, RunRequest, Tensor, TensorData, TensorInfo, Tensors } from './types.js'

export interface EngineStats {
  /** 'onnxruntime' or 'tensorrt'. */
  readonly backend: string
  readonly version: string
  readonly device: string
  /** Why not on a GPU, where `device` was auto; else null. */
  readonly fallback: string | null
  /** Runs since the load that gave results, failed, or were stopped (by a signal or close). */
  readonly runs: number
  readonly failed: number
  readonly stopped: number
  readonly running: number
  readonly waiting: number
  /** Milliseconds since the load. */
  readonly elapsed_ms: number
  /**
   * CUDA graphs: runs that were one and runs that were not, since the load, and the batch sizes that were to be captured,
   * with the reason (else null) why one was not. All empty on the CPU.
   */
  readonly graphs: {
    readonly runs: number
    readonly plain_runs: number
    readonly sizes: readonly { readonly batch: number; readonly reason: string | null }[]
  }
  /**
   * How busy the lanes were since the last call of stats(), at first since the load. A lane is busy while it computes: on
   * a GPU between the CUDA events around its kernels, copies left out, counted once a run has ended; on the CPU while its
   * thread is in a run. `any_share` is the time in which at least one was, as a GPU's utilisation is meant;
   * `mean_share` the mean of all lanes, as the use of a CPU is meant.
   */
  readonly busy: { readonly window_ms: number; readonly any_share: number; readonly mean_share: number }
  /** busy_ms is since the load, busy_share like `busy` since the last call. */
  readonly lanes: readonly { readonly runs: number; readonly busy_ms: number; readonly busy_share: number }[]
}

export interface EngineMemory {
  /**
   * What the backend's allocators have handed out for this engine: the sum of the parts. 0 once closed. ONNX Runtime keeps
   * weights that it uses as they stand in the file outside of its allocators, so that they are not in it.
   */
  readonly bytes: number
  readonly budget_bytes: number | null
  readonly parts: readonly {
    readonly name: string
    readonly kind: 'host' | 'pinned' | 'device'
    readonly bytes: number
    readonly peak_bytes: number
  }[]
}

/** A loaded model. Runs may overlap; none blocks the event loop. */
export class Engine implements BatchRunner {
  readonly inputs: readonly TensorInfo[]
  readonly outputs: readonly TensorInfo[]
  readonly unbatchable: string | null
  readonly batchSizes: readonly number[] | null
  readonly concurrency: number
  readonly noteBatch: BatchRunner['noteBatch']
  /** On a GPU: the plan that runs, where it came from and what its build had to say; on the CPU null. */
  readonly plan: PreparedPlan | null

  readonly #handle: Binding.EngineHandle
  readonly #name: string
  readonly #fallback: string | null
  readonly #budget: number | null
  /** Runs of the load, which the backend's counts of graphs begin with. */
  readonly #probed: { graphRuns: number; plainRuns: number }
  /** Null where it has none. */
  readonly #timeline: Timeline | null
  #lastStats: Binding.NativeEngineStats
  #closing: Promise<void> | null = null

  private constructor(placed: Placed, batch: BatchFinding, sizes: readonly number[], settings: EngineSettings) {
    const { inputs, outputs } = placed.handle.info
    this.#handle = placed.handle
    this.inputs = inputs.map((info) => toInfo(info, batch))
    this.outputs = outputs.map((info) => toInfo(info, batch))
    this.unbatchable = batch.reason
    this.batchSizes = sizes.length > 0 ? sizes : null
    this.concurrency = placed.concurrency
    this.plan = placed.plan
    this.#name = settings.source.name
    this.#fallback = placed.fallback
    this.#budget = settings.memory || null
    this.#probed = placed.handle.stats()
    this.#lastStats = placed.handle.stats()
    this.#timeline = settings.timeline > 0 ? new Timeline(settings.timeline) : null
    this.noteBatch = this.#timeline ? (batch) => this.#timeline!.note(batch) : undefined
  }

  /**
   * Loads an ONNX model: a file, its bytes, or a folder with a model.json ({"file": "model.onnx", "batch_axes": {...}}).
   * On a GPU the first load of a model builds its plan, which takes minutes and is kept in the cache.
   * @throws BrrrError FILE_NOT_FOUND, MODEL_INVALID, MODEL_UNSUPPORTED, MEMORY_BUDGET, OUT_OF_MEMORY,
   *   ENGINE_UNAVAILABLE, INVALID_ARGUMENT, ABORTED; with device cuda:N also DEVICE_UNAVAILABLE, DRIVER_TOO_OLD,
   *   BUILD_FAILED, OUT_OF_DEVICE_MEMORY, SHAPE_MISMATCH (of a profile), PLAN_STALE (read-only cache without the plan)
   */
  static async load(model: string | Uint8Array, options: EngineOptions = {}): Promise<Engine> {
    const settings = resolveEngineOptions(model, options)
    const placed = await place(settings, options)
    const { handle } = placed
    try {
      const batch = await batchAxesOf(placed, settings, options)
      const sizes = canPad(batch) ? handle.allowPadding() : []
      handle.resetStats()
      handle.keepTimeline(settings.timeline)
      return new Engine(placed, batch, sizes, settings)
    } catch (error) {
      await release(handle, false)
      throw error
    }
  }

  /**
   * Runs the model. Arrays, given ones and those for results, are read and written in place: leave them alone, and above
   * all do not transfer them, until the promise settles.
   * @throws BrrrError INVALID_ARGUMENT, TYPE_MISMATCH, SHAPE_MISMATCH, RUN_FAILED, MEMORY_BUDGET, OUT_OF_MEMORY, ABORTED,
   *   CLOSED
   */
  async run(inputs: Tensors, options: RunRequest = {}): Promise<Tensors> {
    if (this.#closing) throw this.#closed()
    const { arrays, shapes } = bindTensors(this.inputs, this.outputs, inputs, options.outputs)
    const { signal, onTimes } = options
    const timed = onTimes !== undefined
    const results = await runNativeLean(signal, (job) => this.#handle.run(arrays, shapes, job, timed))
    onTimes?.(toRunTimes(results.pop() as never))
    return named(this.outputs, results, options.outputs)
  }

  /** An array for an input or output, in the memory from which this device copies fastest; on the CPU any is. */
  buffer(name: string, dims: readonly number[]): Tensor {
    if (this.#closing) throw this.#closed()
    const info = [...this.inputs, ...this.outputs].find((tensor) => tensor.name === name)
    if (!info) throw new BrrrError('INVALID_ARGUMENT', `The model has no input or output "${name}".`)
    const sizes = dims.every((size) => Number.isSafeInteger(size) && size >= 0)
    if (!sizes || (info.dims && !fits(info.dims, dims)))
      throw new BrrrError(
        'SHAPE_MISMATCH',
        `"${name}" takes the shape ${shapeText(info.dims, info.symbols)}; got ${shapeText(dims)}.`,
      )
    const Data = ARRAYS[info.type]
    const count = countOf(dims)
    const memory = this.#handle.buffer(count * Data.BYTES_PER_ELEMENT)
    return { data: memory ? new Data(memory, 0, count) : new Data(count), dims: [...dims] }
  }

  stats(): EngineStats {
    const { backend, version, device } = this.#handle.info
    const last = this.#lastStats
    this.#lastStats = this.#handle.stats()
    const { elapsedMs, busyMs, lanes, graphRuns, plainRuns, ...counts } = this.#lastStats
    const window_ms = elapsedMs - last.elapsedMs
    // A run that began before the window counts where it ends.
    const share = (busy_ms: number) => (window_ms > 0 ? Math.min(1, busy_ms / window_ms) : 0)
    const shares = lanes.map(({ busyMs: busy }, i) => share(busy - last.lanes[i]!.busyMs))
    return {
      ...{ backend, version, device, fallback: this.#fallback, ...counts, elapsed_ms: elapsedMs },
      graphs: {
        runs: graphRuns - this.#probed.graphRuns,
        plain_runs: plainRuns - this.#probed.plainRuns,
        sizes: this.#handle.graphs(),
      },
      busy: {
        window_ms,
        any_share: share(busyMs - last.busyMs),
        mean_share: shares.reduce((sum, each) => sum + each / shares.length, 0),
      },
      lanes: lanes.map(({ runs, busyMs: busy_ms }, i) => ({ runs, busy_ms, busy_share: shares[i]! })),
    }
  }

  memory(): EngineMemory {
    const parts = this.#handle
      .memory()
      .map(({ name, kind, bytes, peakBytes }) => ({ name, kind, bytes, peak_bytes: peakBytes }))
    return { bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0), budget_bytes: this.#budget, parts }
  }

  /**
   * The last runs, and the batches of a Batcher, as a trace for chrome://tracing or ui.perfetto.dev: per lane and slot
   * the copies and the computation, per lane the launches, and how long each run and batch took and waited.
   * @throws BrrrError INVALID_ARGUMENT for an engine that was loaded without `timeline`
   */
  timeline(): Trace {
    if (!this.#timeline)
      throw new BrrrError('INVALID_ARGUMENT', 'This engine has no timeline: load it with the option timeline: true.')
    const { backend, version, device } = this.#handle.info
    const about = { model: this.#name, backend, version, device }
    return this.#timeline.trace(this.#handle.timeline(), this.inputs, about)
  }

  /**
   * Releases lanes and model; resolves when their memory is back. Runs under way and waiting reject with CLOSED, or finish
   * first with `drain`. Calling it again is fine, and without `drain` it hurries an earlier one along.
   */
  close(options: { drain?: boolean } = {}): Promise<void> {
    const drain = options.drain ?? false
    if (!this.#closing || !drain) this.#closing = release(this.#handle, drain)
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #closed(): BrrrError {
    return new BrrrError('CLOSED', `The engine of ${this.#name} is closed.`)
  }
}

/** Rows that are added at the end of a batch leave the others as they are only where the batch is the first dimension. */
const canPad = ({ axes }: BatchFinding) => axes !== null && Object.values(axes).every((axis) => axis === 0)

async function batchAxesOf(
  { handle, hints }: Placed,
  { source }: EngineSettings,
  { probeBatch = true, signal }: EngineOptions,
): Promise<BatchFinding> {
  const unknown: BatchFinding = { axes: null, reason: 'it was loaded with probeBatch: false' }
  const inputs = handle.info.inputs.map((info) => toInfo(info, unknown))
  const outputs = handle.info.outputs.map((info) => toInfo(info, unknown))
  if (source.batchAxes !== undefined) return statedAxes(source.batchAxes, inputs, outputs, source.name)
  if (!probeBatch) return unknown
  const run = async (tensors: Tensors) => {
    const { arrays, shapes } = bindTensors(inputs, outputs, tensors, undefined)
    return named(outputs, await runNativeLean(signal, (job) => handle.run(arrays, shapes, job)), undefined)
  }
  return findBatchAxes(inputs, outputs, run, hints)
}

const release = (handle: Binding.EngineHandle, drain: boolean): Promise<void> =>
  runNative({}, (_, job) => handle.close(drain, job))

const toInfo = ({ name, type, dims, symbols }: Binding.NativeTensorInfo, { axes }: BatchFinding): TensorInfo => ({
  name,
  type: type as DataType,
  dims: dims ? dims.map((size) => (size < 0 ? null : size)) : null,
  symbols: symbols.map((symbol) => symbol || null),
  batchAxis: axes?.[name] ?? null,
})

/** A run's results by name: those of the addon, and the caller's own tensors, which it has filled. */
function named(
  outputs: readonly TensorInfo[],
  results: readonly ({ data: TensorData; dims: number[] } | null)[],
  given: Tensors | undefined,
): Tensors {
  const tensors: Tensors = {}
  outputs.forEach(({ name }, i) => {
    const tensor = results[i] ?? given![name]!
    if (tensor.data.length === 0 && countOf(tensor.dims) > 0)
      throw new BrrrError('INVALID_ARGUMENT', `The array given for output "${name}" was transferred during the run.`)
    tensors[name] = tensor
  })
  return tensors
}
