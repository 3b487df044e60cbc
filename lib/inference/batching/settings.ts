import { BrrrError } from '../../errors.js'
import type { BatchRunner } from '../types.js'
import { type Clock, systemClock } from './clock.js'
import { AdaptivePolicy, type BatchPolicy, DeadlinePolicy } from './policy.js'

export interface BatcherOptions {
  /**
   * How many rows a batch gets: by measured latency (default), by the performance guide's rule, or a policy of your
   * own.
   */
  policy?: 'deadline' | 'adaptive' | BatchPolicy | undefined
  /** Most rows of a batch. Default: the runner's largest size, else 64. */
  maxBatch?: number | undefined
  /** Sizes that batches are padded to, ascending; null: none. Default: those of the runner. */
  sizes?: readonly number[] | null | undefined
  /** Batches that the engine has at one time. Default: twice what it works on at one time. */
  inFlight?: number | undefined
  /** How long a batch that is not full waits for more rows, though the engine is free. Default 0. */
  maxDelayMs?: number | undefined
  queue?: QueueOptions | undefined
  /** Number of priorities. Default 3: 0 is served first, 1 is a request's default, 2 comes last. */
  priorities?: number | undefined
  /** Shares of clients of one priority, by name; those not named weigh 1. */
  weights?: Readonly<Record<string, number>> | undefined
  /** Another clock, for tests. */
  clock?: Clock | undefined
}

export interface QueueOptions {
  /** Bounds on what waits. Default: 1024 requests, any number of rows. */
  requests?: number | undefined
  rows?: number | undefined
  /**
   * Beyond the bounds: 'reject' (default) refuses with QUEUE_FULL, 'wait' holds the request in the same fair order;
   * `room()` tells a producer when to go on.
   */
  onFull?: 'reject' | 'wait' | undefined
}

/** Options with nothing left open. */
export interface Settings {
  readonly policy: BatchPolicy
  readonly maxBatch: number
  readonly sizes: readonly number[] | null
  /** Sizes whose latency is kept: `sizes`, else powers of two and the largest batch. */
  readonly grid: readonly number[]
  readonly lanes: number
  readonly inFlight: number
  readonly maxDelayMs: number
  readonly queueRequests: number
  readonly queueRows: number
  readonly onFull: 'reject' | 'wait'
  readonly priorities: number
  readonly weight: (client: string) => number
  readonly clock: Clock
}

const DEFAULT_MAX_BATCH = 64
const DEFAULT_QUEUE_REQUESTS = 1024
const DEFAULT_PRIORITIES = 3

function count(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value
  throw new BrrrError('INVALID_ARGUMENT', `${name} must be a whole number from 1 on; got ${value}.`)
}

function oneOf<T extends string>(name: string, value: T, allowed: readonly T[]): T {
  if (allowed.includes(value)) return value
  throw new BrrrError('INVALID_ARGUMENT', `${name} must be ${allowed.map((a) => `'${a}'`).join(' or ')}; got ${value}.`)
}

function choosePolicy(policy: BatcherOptions['policy'], maxBatch: number): BatchPolicy {
  if (typeof policy === 'object' && typeof policy.size === 'function') return policy
  const name = oneOf('policy', policy as string, ['deadline', 'adaptive'])
  return name === 'deadline' ? new DeadlinePolicy() : new AdaptivePolicy({ max: Math.min(64, maxBatch) })
}

function powersOfTwo(max: number): number[] {
  const sizes: number[] = []
  for (let size = 1; size < max; size *= 2) sizes.push(size)
  return [...sizes, max]
}

function checkSizes(sizes: readonly number[] | null): readonly number[] | null {
  if (sizes === null) return null
  for (const [i, size] of sizes.entries()) {
    count('Every one of sizes', size)
    if (i > 0 && size <= sizes[i - 1]!) throw new BrrrError('INVALID_ARGUMENT', `sizes must ascend; got ${sizes}.`)
  }
  return sizes.length > 0 ? sizes : null
}

function weights(given: Readonly<Record<string, number>>): (client: string) => number {
  for (const [client, weight] of Object.entries(given))
    if (!(weight >= 0.01 && weight <= 100))
      throw new BrrrError('INVALID_ARGUMENT', `The weight of ${client} must lie between 0.01 and 100; got ${weight}.`)
  const table = new Map(Object.entries(given))
  return (client) => table.get(client) ?? 1
}

export function resolveSettings(runner: BatchRunner, options: BatcherOptions): Settings {
  const alone = runner.unbatchable !== null
  const sizes = alone ? null : checkSizes(options.sizes === undefined ? runner.batchSizes : options.sizes)
  const largest = sizes?.at(-1)
  const maxBatch = alone ? 1 : count('maxBatch', options.maxBatch ?? largest ?? DEFAULT_MAX_BATCH)
  if (largest !== undefined && maxBatch > largest)
    throw new BrrrError('INVALID_ARGUMENT', `maxBatch is ${maxBatch}, but the largest of sizes is ${largest}.`)
  const { maxDelayMs = 0, queue = {}, priorities = DEFAULT_PRIORITIES } = options
  if (!(maxDelayMs >= 0)) throw new BrrrError('INVALID_ARGUMENT', `maxDelayMs must be 0 or more; got ${maxDelayMs}.`)
  const lanes = Math.max(1, runner.concurrency)
  return {
    policy: choosePolicy(options.policy ?? 'deadline', maxBatch),
    maxBatch,
    sizes,
    grid: sizes?.filter((_, i) => i === 0 || sizes[i - 1]! < maxBatch) ?? powersOfTwo(maxBatch),
    lanes,
    inFlight: count('inFlight', options.inFlight ?? 2 * lanes),
    maxDelayMs,
    queueRequests: count('queue.requests', queue.requests ?? DEFAULT_QUEUE_REQUESTS),
    queueRows: queue.rows === undefined ? Number.POSITIVE_INFINITY : count('queue.rows', queue.rows),
    onFull: oneOf('queue.onFull', queue.onFull ?? 'reject', ['reject', 'wait']),
    priorities: count('priorities', priorities),
    weight: weights(options.weights ?? {}),
    clock: options.clock ?? systemClock,
  }
}
