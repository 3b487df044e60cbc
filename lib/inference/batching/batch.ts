import { BrrrError } from '../../errors.js'
import type { RunTimes } from '../run-times.js'
import type { TensorInfo, Tensors } from '../types.js'
import type { Part } from './request.js'
import { copyRows, rowLayout, type ShapeGroup } from './shapes.js'
import type { Slab, Staging } from './staging.js'

/** Rows on their way through the engine. */
export class Batch {
  readonly controller = new AbortController()
  slab: Slab | null = null
  sent = 0
  /** When the engine began to work on it, not merely held it; null before. */
  started: number | null = null
  /** The engine's own account, where it gives one. */
  times: RunTimes | null = null
  /** Resolves when the engine has given it back, with or without results. */
  landed: Promise<void> = Promise.resolve()

  constructor(
    readonly group: ShapeGroup,
    readonly parts: readonly Part[],
    readonly rows: number,
    /** Rows with padding. */
    readonly size: number,
  ) {}

  /** Stops the run once nobody wants its results. */
  stopIfUnwanted(): void {
    if (this.parts.every(({ request }) => request.settled)) this.controller.abort()
  }

  /** The inputs of the run: a lone request's own where they fit, else its rows gathered in memory from `staging`. */
  gather(inputs: readonly TensorInfo[], staging: Staging): Tensors {
    const [{ request, rows }] = this.parts as [Part]
    if (inputs.length === 0 || (rows === request.rows && rows === this.size)) return request.inputs
    this.slab = staging.acquire(this.group, this.size)
    const { tensors } = this.slab
    inputs.forEach(({ name }, i) => {
      const layout = this.group.layouts[i]!
      const target = tensors[name]!.data
      let start = 0
      for (const { request, from, rows } of this.parts) {
        const source = { data: request.data[i]!, total: request.rows, start: from }
        copyRows(source, { data: target, total: this.size, start }, rows, layout)
        start += rows
      }
      clearRows(target as Float32Array, this.size, start, layout)
    })
    return tensors
  }

  /** Hands every request its rows. Views of the batch's own arrays where the rows of an output lie together. */
  deliver(outputs: readonly TensorInfo[], results: Tensors, done: (part: Part, results: Tensors) => void): void {
    if (outputs.length === 0) {
      done(this.parts[0]!, results)
      return
    }
    for (const info of outputs) checkOutput(info, results, this.size)
    let start = 0
    for (const part of this.parts) {
      if (!part.request.settled) {
        if (part.rows === part.request.rows) done(part, this.#slice(outputs, results, start, part.rows))
        else this.#assemble(outputs, results, start, part, done)
      }
      start += part.rows
    }
  }

  #slice(outputs: readonly TensorInfo[], results: Tensors, start: number, rows: number): Tensors {
    if (rows === this.size) return results
    const slices: Tensors = {}
    for (const { name, batchAxis } of outputs) {
      const { data, dims } = results[name]!
      const layout = rowLayout(dims, batchAxis!)
      const own = dims.map((size, axis) => (axis === batchAxis ? rows : size))
      if (layout.outer === 1) {
        slices[name] = { data: data.subarray(start * layout.inner, (start + rows) * layout.inner), dims: own }
        continue
      }
      const copy = sameKind(data, layout.outer * layout.inner * rows)
      copyRows({ data, total: this.size, start }, { data: copy, total: rows, start: 0 }, rows, layout)
      slices[name] = { data: copy, dims: own }
    }
    return slices
  }

  /** Puts rows of a request that was split where they belong. */
  #assemble(
    outputs: readonly TensorInfo[],
    results: Tensors,
    start: number,
    part: Part,
    done: (part: Part, results: Tensors) => void,
  ): void {
    const { request, from, rows } = part
    const whole: Tensors = request.outputs ?? {}
    request.outputs = whole
    for (const { name, batchAxis } of outputs) {
      const { data, dims } = results[name]!
      const layout = rowLayout(dims, batchAxis!)
      whole[name] ??= {
        data: sameKind(data, layout.outer * layout.inner * request.rows),
        dims: dims.map((size, axis) => (axis === batchAxis ? request.rows : size)),
      }
      if (whole[name].data.length !== layout.outer * layout.inner * request.rows)
        throw new BrrrError(
          'RUN_FAILED',
          `Output ${name} has rows of another shape ([${dims.join(', ')}]) than an earlier part of this request had ` +
            `([${whole[name].dims.join(', ')}] in all). Keep requests within maxBatch rows for such a model.`,
        )
      const target = { data: whole[name].data, total: request.rows, start: from }
      copyRows({ data, total: this.size, start }, target, rows, layout)
    }
    request.delivered += rows
    if (request.delivered === request.rows) done(part, whole)
  }
}

function sameKind(data: Tensors[string]['data'], length: number): Tensors[string]['data'] {
  return new (data.constructor as Float32ArrayConstructor)(length)
}

/** Zeros in the rows from `start` on: padding never carries another request's values. */
function clearRows(data: Float32Array, total: number, start: number, layout: { outer: number; inner: number }): void {
  if (start === total) return
  const zero = (typeof data[0] === 'bigint' ? 0n : 0) as number
  for (let block = 0; block < layout.outer; block++)
    data.fill(zero, (block * total + start) * layout.inner, (block + 1) * total * layout.inner)
}

function checkOutput({ name, batchAxis }: TensorInfo, results: Tensors, size: number): void {
  const dims = results[name]?.dims
  if (dims?.[batchAxis!] === size) return
  throw new BrrrError(
    'RUN_FAILED',
    `Output ${name} should have ${size} rows along dimension ${batchAxis}, one for each row of the batch; ` +
      `got ${dims ? `[${dims.join(', ')}]` : 'no such output'}. Correct the model's batch axis, or run it with maxBatch 1.`,
  )
}
