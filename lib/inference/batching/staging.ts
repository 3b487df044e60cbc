import { ARRAYS, countOf } from '../tensor.js'
import type { BatchRunner, TensorInfo, Tensors } from '../types.js'
import type { ShapeGroup } from './shapes.js'

/** Input memory of one batch: one buffer per input, and the tensors that are laid over it. */
export interface Slab {
  buffers: ArrayBufferLike[]
  group: ShapeGroup | null
  size: number
  tensors: Tensors
}

export interface StagingStats {
  /** Held now, in use or not, and the most that was held at one time. */
  bytes: number
  peak_bytes: number
  /** Slabs of one batch each: never more than batches in flight. */
  slabs: number
  /** Batches that found memory of the right size, and those for which it had to be allocated. */
  reused: number
  allocated: number
}

/**
 * Memory that batches are gathered into, used again as soon as a batch is done, and grown to the largest batch seen.
 */
export class Staging {
  readonly #runner: Pick<BatchRunner, 'inputs' | 'buffer'>
  readonly #inputs: readonly TensorInfo[]
  readonly #free: Slab[] = []
  readonly #stats: StagingStats = { bytes: 0, peak_bytes: 0, slabs: 0, reused: 0, allocated: 0 }

  constructor(runner: Pick<BatchRunner, 'inputs' | 'buffer'>) {
    this.#runner = runner
    this.#inputs = runner.inputs
  }

  get stats(): StagingStats {
    return { ...this.#stats }
  }

  acquire(group: ShapeGroup, size: number): Slab {
    const same = this.#free.findIndex((slab) => slab.group === group && slab.size === size)
    if (same >= 0) {
      this.#stats.reused++
      return this.#free.splice(same, 1)[0]!
    }
    const slab = this.#free.pop() ?? this.#newSlab()
    const shapes = this.#inputs.map((_, input) => group.dims(input, size))
    this.#grow(slab, shapes)
    slab.group = group
    slab.size = size
    slab.tensors = Object.fromEntries(
      this.#inputs.map(({ name, type }, i) => {
        const dims = shapes[i]!
        return [name, { data: new ARRAYS[type](slab.buffers[i] as ArrayBuffer, 0, countOf(dims)), dims }]
      }),
    )
    return slab
  }

  release(slab: Slab): void {
    this.#free.push(slab)
  }

  /** Lets go of what is not in use. */
  clear(): void {
    for (const { buffers } of this.#free) for (const buffer of buffers) this.#stats.bytes -= buffer.byteLength
    this.#stats.slabs -= this.#free.length
    this.#free.length = 0
  }

  #newSlab(): Slab {
    this.#stats.slabs++
    return { buffers: this.#inputs.map(() => new ArrayBuffer(0)), group: null, size: 0, tensors: {} }
  }

  #grow(slab: Slab, shapes: readonly (readonly number[])[]): void {
    const stats = this.#stats
    let grown = false
    this.#inputs.forEach(({ name, type }, i) => {
      const dims = shapes[i]!
      const old_bytes = slab.buffers[i]!.byteLength
      const bytes = countOf(dims) * ARRAYS[type].BYTES_PER_ELEMENT
      if (bytes <= old_bytes) return
      grown = true
      slab.buffers[i] = this.#runner.buffer?.(name, dims).data.buffer ?? new ArrayBuffer(bytes)
      stats.bytes += slab.buffers[i]!.byteLength - old_bytes
    })
    if (grown) stats.allocated++
    else stats.reused++
    stats.peak_bytes = Math.max(stats.peak_bytes, stats.bytes)
  }
}
