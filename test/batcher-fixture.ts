import { BrrrError } from '../lib/errors.js'
import type { Clock } from '../lib/inference/batcher.js'
import type { BatchRunner, RunRequest, TensorInfo, Tensors } from '../lib/inference/types.js'

/** Time that moves only when told to. */
export class FakeClock implements Clock {
  #time = 0
  #timers: { at: number; call: () => void }[] = []
  #deferred: (() => void)[] = []

  now(): number {
    return this.#time
  }

  setTimeout(call: () => void, ms: number): unknown {
    const timer = { at: this.#time + ms, call }
    this.#timers.push(timer)
    return timer
  }

  clearTimeout(timer: unknown): void {
    this.#timers = this.#timers.filter((other) => other !== timer)
  }

  defer(call: () => void): void {
    this.#deferred.push(call)
  }

  get timers(): number {
    return this.#timers.length
  }

  /** Everything that can happen without time passing. */
  async settle(): Promise<void> {
    do {
      for (const call of this.#deferred.splice(0)) call()
      await new Promise(setImmediate)
    } while (this.#deferred.length > 0)
  }

  async advance(ms: number): Promise<void> {
    const until = this.#time + ms
    await this.settle()
    for (;;) {
      const due = this.#timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0]
      if (!due) break
      this.clearTimeout(due)
      this.#time = Math.max(this.#time, due.at)
      due.call()
      await this.settle()
    }
    this.#time = until
  }
}

export interface FakeOptions {
  inputs?: TensorInfo[]
  outputs?: TensorInfo[]
  compute?: (inputs: Tensors) => Tensors
  unbatchable?: string | null
  batchSizes?: readonly number[] | null
  concurrency?: number
  /** Milliseconds of a batch of so many rows. */
  latency?: (rows: number) => number
  /** What it says of such a batch, where it takes the time itself. */
  times?: (rows: number) => { lane_ms: number; compute_ms: number }
}

const info = (name: string, dims: (number | null)[], batchAxis: number | null = 0): TensorInfo => ({
  name,
  type: 'float32',
  dims,
  symbols: dims.map((size) => (size === null ? 'n' : null)),
  batchAxis,
})

export { info as tensorInfo }

/** The default model: x [n, 2] -> y [n, 2], y = 2 x. */
const doubled = ({ x }: Tensors): Tensors => ({
  y: { data: (x!.data as Float32Array).map((v) => 2 * v), dims: x!.dims },
})

interface Waiting {
  inputs: Tensors
  resolve: (outputs: Tensors) => void
  reject: (error: unknown) => void
}

/** An engine by the clock: so many runs at a time, the others wait; a negative value fails the run. */
export class FakeRunner implements BatchRunner {
  readonly inputs: readonly TensorInfo[]
  readonly outputs: readonly TensorInfo[]
  readonly unbatchable: string | null
  readonly batchSizes: readonly number[] | null
  readonly concurrency: number
  latency: (rows: number) => number
  readonly #times: FakeOptions['times']
  /** The first column of every run's first input, in the order in which the runs arrived. */
  readonly runs: number[][] = []
  working = 0
  readonly #clock: FakeClock
  readonly #compute: (inputs: Tensors) => Tensors
  readonly #waiting: Waiting[] = []

  constructor(clock: FakeClock, options: FakeOptions = {}) {
    this.#clock = clock
    this.inputs = options.inputs ?? [info('x', [null, 2])]
    this.outputs = options.outputs ?? [info('y', [null, 2])]
    this.#compute = options.compute ?? doubled
    this.unbatchable = options.unbatchable ?? null
    this.batchSizes = options.batchSizes ?? null
    this.concurrency = options.concurrency ?? 1
    this.latency = options.latency ?? (() => 10)
    this.#times = options.times
  }

  async run(inputs: Tensors, { signal, onTimes }: RunRequest = {}): Promise<Tensors> {
    const results = await this.#run(inputs, signal)
    const rows = inputs[this.inputs[0]!.name]!.dims[this.inputs[0]!.batchAxis ?? 0]!
    const absent = { queue_ms: 0, enqueue_ms: null, h2d_ms: null, d2h_ms: null, begin_ms: 0, end_ms: 0 }
    if (this.#times) onTimes?.({ ...absent, ...this.#times(rows) })
    return results
  }

  #run(inputs: Tensors, signal: AbortSignal | undefined): Promise<Tensors> {
    const { data, dims } = inputs[this.inputs[0]!.name]!
    const width = data.length / dims[0]!
    this.runs.push(Array.from({ length: dims[0]! }, (_, row) => Number(data[row * width])))
    return new Promise((resolve, reject) => {
      const waiting = { inputs, resolve, reject }
      this.#waiting.push(waiting)
      signal?.addEventListener('abort', () => this.#abort(waiting))
      this.#start()
    })
  }

  #abort(waiting: Waiting): void {
    const index = this.#waiting.indexOf(waiting)
    if (index >= 0) this.#waiting.splice(index, 1)
    waiting.reject(new BrrrError('ABORTED', 'The run was aborted.'))
  }

  #start(): void {
    while (this.working < this.concurrency && this.#waiting.length > 0) {
      const { inputs, resolve, reject } = this.#waiting.shift()!
      const first = inputs[this.inputs[0]!.name]!
      const rows = first.dims[this.inputs[0]!.batchAxis ?? 0]!
      this.working++
      this.#clock.setTimeout(() => {
        this.working--
        if ([...(first.data as Float32Array)].some((v) => v < 0))
          reject(new BrrrError('RUN_FAILED', 'A value is negative.'))
        else resolve(this.#compute(inputs))
        this.#start()
      }, this.latency(rows))
    }
  }
}

/** Rows [v, v + 0.5] for x. */
export function rowsOf(...values: number[]): Tensors {
  return { x: { data: Float32Array.from(values.flatMap((v) => [v, v + 0.5])), dims: [values.length, 2] } }
}

/** What the default model makes of them. */
export function expectedOf(...values: number[]): number[] {
  return values.flatMap((v) => [2 * v, 2 * v + 1])
}

export const yOf = ({ y }: Tensors): number[] => [...(y!.data as Float32Array)]

/** How a promise stands: 'pending', its value or the code of its error. */
export function watch(promise: Promise<Tensors>): { state: number[] | string } {
  const watched: { state: number[] | string } = { state: 'pending' }
  promise.then(
    (outputs) => {
      watched.state = yOf(outputs)
    },
    (error) => {
      watched.state = error.code
    },
  )
  return watched
}
