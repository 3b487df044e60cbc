// Weights that an ONNX model keeps in other files.
import { createHash } from 'node:crypto'
import { closeSync, createReadStream, openSync, readSync } from 'node:fs'
import { isAbsolute, join, normalize } from 'node:path'
import { BrrrError } from '../../errors.js'
import type { GraphProto, TensorProto } from '../onnx/messages.js'

export const isExternal = (tensor: TensorProto): boolean => tensor.dataLocation === 1

/** Every tensor of a graph and of the graphs inside it. */
export function* tensorsOf(graph: GraphProto): Generator<TensorProto> {
  yield* graph.initializer
  for (const { attribute } of graph.node)
    for (const { t, tensors, g, graphs } of attribute) {
      if (t) yield t
      yield* tensors
      for (const inner of g ? [g, ...graphs] : graphs) yield* tensorsOf(inner)
    }
}

function locate(tensor: TensorProto, folder: string): { path: string; offset: number; length: number | null } {
  const entries = Object.fromEntries(tensor.externalData.map(({ key = '', value = '' }) => [key, value]))
  const { location = '', offset = '0', length } = entries
  const refuse = (why: string) => new BrrrError('MODEL_INVALID', `Tensor ${JSON.stringify(tensor.name)} ${why}.`)
  if (location === '') throw refuse('lies in another file, which it does not name')
  if (isAbsolute(location) || normalize(location).startsWith('..'))
    throw refuse(`lies in ${location}, which is outside the model's folder`)
  const numbers = [Number(offset), length === undefined ? 0 : Number(length)]
  if (!numbers.every((n) => Number.isSafeInteger(n) && n >= 0)) throw refuse(`lies at ${offset}, ${length} bytes`)
  return { path: join(folder, location), offset: numbers[0]!, length: length === undefined ? null : numbers[1]! }
}

/** The tensor with its values in `rawData`. Throws MODEL_INVALID, FILE_UNREADABLE. */
export function inlined(tensor: TensorProto, folder: string, bytesPerValue: number): TensorProto {
  if (!isExternal(tensor)) return tensor
  const { path, offset, length } = locate(tensor, folder)
  const expected = tensor.dims.reduce((product, n) => product * n, bytesPerValue)
  const rawData = new Uint8Array(length ?? expected)
  let read = 0
  try {
    const file = openSync(path, 'r')
    try {
      for (let got = -1; read < rawData.length && got !== 0; read += got)
        got = readSync(file, rawData, read, rawData.length - read, offset + read)
    } finally {
      closeSync(file)
    }
  } catch (cause) {
    throw new BrrrError(
      'FILE_UNREADABLE',
      `The model's weights in ${path} cannot be read: ${(cause as Error).message}`,
      {
        cause,
      },
    )
  }
  if (read < rawData.length)
    throw new BrrrError(
      'MODEL_INVALID',
      `Tensor ${JSON.stringify(tensor.name)} needs ${rawData.length} bytes at ${offset} of ${path}; it has ${read}.`,
    )
  return { ...tensor, rawData, externalData: [], dataLocation: 0 }
}

/** SHA-256 of a model: its file and, whole, every other file that it names. Throws as inlined() does. */
export async function hashModel(bytes: Uint8Array, graph: GraphProto, folder: string): Promise<string> {
  const hash = createHash('sha256').update(bytes)
  const paths = new Set<string>()
  for (const tensor of tensorsOf(graph)) if (isExternal(tensor)) paths.add(locate(tensor, folder).path)
  for (const path of [...paths].sort())
    try {
      for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
    } catch (cause) {
      throw new BrrrError('FILE_UNREADABLE', `The model's weights in ${path} cannot be read.`, { cause })
    }
  return hash.digest('hex')
}
