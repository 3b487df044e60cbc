// Finds the batch axis of each input and output by trying: two random items run alone and as one batch, and an axis is
// the batch axis only where each item gets its own results back. Shapes alone do not tell: a dynamic axis may be time,
// the batch axis may be the second one, and a model may mix the items of a batch.
import { BrrrError } from '../errors.js'
import type { BatchAxes } from './model.js'
import { randomSource, randomTensor, toNumbers } from './random-tensor.js'
import { countOf, describe, shapeText } from './tensor.js'
import type { DataType, Tensor, TensorInfo, Tensors } from './types.js'

/** The axes, or why there are none. */
export type BatchFinding = { axes: Record<string, number>; reason: null } | { axes: null; reason: string }

/** What is known of a model beside its shapes. */
export interface ProbeHints {
  /** Of an output's largest value, for models that compute in fewer bits than their outputs have. */
  readonly tolerance?: number
  /** Shapes by input whose sizes are tried for the dynamic axes besides the batch. */
  readonly sizes?: Readonly<Record<string, readonly number[]>>
}

/** Sizes tried for dynamic axes that are not the batch, until the model runs. */
const OTHER_SIZES = [16, 128, 1024, 1]
const MOST_CANDIDATES = 6
/** How much larger the second item is than the first: a classifier may say the same to all noise of one size. */
const SCALES = [1, 10, 100]
const UNTOLD = 'its outputs are the same for all random items, so that nothing can be told'
/** Of the largest value of an output: another batch size may sum in another order. */
const TOLERANCE: Partial<Record<DataType, number>> = { float16: 2e-2, bfloat16: 1e-1 }
const TOLERANCE_ELSE = 1e-4

/** What the caller's model folder states, checked against the model. */
export function statedAxes(
  axes: BatchAxes,
  inputs: readonly TensorInfo[],
  outputs: readonly TensorInfo[],
  where: string,
): BatchFinding {
  if (axes === null) return { axes: null, reason: `the model.json of ${where} says that it cannot be batched` }
  for (const info of [...inputs, ...outputs]) {
    const axis = Object.hasOwn(axes, info.name) ? axes[info.name] : undefined
    if (axis === undefined)
      throw new BrrrError(
        'MODEL_INVALID',
        `batch_axes in the model.json of ${where} has no axis for ${describe(info)}.`,
      )
    if (info.dims && (axis >= info.dims.length || info.dims[axis] !== null))
      throw new BrrrError(
        'MODEL_INVALID',
        `batch_axes in the model.json of ${where}: axis ${axis} of ${describe(info)} is not a dynamic one.`,
      )
  }
  return { axes: { ...axes }, reason: null }
}

/** Tries. A run that fails with `fatal` codes ends the search with that error. */
export async function findBatchAxes(
  inputs: readonly TensorInfo[],
  outputs: readonly TensorInfo[],
  run: (inputs: Tensors) => Promise<Tensors>,
  hints: ProbeHints = {},
): Promise<BatchFinding> {
  const none = (reason: string): BatchFinding => ({ axes: null, reason })
  if (inputs.length === 0) return none('it has no inputs')
  if (outputs.length === 0) return none('it has no outputs')
  for (const info of inputs) {
    if (!info.dims) return none(`input ${describe(info)} has no fixed number of dimensions`)
    if (!info.dims.includes(null)) return none(`input ${describe(info)} has a fixed shape`)
  }
  let reason = ''
  for (const candidate of candidatesOf(inputs)) {
    const finding = await tryCandidate(candidate, inputs, outputs, run, hints)
    if (finding.axes) return finding
    reason ||= finding.reason
  }
  return none(reason)
}

/** One axis per input, likely ones first. */
function candidatesOf(inputs: readonly TensorInfo[]): number[][] {
  const dynamic = inputs.map(({ dims }) => dims!.flatMap((size, axis) => (size === null ? [axis] : [])))
  const all = dynamic
    .reduce<number[][]>((sets, axes) => sets.flatMap((set) => axes.map((axis) => [...set, axis])).slice(0, 256), [[]])
    .map((axes) => ({ axes, unlikely: unlikelihood(axes, inputs) }))
  return all
    .sort((a, b) => a.unlikely - b.unlikely)
    .slice(0, MOST_CANDIDATES)
    .map(({ axes }) => axes)
}

function unlikelihood(axes: readonly number[], inputs: readonly TensorInfo[]): number {
  const symbols = axes.map((axis, i) => inputs[i]!.symbols[axis] ?? null)
  const named = symbols.filter((symbol) => symbol !== null && /^(n|b|bs)$|batch/i.test(symbol)).length
  const oneName = new Set(symbols).size === 1
  const oneAxis = new Set(axes).size === 1
  const sum = axes.reduce((total, axis) => total + axis, 0)
  return sum + (oneAxis ? 0 : 2) + (oneName ? 0 : 1) + 4 * (inputs.length - named)
}

