/** Time as the batcher sees it. */
export interface Clock {
  /** Milliseconds; never goes back. */
  now(): number
  setTimeout(call: () => void, ms: number): unknown
  clearTimeout(timer: unknown): void
  /**
   * Calls after what is ready in this turn of the event loop, so that requests that arrive together are seen together.
   */
  defer(call: () => void): void
}

export const systemClock: Clock = {
  now: () => performance.now(),
  setTimeout: (call, ms) => setTimeout(call, ms),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
  defer: (call) => void setImmediate(call),
}
