import { BrrrError } from '../errors.js'
import { Dispatcher } from './batching/dispatcher.js'
import { Generation } from './batching/generation.js'
import { LatencyModel } from './batching/latency.js'
import { QueuedRequest } from './batching/request.js'
import { type BatcherOptions, resolveSettings, type Settings } from './batching/settings.js'
import { type RequestShape, RequestShapes, ShapeGroup } from './batching/shapes.js'
import { type BatcherStats, Statistics } from './batching/statistics.js'
import { warmUp } from './batching/warm-up.js'
import type { BatchRunner, Tensors } from './types.js'

export type { Clock } from './batching/clock.js'
export type { Durations } from './batching/histogram.js'
export { AdaptivePolicy, type BatchPolicy, type BatchView, DeadlinePolicy } from './batching/policy.js'
export type { BatcherOptions, QueueOptions } from './batching/settings.js'
export type { StagingStats } from './batching/staging.js'
export type { BatcherStats } from './batching/statistics.js'

export interface BatchRequest {
  /** Whose request it is: clients of one priority share the engine by their weights. */
  client?: string | undefined
  /** 0 is served first. Default: the middle one. */
  priority?: number | undefined
  /** Milliseconds from now; later the request rejects with DEADLINE_EXCEEDED, at once wherever it is. */
  deadlineMs?: number | undefined
  /** The request rejects with ABORTED, at once wherever it is; a run that nobody else shares is stopped. */
  signal?: AbortSignal | undefined
}

/**
 * Joins requests to a model into batches. Each brings one or more rows (items along the batch axis) and gets the
 * results of exactly these, in their order. Requests of different shapes never share a batch; one of more than maxBatch
 * rows is split. When a shared batch fails its requests run again alone, so that only the culprit fails. Where the
 * model cannot be batched (`runner.unbatchable`), requests run one by one under the same rules.
 *
 * A batch goes when the engine is free for it, and with maxDelayMs then only once it is full, its oldest request has
 * waited that long, or a deadline less the expected run is near.
 *
 * The runner stays the caller's: close it after the batcher.
 */
export class Batcher {
  readonly #settings: Settings
  readonly #runner: BatchRunner
  readonly #statistics = new Statistics()
  readonly #dispatcher: Dispatcher
  /** Null where the model cannot be batched. */
  readonly #shapes: RequestShapes | null
  readonly #alone: ShapeGroup
  #lastGroup: ShapeGroup
  #generation = new Generation()
  #earlier: Promise<unknown> = Promise.resolve()
  #open = true
  /** Producers that wait in room(). */
  #producers: { resolve: () => void; reject: (error: unknown) => void }[] = []

