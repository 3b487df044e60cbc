// The values of a TensorProto as a typed array, and back.
import { BrrrError } from '../../errors.js'
import type { DataType, TensorData } from '../types.js'
import { TENSOR, type TensorProto } from './messages.js'
import { readMessage } from './schema.js'
import { WireReader } from './wire.js'

/** TensorProto.DataType of each element type. */
export const DATA_TYPES: Record<DataType, number> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
}

/** float16 and bfloat16 are held as their bits, booleans as bytes. */
const ARRAYS = {
  float32: Float32Array,
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  bool: Uint8Array,
  float16: Uint16Array,
  float64: Float64Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  bfloat16: Uint16Array,
}

const elementCount = (dims: readonly number[]) => dims.reduce((product, n) => product * n, 1)

/** Reads a file of one tensor (.pb). Throws MODEL_INVALID. */
export const readTensor = (bytes: Uint8Array): TensorProto =>
  readMessage(new WireReader(bytes), TENSOR) as unknown as TensorProto

/** Name of a TensorProto.DataType; undefined where it is none of ours. */
export const typeOf = (number: number | undefined): DataType | undefined =>
  (Object.keys(DATA_TYPES) as DataType[]).find((name) => DATA_TYPES[name] === number)

/** A tensor's values, copied. Strings, unknown types and values kept in another file are MODEL_INVALID. */
export function tensorValues(tensor: TensorProto): TensorData {
  const refuse = (why: string) => new BrrrError('MODEL_INVALID', `Tensor ${JSON.stringify(tensor.name ?? '')} ${why}.`)
  if (tensor.dataLocation === 1 || tensor.externalData.length > 0) throw refuse('has its values in another file')
  const name = typeOf(tensor.dataType)
  if (!name) throw refuse(`has element type ${tensor.dataType}, which is not read here`)
  const array = ARRAYS[name]
  const count = elementCount(tensor.dims)
  const expect = (found: number, unit: string, expected: number) => {
    if (found !== expected) throw refuse(`has ${found} ${unit}, but its shape [${tensor.dims}] needs ${expected}`)
  }
  if (tensor.rawData) {
    expect(tensor.rawData.length, 'bytes', count * array.BYTES_PER_ELEMENT)
    return new array(new Uint8Array(tensor.rawData).buffer)
  }
  const { floatData, int32Data, int64Data, doubleData, uint64Data } = tensor
  const values =
    name === 'float32'
      ? floatData
      : name === 'float64'
        ? doubleData
        : name === 'int64'
          ? int64Data
          : name === 'uint32' || name === 'uint64'
            ? uint64Data
            : int32Data
  expect(values.length, 'values', count)
  return name === 'uint32'
    ? Uint32Array.from(values, Number)
    : (array as { from(values: Iterable<number | bigint>): TensorData }).from(values)
}

/** A tensor that holds the array's bytes as they are: the array is not copied. */
export function makeTensor(name: string, dataType: DataType, dims: readonly number[], values: TensorData): TensorProto {
  if (!(values instanceof ARRAYS[dataType]) || values.length !== elementCount(dims))
    throw new BrrrError(
      'INVALID_ARGUMENT',
      `Tensor ${JSON.stringify(name)}: ${dataType} of shape [${dims}] needs a ${ARRAYS[dataType].name} of ${elementCount(dims)}; got a ${values.constructor.name} of ${values.length}.`,
    )
  return {
    ...emptyTensor(),
    name,
    dataType: DATA_TYPES[dataType],
    dims: [...dims],
    rawData: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  }
}

function emptyTensor(): TensorProto {
  return {
    dims: [],
    floatData: [],
    int32Data: [],
    stringData: [],
    int64Data: [],
    doubleData: [],
    uint64Data: [],
    externalData: [],
  }
}
