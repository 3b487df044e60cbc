import type { TensorData, Tensors } from '../types.js'
import type { RequestList } from './fair-queue.js'
import type { Generation } from './generation.js'
import type { ShapeGroup } from './shapes.js'

/** Some consecutive rows of a request. */
export interface Part {
  readonly request: QueuedRequest
  readonly from: number
  readonly rows: number
}

/** What is known of a request when it arrives. */
export interface Arrival {
  readonly inputs: Tensors
  /** The inputs' arrays in the model's order; empty where the model cannot be batched. */
  readonly data: readonly TensorData[]
  readonly rows: number
  readonly group: ShapeGroup
  readonly client: string
  readonly priority: number
  /** Milliseconds of the batcher's clock; a deadline of Infinity is none. */
  readonly arrived: number
  readonly deadline: number
  readonly generation: Generation
}

/** A request between run() and the moment at which its promise settles. */
export class QueuedRequest implements Arrival {
  inputs: Tensors
  data: readonly TensorData[]
  readonly rows: number
  readonly group: ShapeGroup
  readonly client: string
  readonly priority: number
  readonly arrived: number
  readonly deadline: number
  readonly generation: Generation

  /** The list in which it waits, and its neighbours there. */
  list: RequestList | null = null
  previous: QueuedRequest | null = null
  next: QueuedRequest | null = null

  /** Rows that have left the queue, rows whose results are here, and these, where they come from several batches. */
  taken = 0
  delivered = 0
  outputs: Tensors | null = null
  settled = false

  #resolve: (outputs: Tensors) => void
  #reject: (error: unknown) => void
  #release: (() => void) | null = null

  constructor(arrival: Arrival, resolve: (outputs: Tensors) => void, reject: (error: unknown) => void) {
    this.inputs = arrival.inputs
    this.data = arrival.data
    this.rows = arrival.rows
    this.group = arrival.group
    this.client = arrival.client
    this.priority = arrival.priority
    this.arrived = arrival.arrived
    this.deadline = arrival.deadline
    this.generation = arrival.generation
    this.generation.enter()
    this.#resolve = resolve
    this.#reject = reject
  }

  get waitingRows(): number {
    return this.rows - this.taken
  }

  /** Whether its inputs are as long as they were on arrival: an array that was transferred since then is empty. */
  intact(): boolean {
    return this.group.layouts.every(({ outer, inner }, i) => this.data[i]!.length === outer * inner * this.rows)
  }

  /** Calls `abort` when the signal fires before the request has settled. */
  listen(signal: AbortSignal, abort: () => void): void {
    signal.addEventListener('abort', abort, { once: true })
    this.#release = () => signal.removeEventListener('abort', abort)
  }

  resolve(outputs: Tensors): void {
    this.#settle()
    this.#resolve(outputs)
  }

  reject(error: unknown): void {
    this.#settle()
    this.#reject(error)
  }

  /** Lets go of what others own, since the deadline heap and a running batch may still hold the request. */
  #settle(): void {
    this.settled = true
    this.inputs = {}
    this.data = []
    this.outputs = null
    this.#release?.()
    this.generation.leave()
  }
}