  constructor(runner: BatchRunner, options: BatcherOptions = {}) {
    this.#runner = runner
    this.#settings = resolveSettings(runner, options)
    this.#dispatcher = new Dispatcher(runner, this.#settings, this.#statistics)
    this.#dispatcher.afterTurn = () => this.#callProducers()
    const newLatency = () => new LatencyModel(this.#settings.grid)
    this.#shapes = runner.unbatchable === null ? new RequestShapes(runner, newLatency) : null
    this.#alone = new ShapeGroup('', [], () => [], newLatency())
    this.#lastGroup = this.#alone
  }

  /**
   * Runs the rows of one request. Neither change nor transfer the inputs before the promise settles. Results may be
   * views of a whole batch's arrays, which live as long as any of its views.
   *
   * Rejects with INVALID_ARGUMENT, SHAPE_MISMATCH or TYPE_MISMATCH for inputs that the model does not take, QUEUE_FULL,
   * DEADLINE_EXCEEDED, ABORTED, CLOSED, or with what the runner rejected this request with.
   */
  run(inputs: Tensors, options: BatchRequest = {}): Promise<Tensors> {
    return new Promise((resolve, reject) => this.#accept(inputs, options, resolve, reject))
  }

  /**
   * Measures the latency of every batch size on rows like those of `example` (zeros where the shape is fixed), so that
   * the first requests already meet a batcher that knows it.
   */
  async warmUp(example?: Tensors): Promise<void> {
    if (!this.#open) throw closedError()
    if (!this.#shapes) return
    await warmUp(this.#runner, this.#shapes, this.#settings, this.#dispatcher.staging, example)
  }

  /** Resolves when the queue has room for a request: in the order in which producers asked, one per place. */
  room(): Promise<void> {
    if (!this.#open) return Promise.reject(closedError())
    return new Promise((resolve, reject) => {
      this.#producers.push({ resolve, reject })
      this.#callProducers()
    })
  }

  /** Requests in the queue: what a load balancer or a producer may look at often. */
  get waiting(): number {
    return this.#dispatcher.queue.requests
  }

  stats(): BatcherStats {
    const { completed, failed, dropped, batches, rows, padded_rows, batch_sizes, retried } = this.#statistics
    const { queue, flight, staging } = this.#dispatcher
    const held = Math.max(0, queue.requests - this.#settings.queueRequests)
    return {
      policy: this.#settings.policy.name,
      ...{ completed, failed, dropped: { ...dropped }, retried },
      waiting: { requests: queue.requests, rows: queue.rows, held },
      in_flight: { batches: flight.batches.length, rows: flight.rows },
      ...{ batches, rows, padded_rows, batch_sizes: { ...batch_sizes } },
      queue_ms: this.#statistics.queue_ms.summary(),
      compute_ms: this.#statistics.compute_ms.summary(),
      total_ms: this.#statistics.total_ms.summary(),
      latency_ms: this.#lastGroup.latency.measured(),
      staging: staging.stats,
    }
  }

  /**
   * Resolves when every request accepted so far has settled; meanwhile no batch waits to be full. More are accepted.
   */
  async drain(): Promise<void> {
    const accepted = this.#generation
    this.#generation = new Generation()
    this.#earlier = Promise.all([this.#earlier, accepted.close()])
    this.#dispatcher.hurry++
    this.#dispatcher.schedule()
    await this.#earlier
    this.#dispatcher.hurry--
  }

  /**
   * Takes no more requests. Those accepted reject with CLOSED and their runs are stopped, or are finished if `drain`;
   * resolves when nothing runs any more. May be called again, also to cut a drain short.
   */
  async close(options: { drain?: boolean } = {}): Promise<void> {
    this.#open = false
    for (const { reject } of this.#producers.splice(0)) reject(closedError())
    const drained = this.drain()
    if (!options.drain) this.#dispatcher.failAll('closed', closedError)
    await drained
    await this.#dispatcher.landed()
    this.#dispatcher.staging.clear()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #accept(
    inputs: Tensors,
    { client = '', priority, deadlineMs, signal }: BatchRequest,
    resolve: (outputs: Tensors) => void,
    reject: (error: unknown) => void,
  ): void {
    if (!this.#open) throw closedError()
    if (signal?.aborted) throw abortedError(signal)
    const { clock, priorities } = this.#settings
    const level = priority ?? priorities >> 1
    if (!Number.isInteger(level) || level < 0 || level >= priorities)
      throw new BrrrError(
        'INVALID_ARGUMENT',
        `priority must be a whole number from 0 to ${priorities - 1}; got ${priority}.`,
      )
    if (deadlineMs !== undefined && !(deadlineMs > 0))
      throw new BrrrError('INVALID_ARGUMENT', `deadlineMs must be more than 0; got ${deadlineMs}.`)
    const { rows, group, data } = this.#measure(inputs)
    this.#makeRoom(rows, level, client)
    const arrived = clock.now()
    const deadline = deadlineMs === undefined ? Number.POSITIVE_INFINITY : arrived + deadlineMs
    const arrival = {
      inputs,
      data,
      rows,
      group,
      client,
      priority: level,
      arrived,
      deadline,
      generation: this.#generation,
    }
    const request = new QueuedRequest(arrival, resolve, reject)
    if (signal) request.listen(signal, () => this.#dispatcher.fail(request, 'aborted', abortedError(signal)))
    this.#lastGroup = group
    this.#dispatcher.submit(request)
  }

  #measure(inputs: Tensors): RequestShape {
    return this.#shapes?.measure(inputs) ?? { rows: 1, group: this.#alone, data: [] }
  }

  #fits(rows: number): boolean {
    const { queue } = this.#dispatcher
    const { queueRequests, queueRows } = this.#settings
    return queue.requests < queueRequests && queue.rows + rows <= queueRows
  }

  /** Throws QUEUE_FULL, or lets a request of a client that holds more, or of a lesser priority, give way. */
  #makeRoom(rows: number, priority: number, client: string): void {
    const { queueRows, onFull } = this.#settings
    if (rows > queueRows)
      throw new BrrrError('INVALID_ARGUMENT', `A request of ${rows} rows can never fit a queue of ${queueRows} rows.`)
    if (onFull === 'wait' || this.#fits(rows)) return
    const { queue } = this.#dispatcher
    const victim = queue.toDisplace(priority, client, rows)
    if (victim && queue.rows - victim.rows + rows <= queueRows) {
      this.#dispatcher.fail(
        victim,
        'queue_full',
        fullError(queue, 'another client or a more urgent request took the place'),
      )
      return
    }
    this.#statistics.drop('queue_full')
    throw fullError(queue, 'try again later')
  }

  #callProducers(): void {
    const { queue } = this.#dispatcher
    const places = Math.min(this.#settings.queueRequests - queue.requests, this.#fits(1) ? Number.POSITIVE_INFINITY : 0)
    for (const { resolve } of this.#producers.splice(0, Math.max(0, places))) resolve()
  }
}

function fullError(queue: { requests: number; rows: number }, what: string): BrrrError {
  return new BrrrError('QUEUE_FULL', `The queue is full (${queue.requests} requests, ${queue.rows} rows): ${what}.`)
}

function closedError(): BrrrError {
  return new BrrrError('CLOSED', 'The batcher is closed.')
}

function abortedError(signal: AbortSignal): BrrrError {
  return new BrrrError('ABORTED', 'The request was aborted.', { cause: signal.reason })
}
