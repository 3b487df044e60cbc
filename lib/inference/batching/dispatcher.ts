import { BrrrError } from '../../errors.js'
import type { RunTimes } from '../run-times.js'
import type { BatchRunner, TensorInfo, Tensors } from '../types.js'
import { Batch } from './batch.js'
import { Deadlines } from './deadlines.js'
import { FairQueue } from './fair-queue.js'
import { Flight } from './flight.js'
import type { BatchView } from './policy.js'
import type { Part, QueuedRequest } from './request.js'
import type { Settings } from './settings.js'
import type { ShapeGroup } from './shapes.js'
import { Staging } from './staging.js'
import type { Drop, Statistics } from './statistics.js'

/** A client counts as present for this long after a request. */
const PRESENT_MS = 5000
const LONGEST_TIMER_MS = 2 ** 31 - 1

/**
 * Takes requests from the queue into batches, these to the engine, and results back. It acts in turns: after requests
 * have come, a batch is done, or a time has been reached.
 */
export class Dispatcher {
  readonly queue: FairQueue
  readonly flight: Flight
  readonly staging: Staging
  /** While above zero no batch waits for more rows. */
  hurry = 0
  /** Called at the end of a turn. */
  afterTurn: () => void = () => {}

  readonly #runner: BatchRunner
  readonly #settings: Settings
  readonly #statistics: Statistics
  /** Empty where the model cannot be batched: its requests pass as they are. */
  readonly #inputs: readonly TensorInfo[]
  readonly #outputs: readonly TensorInfo[]
  readonly #deadlines = new Deadlines()
  /** Parts of batches that failed. */
  readonly #retries: Part[] = []
  #scheduled = false
  #timer: unknown = null
  #timerAt = Number.POSITIVE_INFINITY
  /** The two clients that were seen last. */
  #last = { client: '', at: Number.NEGATIVE_INFINITY }
  #other = { client: '', at: Number.NEGATIVE_INFINITY }

  constructor(runner: BatchRunner, settings: Settings, statistics: Statistics) {
    this.#runner = runner
    this.#settings = settings
    this.#statistics = statistics
    this.#inputs = runner.unbatchable === null ? runner.inputs : []
    this.#outputs = runner.unbatchable === null ? runner.outputs : []
    this.queue = new FairQueue(settings.priorities, settings.weight)
    this.flight = new Flight(settings.lanes, settings.inFlight)
    this.staging = new Staging(runner)
  }

