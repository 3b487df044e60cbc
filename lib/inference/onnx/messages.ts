// The messages of an ONNX file that reading, describing and rewriting a model needs. Names and numbers are those of
// onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto); what is not listed is kept as unknown fields.
import type { Message, Schema } from './schema.js'

export interface ModelProto extends Message {
  irVersion?: number
  producerName?: string
  producerVersion?: string
  domain?: string
  modelVersion?: bigint
  docString?: string
  graph?: GraphProto
  opsetImport: OperatorSetId[]
  metadataProps: StringEntry[]
}

export interface OperatorSetId extends Message {
  /** Absent or empty: the standard operators. */
  domain?: string
  version?: number
}

export interface GraphProto extends Message {
  node: NodeProto[]
  name?: string
  initializer: TensorProto[]
  docString?: string
  input: ValueInfoProto[]
  output: ValueInfoProto[]
  valueInfo: ValueInfoProto[]
}

export interface NodeProto extends Message {
  /** An empty name stands for an optional input that is left out. */
  input: string[]
  output: string[]
  name?: string
  opType?: string
  attribute: AttributeProto[]
  docString?: string
  domain?: string
}

/** `type` says which of the values counts: see ATTRIBUTE_TYPES. */
export interface AttributeProto extends Message {
  name?: string
  f?: number
  i?: bigint
  s?: Uint8Array
  t?: TensorProto
  g?: GraphProto
  floats: number[]
  ints: bigint[]
  strings: Uint8Array[]
  tensors: TensorProto[]
  graphs: GraphProto[]
  docString?: string
  type?: number
}

/** Values lie in `rawData` (little endian), or in the typed field that belongs to `dataType`, or in another file. */
export interface TensorProto extends Message {
  dims: number[]
  /** See DATA_TYPES. */
  dataType?: number
  floatData: number[]
  /** Also holds float16, bfloat16 (as bit patterns), booleans and the 8 and 16 bit integers. */
  int32Data: number[]
  stringData: Uint8Array[]
  int64Data: bigint[]
  name?: string
  rawData?: Uint8Array
  doubleData: number[]
  uint64Data: bigint[]
  docString?: string
  externalData: StringEntry[]
  /** 1: the values are in another file. */
  dataLocation?: number
}

export interface ValueInfoProto extends Message {
  name?: string
  type?: TypeProto
  docString?: string
}

/** Without `tensorType`: a sequence, map or optional, kept as unknown fields. */
export interface TypeProto extends Message {
  tensorType?: TensorTypeProto
}

export interface TensorTypeProto extends Message {
  elemType?: number
  /** Absent: not even the rank is known. */
  shape?: TensorShapeProto
}

export interface TensorShapeProto extends Message {
  dim: Dimension[]
}

/** A number, or a name that stands for one, or neither. */
export interface Dimension extends Message {
  dimValue?: number
  dimParam?: string
}

export interface StringEntry extends Message {
  key?: string
  value?: string
}

export const ATTRIBUTE_TYPES = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
  tensors: 9,
  graphs: 10,
} as const

const one = (number: number, kind: Schema[string]['kind']) => ({ number, kind })
const many = (number: number, kind: Schema[string]['kind']) => ({ number, kind, repeated: true })
const packed = (number: number, kind: Schema[string]['kind']) => ({ number, kind, repeated: true, packed: true })

const stringEntry: Schema = { key: one(1, 'string'), value: one(2, 'string') }
const operatorSetId: Schema = { domain: one(1, 'string'), version: one(2, 'integer') }
const dimension: Schema = { dimValue: one(1, 'integer'), dimParam: one(2, 'string') }
const tensorShape: Schema = { dim: many(1, () => dimension) }
const tensorType: Schema = { elemType: one(1, 'integer'), shape: one(2, () => tensorShape) }
const type: Schema = { tensorType: one(1, () => tensorType) }
const valueInfo: Schema = { name: one(1, 'string'), type: one(2, () => type), docString: one(3, 'string') }

export const TENSOR: Schema = {
  dims: many(1, 'integer'),
  dataType: one(2, 'integer'),
  floatData: packed(4, 'float'),
  int32Data: packed(5, 'integer'),
  stringData: many(6, 'bytes'),
  int64Data: packed(7, 'int64'),
  name: one(8, 'string'),
  rawData: one(9, 'bytes'),
  doubleData: packed(10, 'double'),
  uint64Data: packed(11, 'uint64'),
  docString: one(12, 'string'),
  externalData: many(13, () => stringEntry),
  dataLocation: one(14, 'integer'),
}

const attribute: Schema = {
  name: one(1, 'string'),
  f: one(2, 'float'),
  i: one(3, 'int64'),
  s: one(4, 'bytes'),
  t: one(5, () => TENSOR),
  g: one(6, () => graph),
  floats: many(7, 'float'),
  ints: many(8, 'int64'),
  strings: many(9, 'bytes'),
  tensors: many(10, () => TENSOR),
  graphs: many(11, () => graph),
  docString: one(13, 'string'),
  type: one(20, 'integer'),
}

const node: Schema = {
  input: many(1, 'string'),
  output: many(2, 'string'),
  name: one(3, 'string'),
  opType: one(4, 'string'),
  attribute: many(5, () => attribute),
  docString: one(6, 'string'),
  domain: one(7, 'string'),
}

const graph: Schema = {
  node: many(1, () => node),
  name: one(2, 'string'),
  initializer: many(5, () => TENSOR),
  docString: one(10, 'string'),
  input: many(11, () => valueInfo),
  output: many(12, () => valueInfo),
  valueInfo: many(13, () => valueInfo),
}

export const MODEL: Schema = {
  irVersion: one(1, 'integer'),
  producerName: one(2, 'string'),
  producerVersion: one(3, 'string'),
  domain: one(4, 'string'),
  modelVersion: one(5, 'int64'),
  docString: one(6, 'string'),
  graph: one(7, () => graph),
  opsetImport: many(8, () => operatorSetId),
  metadataProps: many(14, () => stringEntry),
}
