/** The requests accepted between two calls of drain(). */
export class Generation {
  #pending = 0
  #closed = false
  #done: () => void = () => {}
  readonly #empty = new Promise<void>((resolve) => {
    this.#done = resolve
  })

  enter(): void {
    this.#pending++
  }

  leave(): void {
    if (--this.#pending === 0 && this.#closed) this.#done()
  }

  /** Takes no more; resolves when all have settled. */
  close(): Promise<void> {
    this.#closed = true
    if (this.#pending === 0) this.#done()
    return this.#empty
  }
}