async function tryCandidate(
  axes: readonly number[],
  inputs: readonly TensorInfo[],
  outputs: readonly TensorInfo[],
  run: (inputs: Tensors) => Promise<Tensors>,
  hints: ProbeHints,
): Promise<BatchFinding> {
  const next = randomSource(7)
  const sizes = inputs.some(({ dims }, i) => dims!.some((size, axis) => size === null && axis !== axes[i]))
    ? OTHER_SIZES
    : OTHER_SIZES.slice(0, 1)
  let failure = ''
  for (const size of sizes) {
    const item = (scale: number) =>
      inputs.map(({ name, type, dims }, i) =>
        randomTensor(
          type,
          dims!.map((d, axis) => (axis === axes[i] ? 1 : (d ?? hints.sizes?.[name]?.[axis] ?? size))),
          next,
          scale,
        ),
      )
    const first = item(1)
    try {
      const alone = await run(byName(inputs, first))
      for (const scale of SCALES) {
        const second = item(scale)
        const other = await run(byName(inputs, second))
        const distinct = differ(outputs, alone, other)
        if (!distinct && scale !== SCALES.at(-1)) continue
        const both = first.map((tensor, i) => join(tensor, second[i]!, axes[i]!))
        const finding = judge(axes, inputs, outputs, [alone, other], await run(byName(inputs, both)), hints)
        return distinct || !finding.axes ? finding : { axes: null, reason: UNTOLD }
      }
    } catch (error) {
      const { code, message } = error as BrrrError
      if (code === 'ABORTED' || code === 'CLOSED') throw error
      failure ||= message
    }
  }
  return { axes: null, reason: `it does not run on random inputs: ${failure}` }
}

function judge(
  inputAxes: readonly number[],
  inputs: readonly TensorInfo[],
  outputs: readonly TensorInfo[],
  [first, second]: readonly [Tensors, Tensors],
  joined: Tensors,
  { tolerance = 0 }: ProbeHints,
): BatchFinding {
  const axes: Record<string, number> = Object.fromEntries(inputs.map(({ name }, i) => [name, inputAxes[i]!]))
  for (const info of outputs) {
    const [a, b, ab] = [first[info.name]!, second[info.name]!, joined[info.name]!]
    const what = `output ${describe(info)}`
    const axis = ab.dims.findIndex((size, d) => size === 2 && a.dims[d] === 1)
    if (
      axis < 0 ||
      ab.dims.length !== a.dims.length ||
      !ab.dims.every((size, d) => d === axis || (size === a.dims[d] && size === b.dims[d]))
    )
      return {
        axes: null,
        reason: `${what} has no axis that counts items: ${shapeText(a.dims)} for one, ${shapeText(ab.dims)} for two`,
      }
    const alone = toNumbers(info.type, join(a, b, axis).data)
    const together = toNumbers(info.type, ab.data)
    const { largest, difference } = compare(alone, together)
    if (!(difference <= largest * Math.max(tolerance, TOLERANCE[info.type] ?? TOLERANCE_ELSE)))
      return {
        axes: null,
        reason: `${what} of an item depends on the other items of its batch (by ${difference.toPrecision(2)} of ${largest.toPrecision(2)})`,
      }
    axes[info.name] = axis
  }
  return { axes, reason: null }
}

const differ = (outputs: readonly TensorInfo[], a: Tensors, b: Tensors): boolean =>
  outputs.some(({ name }) => {
    const [one, other] = [a[name]!, b[name]!]
    return one.data.length !== other.data.length || one.data.some((value, i) => value !== other.data[i])
  })

/** Largest magnitude and largest difference; NaN equals NaN. */
function compare(a: Float64Array, b: Float64Array): { largest: number; difference: number } {
  let largest = 0
  let difference = 0
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i]!]
    if (x === y || (Number.isNaN(x) && Number.isNaN(y))) continue
    if (!Number.isFinite(x) || !Number.isFinite(y)) return { largest: 0, difference: Infinity }
    difference = Math.max(difference, Math.abs(x - y))
  }
  for (const x of a) if (Number.isFinite(x)) largest = Math.max(largest, Math.abs(x))
  return { largest, difference }
}

const byName = (infos: readonly TensorInfo[], tensors: readonly Tensor[]): Tensors =>
  Object.fromEntries(infos.map(({ name }, i) => [name, tensors[i]!]))

/** Two tensors that differ in size along `axis` only, one behind the other. */
export function join(a: Tensor, b: Tensor, axis: number): Tensor {
  const dims = a.dims.map((size, d) => (d === axis ? size + b.dims[d]! : size))
  const data = new (a.data.constructor as new (length: number) => typeof a.data)(countOf(dims))
  const [rowA, rowB] = [countOf(a.dims.slice(axis)), countOf(b.dims.slice(axis))]
  const rows = countOf(a.dims.slice(0, axis))
  for (let row = 0; row < rows; row++) {
    data.set(a.data.subarray(row * rowA, (row + 1) * rowA) as never, row * (rowA + rowB))
    data.set(b.data.subarray(row * rowB, (row + 1) * rowB) as never, row * (rowA + rowB) + rowA)
  }
  return { data, dims }
}
