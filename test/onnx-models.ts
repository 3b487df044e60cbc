// Small ONNX models made on the spot, for tests and benches.
import {
  ATTRIBUTE_TYPES,
  type AttributeProto,
  type GraphProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from '../lib/inference/onnx/messages.js'
import { writeOnnx } from '../lib/inference/onnx/model.js'
import { DATA_TYPES, makeTensor } from '../lib/inference/onnx/tensors.js'
import type { DataType } from '../lib/inference/types.js'

/** A number, or the name of a dynamic axis. */
export type Axis = number | string
type AttributeValue = number | readonly number[] | string | TensorProto

const utf8 = new TextEncoder()

/** A value of the graph: input, output or intermediate. */
export function value(name: string, type: DataType, axes: readonly Axis[]): ValueInfoProto {
  const dim = axes.map((axis) => (typeof axis === 'number' ? { dimValue: axis } : { dimParam: axis }))
  return { name, type: { tensorType: { elemType: DATA_TYPES[type], shape: { dim } } } }
}

/** A bare number is an integer attribute. */
function attribute(name: string, content: AttributeValue | { float: number }): AttributeProto {
  const empty = { name, floats: [], ints: [], strings: [], tensors: [], graphs: [] }
  if (typeof content === 'number') return { ...empty, i: BigInt(content), type: ATTRIBUTE_TYPES.int }
  if (typeof content === 'string') return { ...empty, s: utf8.encode(content), type: ATTRIBUTE_TYPES.string }
  if (Array.isArray(content)) return { ...empty, ints: content.map(BigInt), type: ATTRIBUTE_TYPES.ints }
  if ('float' in content) return { ...empty, f: content.float, type: ATTRIBUTE_TYPES.float }
  return { ...empty, t: content as TensorProto, type: ATTRIBUTE_TYPES.tensor }
}

export function node(
  opType: string,
  input: readonly string[],
  output: readonly string[],
  attributes: Record<string, AttributeValue | { float: number }> = {},
): NodeProto {
  return {
    opType,
    input: [...input],
    output: [...output],
    attribute: Object.entries(attributes).map(([name, content]) => attribute(name, content)),
  }
}

export function model(graph: Partial<GraphProto>, opset = 17): Uint8Array {
  return writeOnnx({
    irVersion: 8,
    producerName: 'brain-go-brrr tests',
    graph: { node: [], name: 'graph', initializer: [], input: [], output: [], valueInfo: [], ...graph },
    opsetImport: [{ domain: '', version: opset }],
    metadataProps: [],
  })
}

/** Values around 0 that are the same on each machine: 24 bits of a linear congruential generator. */
export function noise(count: number, seed: number, scale = 1): Float32Array {
  const values = new Float32Array(count)
  let state = seed >>> 0
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    values[i] = ((state >>> 8) / 0x800000 - 1) * scale
  }
  return values
}

/** y = x */
export const identity = (axes: readonly Axis[] = ['batch', 4], type: DataType = 'float32') =>
  model({ node: [node('Identity', ['x'], ['y'])], input: [value('x', type, axes)], output: [value('y', type, axes)] })

/** sum = a + b, difference = a - b: two inputs, two outputs. */
export const addAndSubtract = (axes: readonly Axis[] = ['batch', 4]) =>
  model({
    node: [node('Add', ['a', 'b'], ['sum']), node('Sub', ['a', 'b'], ['difference'])],
    input: [value('a', 'float32', axes), value('b', 'float32', axes)],
    output: [value('sum', 'float32', axes), value('difference', 'float32', axes)],
  })

/** `length` products of [rows, size] with size x size matrices: 2 * length * rows * size^2 floating point operations. */
export function matmulChain({ length = 9, size = 1024, rows = 1024 as Axis } = {}): Uint8Array {
  const names = Array.from({ length: length + 1 }, (_, i) => (i === 0 ? 'x' : i === length ? 'y' : `h${i}`))
  return model({
    node: names.slice(1).map((name, i) => node('MatMul', [names[i]!, `w${i}`], [name])),
    initializer: names.slice(1).map((_, i) => weights(`w${i}`, [size, size], i + 1)),
    input: [value('x', 'float32', [rows, size])],
    output: [value('y', 'float32', [rows, size])],
  })
}

/** A chain whose weights are that many MB (2^20 bytes). */
export const weightsOf = (megabytes: number) => matmulChain({ length: megabytes / 4, size: 1024, rows: 'batch' })

/** One input and one output of each type, y_TYPE = x_TYPE. */
export function typeZoo(types: readonly DataType[], axes: readonly Axis[] = ['batch', 3]): Uint8Array {
  return model({
    node: types.map((type) => node('Identity', [`x_${type}`], [`y_${type}`])),
    input: types.map((type) => value(`x_${type}`, type, axes)),
    output: types.map((type) => value(`y_${type}`, type, axes)),
  })
}

/** y [time, batch, 2] = x [batch, 2, time] with its axes turned: the batch is the output's second axis. */
export const batchSecond = () =>
  model({
    node: [node('Transpose', ['x'], ['y'], { perm: [2, 0, 1] })],
    input: [value('x', 'float32', ['batch', 2, 'time'])],
    output: [value('y', 'float32', ['time', 'batch', 2])],
  })

/** Each row minus the mean over the batch: rows are not independent, so that it must not be batched. */
export const mixesRows = () =>
  model({
    node: [node('ReduceMean', ['x'], ['m'], { axes: [0], keepdims: 1 }), node('Sub', ['x', 'm'], ['y'])],
    input: [value('x', 'float32', ['batch', 4])],
    output: [value('y', 'float32', ['batch', 4])],
  })

/** y [1, n]: the places of x's values that are not zero. The output's shape depends on the data. */
export const nonZero = () =>
  model({
    node: [node('NonZero', ['x'], ['y'])],
    input: [value('x', 'float32', ['length'])],
    output: [value('y', 'int64', [1, 'found'])],
  })

/** Random weights that keep the size of what they are multiplied with: [inputs, outputs]. */
export const weights = (name: string, dims: readonly number[], seed: number) => {
  const count = dims.reduce((product, n) => product * n, 1)
  return makeTensor(name, 'float32', dims, noise(count, seed, Math.sqrt(3 / dims[0]!)))
}