  submit(request: QueuedRequest): void {
    if (request.client !== this.#last.client) [this.#other, this.#last] = [this.#last, this.#other]
    this.#last.client = request.client
    this.#last.at = request.arrived
    this.queue.push(request)
    if (request.deadline < Number.POSITIVE_INFINITY) {
      this.#deadlines.push(request)
      this.#wakeAt(request.deadline)
    }
    this.schedule()
  }

  /** Ends a request without a result, wherever it is. */
  fail(request: QueuedRequest, reason: Drop, error: unknown): void {
    const underWay = request.taken > 0
    if (request.list) this.queue.remove(request)
    this.#statistics.drop(reason)
    request.reject(error)
    if (request.deadline < Number.POSITIVE_INFINITY) this.#deadlines.noteSettled()
    if (underWay) for (const batch of this.flight.batches) batch.stopIfUnwanted()
    this.schedule()
  }

  /** Ends every request, waiting or under way. */
  failAll(reason: Drop, error: () => unknown): void {
    for (const request of [...this.queue]) this.fail(request, reason, error())
    const parts = [...this.#retries, ...this.flight.batches.flatMap((batch) => batch.parts)]
    for (const { request } of parts) if (!request.settled) this.fail(request, reason, error())
  }

  /** Resolves when the engine has no batch of ours any more. */
  async landed(): Promise<void> {
    await Promise.all(this.flight.batches.map((batch) => batch.landed))
  }

  /** A turn, once what is ready now has had its say. */
  schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    this.#settings.clock.defer(() => {
      this.#scheduled = false
      this.#turn()
    })
  }

  #turn(): void {
    const now = this.#settings.clock.now()
    this.#expire(now)
    const wakeAt = this.#sendAll(now)
    const idle = this.queue.requests === 0 && this.flight.batches.length === 0
    if (idle) this.#disarm()
    else this.#wakeAt(Math.min(wakeAt, this.#deadlines.next()))
    this.afterTurn()
  }

  #expire(now: number): void {
    for (let request = this.#deadlines.shift(now); request; request = this.#deadlines.shift(now)) {
      const given = Math.round(request.deadline - request.arrived)
      const where = request.taken > 0 ? 'it was under way' : 'it waited for the engine'
      this.fail(
        request,
        'deadline',
        new BrrrError('DEADLINE_EXCEEDED', `The deadline of ${given} ms passed: ${where}.`),
      )
    }
  }

  /** Sends whatever may go now; says when the next may, as far as that is a matter of time. */
  #sendAll(now: number): number {
    for (;;) {
      if (this.#retries.length + this.queue.requests === 0) return Number.POSITIVE_INFINITY
      const opens = this.flight.opensAt(() => this.#besideFlood() !== null)
      if (opens > now) return opens
      const retry = this.#retries.shift()
      if (retry) {
        if (!retry.request.settled) this.#send(retry.request.group, [retry], now)
        continue
      }
      const group = this.queue.choose((candidate) => this.#dueAt(candidate) <= now)
      if (!group) return this.#nextDue()
      const parts = this.queue.take(group, this.#batchRows(group), (request) => this.#refuse(request, now))
      if (parts.length === 0) continue
      for (const { request, from } of parts) if (from === 0) this.#statistics.queue_ms.record(now - request.arrived)
      this.#send(group, parts, now)
    }
  }

  /** When a batch of this shape should go, though it is not full. */
  #dueAt(group: ShapeGroup): number {
    const { maxDelayMs } = this.#settings
    if (maxDelayMs === 0 || this.hurry > 0 || group.waitingRows >= this.#full()) return Number.NEGATIVE_INFINITY
    const takes = 1.25 * group.latency.estimate(this.#padded(group.waitingRows)) + 1
    let due = Number.POSITIVE_INFINITY
    for (const request of this.queue)
      if (request.group === group) due = Math.min(due, request.arrived + maxDelayMs, request.deadline - takes)
    return due
  }

  #nextDue(): number {
    const groups = new Set<ShapeGroup>()
    for (const { group } of this.queue) groups.add(group)
    return Math.min(...[...groups].map((group) => this.#dueAt(group)))
  }

  #full(): number {
    const { policy, maxBatch } = this.#settings
    return this.#within(policy.full?.() ?? maxBatch)
  }

  /** Rows that have been held back to fill a batch all go into it. */
  #batchRows(group: ShapeGroup): number {
    const { policy, maxDelayMs } = this.#settings
    const size = maxDelayMs > 0 ? this.#full() : this.#within(policy.size(this.#view(group)))
    return Math.min(size, group.waitingRows)
  }

  #within(size: number): number {
    return Math.max(1, Math.min(Math.floor(size) || 1, this.#settings.maxBatch))
  }

  #padded(rows: number): number {
    return this.#settings.sizes?.find((size) => size >= rows) ?? rows
  }

  #view(group: ShapeGroup): BatchView {
    const { maxBatch, grid } = this.#settings
    const besideFlood = this.#besideFlood()
    const { latency } = group
    // Beside a flood nothing is tried out at the cost of the others.
    const latencyMs = (rows: number) => latency[besideFlood === null ? 'hope' : 'estimate'](this.#padded(rows))
    return { waiting: group.waitingRows, maxBatch, sizes: grid, besideFlood, latencyMs }
  }

  /** See BatchView. */
  #besideFlood(): number | null {
    if (this.#other.at === Number.NEGATIVE_INFINITY) return null
    const now = this.#settings.clock.now()
    const flood = this.queue.dominant()
    const present = [this.#last, this.#other].some(({ client, at }) => client !== flood?.name && now - at < PRESENT_MS)
    return flood && present ? this.queue.rows - flood.rows : null
  }

  /** Ends a request that cannot be served, when its turn has come. */
  #refuse(request: QueuedRequest, now: number): boolean {
    if (!request.intact()) {
      const message =
        'An input changed its length while the request waited. Transfer or resize inputs after run() has settled.'
      this.fail(request, 'failed', new BrrrError('INVALID_ARGUMENT', message))
      return true
    }
    // On an idle engine even a hopeless request runs: it corrects the estimate.
    if (request.deadline === Number.POSITIVE_INFINITY || this.flight.batches.length === 0) return false
    const least = request.group.latency.estimate(this.#padded(Math.min(request.waitingRows, this.#settings.maxBatch)))
    if (now + least <= request.deadline) return false
    const left = Math.max(0, request.deadline - now).toFixed(1)
    const message = `The deadline cannot be met any more: ${left} ms are left, a run takes ${least.toFixed(1)} ms.`
    this.fail(request, 'deadline', new BrrrError('DEADLINE_EXCEEDED', message))
    return true
  }

  #send(group: ShapeGroup, parts: Part[], now: number): void {
    const rows = parts.reduce((sum, part) => sum + part.rows, 0)
    const batch = new Batch(group, parts, rows, this.#padded(rows))
    batch.sent = now
    this.#statistics.sent(rows, batch.size)
    this.flight.add(batch, now)
    batch.landed = this.#run(batch).then(
      (results) => this.#finish(batch, results),
      (error) => this.#finish(batch, null, error),
    )
  }

  async #run(batch: Batch): Promise<Tensors> {
    const onTimes = (times: RunTimes) => {
      batch.times = times
    }
    return this.#runner.run(batch.gather(this.#inputs, this.staging), { signal: batch.controller.signal, onTimes })
  }

  #finish(batch: Batch, results: Tensors | null, error?: unknown): void {
    const now = this.#settings.clock.now()
    this.flight.remove(batch, now)
    if (batch.slab) this.staging.release(batch.slab)
    const { rows, size, sent } = batch
    this.#runner.noteBatch?.({
      ...{ rows, size, requests: batch.parts.length, sent_ms: sent, done_ms: now, failed: !results },
    })
    if (results) {
      this.#learn(batch, now)
      try {
        batch.deliver(this.#outputs, results, ({ request }, outputs) => this.#complete(request, outputs, now))
      } catch (fault) {
        this.#recover(batch, fault)
      }
    } else this.#recover(batch, error)
    this.schedule()
  }

  /** By the engine's own times, which no late turn of the event loop lengthens, else by ours. */
  #learn({ group, rows, size, started, times }: Batch, now: number): void {
    const lane_ms = times?.lane_ms ?? (started === null ? null : now - started)
    if (lane_ms === null) return
    const compute_ms = times?.compute_ms ?? lane_ms
    group.latency.observe(size, lane_ms)
    this.#settings.policy.observe?.(rows, compute_ms)
    this.#statistics.compute_ms.record(compute_ms)
  }

  #complete(request: QueuedRequest, outputs: Tensors, now: number): void {
    this.#statistics.completed++
    this.#statistics.total_ms.record(now - request.arrived)
    request.resolve(outputs)
    if (request.deadline < Number.POSITIVE_INFINITY) this.#deadlines.noteSettled()
  }

  /** After a failed batch: each of its requests runs again alone, once, so that only the culprit fails. */
  #recover({ parts }: Batch, error: unknown): void {
    const left = parts.filter(({ request }) => !request.settled)
    const closed = (error as { code?: unknown } | null)?.code === 'CLOSED'
    if (parts.length === 1 || closed) {
      for (const { request } of left) if (!request.settled) this.fail(request, 'failed', error)
      return
    }
    this.#statistics.retried += left.length
    this.#retries.push(...left)
  }

  #wakeAt(at: number): void {
    if (at >= this.#timerAt || at === Number.POSITIVE_INFINITY) return
    const { clock } = this.#settings
    clock.clearTimeout(this.#timer)
    this.#timerAt = at
    const wait = Math.min(Math.max(0, Math.ceil(at - clock.now())), LONGEST_TIMER_MS)
    this.#timer = clock.setTimeout(() => {
      this.#timerAt = Number.POSITIVE_INFINITY
      this.#turn()
    }, wait)
  }

  #disarm(): void {
    this.#settings.clock.clearTimeout(this.#timer)
    this.#timerAt = Number.POSITIVE_INFINITY
  }
}
