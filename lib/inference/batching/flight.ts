import type { Batch } from './batch.js'

/**
 * A batch is sent ahead this long before a lane is expected to be free, and a quarter of what runs there before that.
 */
const LEAD_MS = 1
const LEAD_SHARE = 0.25

/**
 * The batches that the engine has, oldest first. It works on as many as it has lanes; further ones wait inside it, so
 * that a lane never idles. They are sent late, just before a lane is expected to be free: until then their places are
 * open to whoever comes.
 */
export class Flight {
  readonly batches: Batch[] = []

  constructor(
    readonly lanes: number,
    readonly limit: number,
  ) {}

  get rows(): number {
    return this.batches.reduce((rows, batch) => rows + batch.rows, 0)
  }

  /**
   * When one more batch may be sent; Infinity: once one is done. None is sent ahead where places are kept for others.
   */
  opensAt(keepPlaces: () => boolean): number {
    const { batches, lanes, limit } = this
    if (batches.length >= limit) return Number.POSITIVE_INFINITY
    if (batches.length < lanes) return Number.NEGATIVE_INFINITY
    if (keepPlaces()) return Number.POSITIVE_INFINITY
    const opens: number[] = []
    for (const { started, group, size } of batches) {
      if (started === null) continue
      const expected = group.latency.estimate(size)
      opens.push(started + expected - LEAD_MS - expected * LEAD_SHARE)
    }
    opens.sort((a, b) => a - b)
    return opens[Math.min(batches.length - lanes, opens.length - 1)]!
  }

  add(batch: Batch, now: number): void {
    this.batches.push(batch)
    this.#startNext(now)
  }

  remove(batch: Batch, now: number): void {
    this.batches.splice(this.batches.indexOf(batch), 1)
    this.#startNext(now)
  }

  #startNext(now: number): void {
    const working = this.batches.reduce((count, { started }) => count + Number(started !== null), 0)
    if (working >= this.lanes) return
    const next = this.batches.find(({ started }) => started === null)
    if (next) next.started = now
  }
}
