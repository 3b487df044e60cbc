// Element types of the values of an ONNX graph, node by node.
import type { GraphProto, NodeProto } from '../onnx/messages.js'
import { DATA_TYPES } from '../onnx/tensors.js'

/** TensorProto.DataType by value; a value that is missing has a type that is not known. */
export type ValueTypes = Map<string, number>

const { float32, int64, bool, uint8 } = DATA_TYPES

const ALWAYS: Record<string, number> = {
  ...fill(['Shape', 'Size', 'ArgMax', 'ArgMin', 'NonZero'], int64),
  ...fill(
    ['Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'And', 'Or', 'Xor', 'Not', 'IsNaN', 'IsInf'],
    bool,
  ),
}
/** Operators whose first output has the type of that input; all others of the standard ones follow the first. */
const SAME_AS: Record<string, number> = { Where: 1, OneHot: 2, CastLike: 1, DequantizeLinear: 1, QuantizeLinear: 2 }
/** Types of the outputs after the first, where they differ from it. */
const LATER: Record<string, Array<number | 'same'>> = {
  TopK: [int64],
  MaxPool: [int64],
  Dropout: [bool],
  Unique: [int64, int64, int64],
  LayerNormalization: [float32, float32],
}
const UNTOLD = new Set(['QLinearConv', 'QLinearMatMul', 'MatMulInteger', 'ConvInteger', 'DynamicQuantizeLinear'])

function fill(names: string[], type: number): Record<string, number> {
  return Object.fromEntries(names.map((name) => [name, type]))
}

/** Types of all values, those that the file states and those that follow from them. */
export function valueTypes(graph: GraphProto): ValueTypes {
  const types: ValueTypes = new Map()
  for (const { name, dataType } of graph.initializer) if (name && dataType) types.set(name, dataType)
  for (const { name, type } of [...graph.input, ...graph.valueInfo, ...graph.output])
    if (name && type?.tensorType?.elemType) types.set(name, type.tensorType.elemType)
  for (const node of graph.node)
    node.output.forEach((name, index) => {
      const type = name && !types.has(name) ? outputType(node, index, types) : undefined
      if (type) types.set(name, type)
    })
  return types
}

function outputType(node: NodeProto, index: number, types: ValueTypes): number | undefined {
  const { opType = '', domain = '' } = node
  const attribute = (name: string) => node.attribute.find((a) => a.name === name)
  const graph = attribute('then_branch')?.g ?? attribute('body')?.g
  if (graph) {
    const place = opType === 'Loop' ? index + 1 : index
    return graph.output[place]?.type?.tensorType?.elemType
  }
  if ((domain !== '' && domain !== 'ai.onnx') || UNTOLD.has(opType)) return undefined
  if (opType === 'Constant') return constantType(node)
  if (opType === 'ConstantOfShape') return attribute('value')?.t?.dataType ?? float32
  const stated = opType === 'Cast' ? attribute('to')?.i : attribute('dtype')?.i
  if (stated !== undefined) return Number(stated)
  if (ALWAYS[opType]) return ALWAYS[opType]
  if (opType === 'QuantizeLinear' && !node.input[2]) return uint8
  const later = index > 0 ? LATER[opType]?.[index - 1] : undefined
  if (typeof later === 'number') return later
  return types.get(node.input[SAME_AS[opType] ?? 0] ?? '')
}

function constantType(node: NodeProto): number | undefined {
  for (const { name, t } of node.attribute) {
    if (name === 'value') return t?.dataType
    if (name === 'value_float' || name === 'value_floats') return float32
    if (name === 'value_int' || name === 'value_ints') return int64
  }
  return undefined
}
