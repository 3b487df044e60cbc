const SAMPLES = 8
const STALE_AFTER = 50

/**
 * How long a batch of each size takes, learned from those that ran: the median of the last eight of each grid size (a
 * late turn of the event loop makes one batch look longer and the next one shorter), linear between grid sizes. Where
 * it knows nothing it is optimistic: a larger size than any known costs no more, a smaller one its share.
 */
export class LatencyModel {
  readonly #samples: number[][]
  readonly #medians: Float64Array
  /** Milliseconds of all batches so far, and how many those were when each size last ran. */
  #busy_ms = 0
  readonly #ranAt: Float64Array

  /** @param grid batch sizes, ascending, whose durations are kept */
  constructor(readonly grid: readonly number[]) {
    this.#samples = grid.map(() => [])
    this.#medians = new Float64Array(grid.length)
    this.#ranAt = new Float64Array(grid.length)
  }

  /** Milliseconds that a batch of `size` will take; 0 where nothing has run yet. */
  estimate(size: number): number {
    return this.#interpolate(size, (index) => this.#medians[index]! > 0)
  }

  /**
   * The same, but sizes that have not run for 50 times their duration of work count as unknown, so that whoever chooses
   * by it tries them again: a slow moment rules none out for good.
   */
  hope(size: number): number {
    return this.#interpolate(size, (index) => this.#fresh(index))
  }

  /** A batch of `size`, no larger than the largest of the grid, took `ms`. */
  observe(size: number, ms: number): void {
    const index = this.grid.findIndex((entry) => entry >= size)
    const known = this.estimate(size)
    // Between grid sizes it counts for the next one, as much longer as that is expected to take.
    const scaled = known > 0 ? (ms * this.estimate(this.grid[index]!)) / known : ms
    const samples = this.#fresh(index) ? this.#samples[index]! : []
    this.#samples[index] = samples
    samples.push(Math.max(scaled, 1e-3))
    if (samples.length > SAMPLES) samples.shift()
    this.#medians[index] = [...samples].sort((a, b) => a - b)[(samples.length - 1) >> 1]!
    this.#busy_ms += ms
    this.#ranAt[index] = this.#busy_ms
  }

  /** Medians by grid size, of the sizes that have run. */
  measured(): Record<number, number> {
    const entries = this.grid.map((size, i) => [size, this.#medians[i]!] as const)
    return Object.fromEntries(entries.filter(([, ms]) => ms > 0))
  }

  #fresh(index: number): boolean {
    const median = this.#medians[index]!
    return median > 0 && this.#busy_ms - this.#ranAt[index]! <= STALE_AFTER * median
  }

  #interpolate(size: number, knows: (index: number) => boolean): number {
    const { grid } = this
    const medians = this.#medians
    let above = 0
    while (above < grid.length && (grid[above]! < size || !knows(above))) above++
    if (grid[above] === size) return medians[above]!
    let below = above - 1
    while (below >= 0 && (grid[below]! > size || !knows(below))) below--
    if (above === grid.length) return below < 0 ? 0 : medians[below]!
    if (below < 0) return (medians[above]! * size) / grid[above]!
    const share = (size - grid[below]!) / (grid[above]! - grid[below]!)
    return medians[below]! + share * (medians[above]! - medians[below]!)
  }
}
