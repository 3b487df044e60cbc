import { BrrrError } from '../../errors.js'
import { bindTensors } from '../tensor.js'
import type { BatchRunner, TensorData, TensorInfo, Tensors } from '../types.js'
import type { LatencyModel } from './latency.js'

/** How the rows of a tensor lie in memory: `outer` blocks, in each of them row after row of `inner` elements. */
export interface RowLayout {
  readonly outer: number
  readonly inner: number
}

export function rowLayout(dims: readonly (number | null)[], axis: number): RowLayout {
  const product = (sizes: readonly (number | null)[]) => sizes.reduce<number>((n, size) => n * size!, 1)
  return { outer: product(dims.slice(0, axis)), inner: product(dims.slice(axis + 1)) }
}

/** A tensor's array with the number of its rows and the row at which to start. */
export interface RowRange {
  readonly data: TensorData
  readonly total: number
  readonly start: number
}

/** Shorter runs are copied element by element: a view costs more than the copy. */
const SHORT_RUN = 32

/** Copies `rows` rows between arrays of one type. */
export function copyRows(from: RowRange, to: RowRange, rows: number, { outer, inner }: RowLayout): void {
  const source = from.data as Float32Array
  const target = to.data as Float32Array
  const run = rows * inner
  for (let block = 0; block < outer; block++) {
    const read = (block * from.total + from.start) * inner
    const write = (block * to.total + to.start) * inner
    if (run < SHORT_RUN) for (let i = 0; i < run; i++) target[write + i] = source[read + i]!
    else target.set(source.subarray(read, read + run), write)
  }
}

/** The shape that requests share when they may share a batch. */
export class ShapeGroup {
  waitingRows = 0
  /** Grows with every request: the group with the smallest was used longest ago. */
  used = 0

  constructor(
    readonly key: string,
    /** Of the inputs, in the model's order; empty where the model cannot be batched. */
    readonly layouts: readonly RowLayout[],
    /** Of an input of `rows` rows. */
    readonly dims: (input: number, rows: number) => number[],
    readonly latency: LatencyModel,
  ) {}
}

/** What one request brings. */
export interface RequestShape {
  rows: number
  group: ShapeGroup
  data: TensorData[]
}

/** Shapes whose latencies are remembered. */
const KEPT_GROUPS = 32

/** Checks requests against the model's inputs and sorts them by the shape of their rows. */
export class RequestShapes {
  readonly #inputs: readonly TensorInfo[]
  readonly #open: readonly (readonly [input: number, axis: number])[]
  readonly #newLatency: () => LatencyModel
  readonly #groups = new Map<string, ShapeGroup>()
  #uses = 0

  constructor(runner: Pick<BatchRunner, 'inputs'>, newLatency: () => LatencyModel) {
    this.#inputs = runner.inputs
    this.#newLatency = newLatency
    this.#open = runner.inputs.flatMap(({ dims, batchAxis }, input) =>
      dims!.flatMap((size, axis) => (size === null && axis !== batchAxis ? [[input, axis] as const] : [])),
    )
  }

  /** Throws INVALID_ARGUMENT, TYPE_MISMATCH or SHAPE_MISMATCH. */
  measure(inputs: Tensors): RequestShape {
    const data = bindTensors(this.#inputs, [], inputs, undefined).arrays as TensorData[]
    const rows = this.#rows(inputs)
    const key = this.#open.map(([input, axis]) => inputs[this.#inputs[input]!.name]!.dims[axis]).join(' ')
    const group = this.#groups.get(key) ?? this.#newGroup(key, inputs)
    group.used = ++this.#uses
    return { rows, group, data }
  }

  #rows(inputs: Tensors): number {
    const counts = this.#inputs.map(({ name, batchAxis }) => inputs[name]!.dims[batchAxis!]!)
    const rows = counts[0]!
    if (counts.some((count) => count !== rows))
      throw new BrrrError(
        'SHAPE_MISMATCH',
        `All inputs must bring the same number of rows; got ${this.#inputs.map(({ name }, i) => `${name} ${counts[i]}`).join(', ')}.`,
      )
    if (rows < 1) throw new BrrrError('SHAPE_MISMATCH', 'A request needs at least one row; got none.')
    return rows
  }

  #newGroup(key: string, inputs: Tensors): ShapeGroup {
    const shapes = this.#inputs.map(({ name, batchAxis }) => ({ dims: [...inputs[name]!.dims], axis: batchAxis! }))
    const group = new ShapeGroup(
      key,
      shapes.map(({ dims, axis }) => rowLayout(dims, axis)),
      (input, rows) => shapes[input]!.dims.map((size, axis) => (axis === shapes[input]!.axis ? rows : size)),
      this.#newLatency(),
    )
    if (this.#groups.size >= KEPT_GROUPS) this.#forgetOne()
    this.#groups.set(key, group)
    return group
  }

  /** The idle shape that was used longest ago. */
  #forgetOne(): void {
    const idle = [...this.#groups.values()].filter((group) => group.waitingRows === 0)
    const oldest = idle.sort((a, b) => a.used - b.used)[0]
    if (oldest) this.#groups.delete(oldest.key)
  }
}
