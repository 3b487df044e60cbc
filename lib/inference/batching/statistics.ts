import { type Durations, Histogram } from './histogram.js'
import type { StagingStats } from './staging.js'

/** Why a request ended without a result. */
export type Drop = 'queue_full' | 'deadline' | 'aborted' | 'closed' | 'failed'

/** What a batcher has done since it was made, and what it is doing. */
export interface BatcherStats {
  policy: string
  /** Requests by outcome. Requests that were refused for their inputs' shape or type are in none of them. */
  completed: number
  failed: number
  /** Refused or given up: the queue was full, the deadline passed, the caller aborted, the batcher closed. */
  dropped: Record<Exclude<Drop, 'failed'>, number>
  /** In the queue now; `held` of them beyond its bounds (queue.onFull 'wait'). */
  waiting: { requests: number; rows: number; held: number }
  in_flight: { batches: number; rows: number }
  batches: number
  /** Rows that ran, and rows of padding beside them. */
  rows: number
  padded_rows: number
  /** Batches by number of rows, padding left out. */
  batch_sizes: Record<number, number>
  /** Requests that ran again alone, after a batch that they shared had failed. */
  retried: number
  /** From arrival until the first row left the queue. */
  queue_ms: Durations
  /** Of batches: what the runner says that it computed, else from the moment at which it was free for them. */
  compute_ms: Durations
  /** Of completed requests, from arrival to result. */
  total_ms: Durations
  /** Learned milliseconds by batch size, of the shape that was used last. */
  latency_ms: Record<number, number>
  staging: StagingStats
}

export class Statistics {
  completed = 0
  failed = 0
  readonly dropped = { queue_full: 0, deadline: 0, aborted: 0, closed: 0 }
  batches = 0
  rows = 0
  padded_rows = 0
  readonly batch_sizes: Record<number, number> = {}
  retried = 0
  readonly queue_ms = new Histogram()
  readonly compute_ms = new Histogram()
  readonly total_ms = new Histogram()

  drop(reason: Drop): void {
    if (reason === 'failed') this.failed++
    else this.dropped[reason]++
  }

  sent(rows: number, size: number): void {
    this.batches++
    this.rows += rows
    this.padded_rows += size - rows
    this.batch_sizes[rows] = (this.batch_sizes[rows] ?? 0) + 1
  }
}
