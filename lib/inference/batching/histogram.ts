/** What is said of many durations, in milliseconds; zeros where there were none. */
export interface Durations {
  count: number
  mean: number
  p50: number
  p95: number
  p99: number
  max: number
}

const STEPS = 32
const OCTAVES = 40

/**
 * Durations counted in buckets that are 1/32 of their octave wide, from 1 us on: a percentile is at most 3.2 % too
 * high.
 */
export class Histogram {
  readonly #counts = new Uint32Array(STEPS * OCTAVES)
  #count = 0
  #sum = 0
  #max = 0

  record(ms: number): void {
    const us = Math.max(1, ms * 1000)
    const octave = Math.min(OCTAVES - 1, Math.floor(Math.log2(us)))
    const step = Math.min(STEPS - 1, Math.max(0, Math.floor((us / 2 ** octave - 1) * STEPS)))
    this.#counts[octave * STEPS + step]!++
    this.#count++
    this.#sum += ms
    if (ms > this.#max) this.#max = ms
  }

  percentile(percent: number): number {
    let left = Math.max(1, Math.ceil((this.#count * percent) / 100))
    for (let i = 0; i < this.#counts.length; i++) {
      left -= this.#counts[i]!
      if (left <= 0) {
        const upper_us = 2 ** Math.floor(i / STEPS) * (1 + ((i % STEPS) + 1) / STEPS)
        return Math.min(this.#max, upper_us / 1000)
      }
    }
    return this.#max
  }

  summary(): Durations {
    const [p50, p95, p99] = [50, 95, 99].map((percent) => this.percentile(percent)) as [number, number, number]
    return { count: this.#count, mean: this.#count ? this.#sum / this.#count : 0, p50, p95, p99, max: this.#max }
  }
}
