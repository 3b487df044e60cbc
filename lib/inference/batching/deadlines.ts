import type { QueuedRequest } from './request.js'

/** Unsettled requests by deadline: a binary heap that forgets settled ones when it meets them, or when half are. */
export class Deadlines {
  #heap: QueuedRequest[] = []
  #settled = 0

  push(request: QueuedRequest): void {
    const heap = this.#heap
    let at = heap.push(request) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (heap[parent]!.deadline <= request.deadline) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = request
  }

  /** The next deadline; Infinity where there is none. */
  next(): number {
    while (this.#heap[0]?.settled) this.#pop()
    return this.#heap[0]?.deadline ?? Number.POSITIVE_INFINITY
  }

  /** Takes out a request whose deadline has come. */
  shift(now: number): QueuedRequest | null {
    return this.next() <= now ? this.#pop() : null
  }

  /** To be told of each settled request that had a deadline. */
  noteSettled(): void {
    if (++this.#settled < 64 || this.#settled * 2 < this.#heap.length) return
    // A sorted array is a heap.
    this.#heap = this.#heap.filter((request) => !request.settled).sort((a, b) => a.deadline - b.deadline)
    this.#settled = 0
  }

  #pop(): QueuedRequest {
    const heap = this.#heap
    const first = heap[0]!
    const last = heap.pop()!
    if (first.settled && this.#settled > 0) this.#settled--
    if (heap.length === 0) return first
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && heap[child + 1]!.deadline < heap[child]!.deadline) child++
      if (heap[child]!.deadline >= last.deadline) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = last
    return first
  }
}
