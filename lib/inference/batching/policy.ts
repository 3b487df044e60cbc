/** What a policy sees of the moment at which a batch is formed. */
export interface BatchView {
  /** Rows of one shape that wait. */
  readonly waiting: number
  readonly maxBatch: number
  /** Sizes worth considering, ascending: those that run without padding, or powers of two where any size does. */
  readonly sizes: readonly number[]
  /** Where one client floods the queue while others come and go: rows of these others that wait. Else null. */
  readonly besideFlood: number | null
  /** Expected milliseconds of a batch of that many rows, padding included; 0 where none has run. */
  latencyMs(rows: number): number
}

/** Decides how many rows a batch gets. When it goes is the batcher's business. */
export interface BatchPolicy {
  readonly name: string
  /** Rows of the next batch; the batcher keeps it within 1, maxBatch and what waits. */
  size(view: BatchView): number
  /** Rows at which a batch no longer waits for more (maxDelayMs). Default: maxBatch. */
  full?(): number
  /** Told of every batch that succeeded: its rows and its milliseconds on the engine. */
  observe?(rows: number, ms: number): void
}

/** Of the best throughput, what a smaller batch must have: as a rule, and beside a flood. */
const AS_GOOD = 0.98
const ENOUGH = 1 / 3
/** Gain in throughput for which the rule is left. */
const MUCH_BETTER = 1.25

/**
 * The default, by measured latencies. Of what waits it takes the smallest batch whose throughput is as good as any
 * other's: where larger batches are nearly free all of it, where they are not little, which is then served the sooner.
 * Once a full batch waits it takes that, unless a smaller one is much better. While one client floods the queue and
 * others come and go, batches are short, since these wait for one of them and run in the next; the flood pays, with up
 * to two thirds of the throughput.
 */
export class DeadlinePolicy implements BatchPolicy {
  readonly name = 'deadline'

  size(view: BatchView): number {
    const { waiting, maxBatch, besideFlood } = view
    if (besideFlood !== null) {
      const short = smallest(view, maxBatch, ENOUGH)
      // The others get half of a batch. Should they have more than that, it grows if that helps.
      const ample = Math.min(maxBatch, 2 * besideFlood)
      return ample > short && gain(view, ample, short) >= MUCH_BETTER ? ample : short
    }
    if (waiting < maxBatch) return smallest(view, waiting, AS_GOOD)
    const best = smallest(view, maxBatch, 1)
    return gain(view, best, maxBatch) >= MUCH_BETTER ? best : maxBatch
  }
}

/** Throughput of batches of one size to that of another. */
function gain({ latencyMs }: BatchView, size: number, other: number): number {
  return ((size / other) * latencyMs(other)) / latencyMs(size)
}

/** The smallest size, up to `rows`, with that share of the best throughput; `rows` where nothing is known. */
function smallest({ sizes, latencyMs }: BatchView, rows: number, share: number): number {
  if (latencyMs(rows) === 0) return rows
  const throughput = (size: number) => size / latencyMs(size)
  let best = throughput(rows)
  for (const size of sizes) if (size < rows) best = Math.max(best, throughput(size))
  for (const size of sizes) if (size < rows && throughput(size) >= share * best) return size
  return rows
}

/**
 * The performance guide's rule: a batch slower than 1.2 times the target shrinks the size by 0.8, one faster than 0.8
 * times the target grows it by 1.2, by one row at least (the guide's own rounding never leaves size 1).
 */
export class AdaptivePolicy implements BatchPolicy {
  readonly name = 'adaptive'
  readonly #target_ms: number
  readonly #min: number
  readonly #max: number
  #current: number

  constructor(options: { targetMs?: number; min?: number; max?: number } = {}) {
    const { targetMs = 100, min = 1, max = 64 } = options
    this.#target_ms = targetMs
    this.#min = min
    this.#max = max
    this.#current = min
  }

  size(): number {
    return this.#current
  }

  full(): number {
    return this.#current
  }

  observe(_rows: number, ms: number): void {
    const current = this.#current
    if (ms > this.#target_ms * 1.2) this.#current = Math.max(this.#min, Math.floor(current * 0.8))
    else if (ms < this.#target_ms * 0.8)
      this.#current = Math.min(this.#max, Math.max(current + 1, Math.floor(current * 1.2)))
  }
}
