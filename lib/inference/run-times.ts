// Where the time of one run went, from what the addon timed.
import type { Binding } from '../native.js'

/** Milliseconds. null: the backend has no such part (the CPU copies and launches nothing), or could not time it. */
export interface RunTimes {
  /** From run() until a lane took it up. */
  readonly queue_ms: number
  /** From then until its results were there. On a GPU it includes waiting for the lane's other run. */
  readonly lane_ms: number
  /** Host time of the call that put the computation on the device: trtexec's enqueue time. */
  readonly enqueue_ms: number | null
  /** By the device's events: copies in, the computation, copies out. */
  readonly h2d_ms: number | null
  readonly compute_ms: number | null
  readonly d2h_ms: number | null
  /** From the start of the first of these three parts to the end of the last, on the clock of process.hrtime(). */
  readonly begin_ms: number
  readonly end_ms: number
}

/** Start and end in nanoseconds; null where there is none. */
export type Span = readonly [start: number, end: number] | null

/** NativeTimes by name. */
export function spansOf(times: Binding.NativeTimes) {
  const span = (index: number): Span => (times[index] ? [times[index]!, times[index + 1]!] : null)
  const [queued, started, finished] = times as [number, number, number]
  return { queued, started, finished, launch: span(3), toDevice: span(5), compute: span(7), fromDevice: span(9) }
}

const lengthOf = (span: Span) => span && (span[1] - span[0]) / 1e6

export function toRunTimes(times: Binding.NativeTimes): RunTimes {
  const { queued, started, finished, launch, toDevice, compute, fromDevice } = spansOf(times)
  return {
    queue_ms: (started - queued) / 1e6,
    lane_ms: (finished - started) / 1e6,
    enqueue_ms: lengthOf(launch),
    h2d_ms: lengthOf(toDevice),
    compute_ms: lengthOf(compute),
    d2h_ms: lengthOf(fromDevice),
    begin_ms: ((toDevice ?? compute)?.[0] ?? started) / 1e6,
    end_ms: ((fromDevice ?? compute)?.[1] ?? finished) / 1e6,
  }
}
