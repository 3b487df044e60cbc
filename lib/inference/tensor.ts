// Tensors of a caller against what a model takes: every misuse is an error that says what was expected and what came.
import { BrrrError, type ErrorCode } from '../errors.js'
import type { DataType, Tensor, TensorData, TensorInfo, Tensors } from './types.js'

/** The typed array of each data type. */
export const ARRAYS = {
  float32: Float32Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  float64: Float64Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
} as const satisfies Record<DataType, unknown>

/** The number of values in a tensor of these dimensions. */
export const countOf = (dims: readonly number[]): number => dims.reduce((product, size) => product * size, 1)

/** `"x" (float32 [batch, 3])`. */
export const describe = ({ name, type, dims, symbols }: TensorInfo): string =>
  `"${name}" (${type} ${shapeText(dims, symbols)})`

/** `[batch, 3]`; ? for a dynamic dimension without a name. */
export function shapeText(dims: readonly (number | null)[] | null, symbols: readonly (string | null)[] = []): string {
  if (!dims) return 'of any shape'
  return `[${dims.map((size, axis) => size ?? symbols[axis] ?? '?').join(', ')}]`
}

/** What the addon takes: an array per tensor of the model or null, and the shapes of those that are there. */
export interface BoundTensors {
  arrays: Array<TensorData | null>
  shapes: number[]
}

/** Checks a run's tensors and puts them into the model's order. */
export function bindTensors(
  inputs: readonly TensorInfo[],
  outputs: readonly TensorInfo[],
  given: Tensors,
  results: Tensors | undefined,
): BoundTensors {
  const bound: BoundTensors = { arrays: [], shapes: [] }
  if (typeof given !== 'object' || given === null)
    throw new BrrrError('INVALID_ARGUMENT', `A run takes an object of tensors by input name; got ${kindOf(given)}.`)
  refuseUnknown('input', inputs, given)
  for (const info of inputs) {
    if (!Object.hasOwn(given, info.name) || given[info.name] === undefined)
      throw new BrrrError('INVALID_ARGUMENT', `Input ${describe(info)} is missing.`)
    bind('Input', info, given[info.name]!, bound)
  }
  if (results) refuseUnknown('output', outputs, results)
  for (const info of outputs) {
    const result = results && Object.hasOwn(results, info.name) ? results[info.name] : undefined
    if (result) bind('Output', info, result, bound)
    else bound.arrays.push(null)
  }
  return bound
}

function refuseUnknown(what: 'input' | 'output', known: readonly TensorInfo[], given: Tensors): void {
  for (const name in given)
    if (!known.some((info) => info.name === name))
      throw new BrrrError(
        'INVALID_ARGUMENT',
        `The model has no ${what} "${name}"; it has ${known.map(describe).join(', ') || 'none'}.`,
      )
}

function bind(what: 'Input' | 'Output', info: TensorInfo, tensor: Tensor, { arrays, shapes }: BoundTensors): void {
  const fail = (code: ErrorCode, problem: string) => new BrrrError(code, `${what} "${info.name}" ${problem}`)
  if (typeof tensor !== 'object' || tensor === null || !ArrayBuffer.isView(tensor.data) || !Array.isArray(tensor.dims))
    throw fail('INVALID_ARGUMENT', `takes {data: typed array, dims: array of sizes}; got ${kindOf(tensor)}.`)

  const { dims } = tensor
  const data = asElements(info.type, tensor.data)
  if (!data)
    throw fail('TYPE_MISMATCH', `takes a ${ARRAYS[info.type].name} (${info.type}); got a ${kindOf(tensor.data)}.`)
  let count = 1
  for (const size of dims) {
    if (!Number.isSafeInteger(size) || size < 0)
      throw fail('INVALID_ARGUMENT', `has the dimensions ${shapeText(dims)}; each must be an integer of at least 0.`)
    count *= size
  }
  if (info.dims && !fits(info.dims, dims))
    throw fail('SHAPE_MISMATCH', `takes the shape ${shapeText(info.dims, info.symbols)}; got ${shapeText(dims)}.`)
  if (data.length !== count) {
    if (isDetached(data)) throw fail('INVALID_ARGUMENT', 'is detached: its memory was transferred elsewhere.')
    throw fail('SHAPE_MISMATCH', `takes ${count} values for ${shapeText(dims)}; got ${data.length}.`)
  }
  if (isResizable(data.buffer))
    throw fail('INVALID_ARGUMENT', 'lies in a resizable buffer, which could shrink during the run; pass a copy.')
  arrays.push(data)
  shapes.push(dims.length, ...dims)
}

export const fits = (expected: readonly (number | null)[], dims: readonly number[]) =>
  expected.length === dims.length && expected.every((size, axis) => size === null || size === dims[axis])

/** The array as the addon takes it; null where its elements are not of this type. By tag, since it may be another realm's. */
function asElements(type: DataType, data: ArrayBufferView): TensorData | null {
  const tag = kindOf(data)
  if (tag === ARRAYS[type].name) return data as TensorData
  if (type === 'float16' && tag === 'Float16Array')
    return new Uint16Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength / 2)
  return null
}

/** `Float32Array`, `Object`, `null`. */
const kindOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1).replace('Null', 'null')

function isDetached({ buffer }: TensorData): boolean {
  try {
    new Uint8Array(buffer)
    return false
  } catch {
    return true
  }
}

const isResizable = (buffer: ArrayBufferLike) =>
  (buffer as { resizable?: boolean }).resizable === true || (buffer as { growable?: boolean }).growable === true
