// Open-loop arrivals: requests come when they come, whether or not earlier ones have been answered.
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'

/** Exponential gaps of one sequence: the same in each run. */
export function poisson(seed: number): (mean: number) => number {
  let state = seed
  return (mean) => {
    state = (state * 16807) % 2147483647
    return -Math.log(1 - state / 2147483647) * mean
  }
}

export interface Arrivals {
  rate_hz: number
  seconds: number
  /**
   * Turns of the event loop until a request is due, to the microsecond; without, timers, to the millisecond, at little
   * CPU.
   */
  spin: boolean
}

/**
 * Calls `arrive` at Poisson times for so long; says how often. Each call is told when it was due, from which latency
 * counts: a loop that falls behind must not hide it.
 */
export async function openLoop({ rate_hz, seconds, spin }: Arrivals, arrive: (due: number) => void): Promise<number> {
  const gap = poisson(1)
  const started = performance.now()
  const end = started + seconds * 1000
  let count = 0
  for (let due = started + gap(1000 / rate_hz); due < end; due += gap(1000 / rate_hz)) {
    for (let left = due - performance.now(); left > 0; left = due - performance.now())
      if (spin && left <= 2) await nextTurn()
      else await sleep(Math.max(1, left - 1))
    arrive(due)
    count++
  }
  return count
}
