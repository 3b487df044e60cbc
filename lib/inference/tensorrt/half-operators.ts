// Which operators compute in 16 bits.
import type { NodeProto } from '../onnx/messages.js'

/** Where the work is: always in 16 bits, with 32-bit sums inside. */
const HEAVY = ['MatMul', 'Gemm', 'Conv', 'ConvTranspose', 'Einsum']

/** Cheap ones: in 16 bits, unless all that they take comes from an operator kept in 32. */
const LIGHT = [
  ...['Add', 'Sub', 'Mul', 'Neg', 'Abs', 'Max', 'Min', 'Clip', 'Where', 'BatchNormalization'],
  ...['Relu', 'LeakyRelu', 'PRelu', 'Elu', 'Selu', 'Gelu', 'Sigmoid', 'HardSigmoid', 'HardSwish', 'Tanh', 'Erf'],
  ...['MaxPool', 'AveragePool', 'GlobalMaxPool', 'Concat', 'Split', 'Slice', 'Gather', 'Reshape', 'Transpose'],
  ...['Flatten', 'Squeeze', 'Unsqueeze', 'Expand', 'Tile', 'Pad', 'Identity', 'DepthToSpace', 'SpaceToDepth'],
]

/** The version of the operators since which these take bfloat16; the other ones have since 13. */
const BFLOAT16_SINCE: Record<string, number> = {
  ...since(16, ['Where', 'PRelu', 'LeakyRelu']),
  ...since(20, ['Gelu']),
  ...since(22, ['Conv', 'ConvTranspose', 'MaxPool', 'AveragePool', 'GlobalMaxPool', 'Elu', 'Selu']),
  ...since(22, ['HardSigmoid', 'HardSwish']),
  ...since(14, ['Relu', 'Add', 'Sub', 'Mul', 'BatchNormalization']),
  Einsum: Number.POSITIVE_INFINITY,
}

function since(version: number, names: string[]): Record<string, number> {
  return Object.fromEntries(names.map((name) => [name, version]))
}

export type Weight = 'heavy' | 'light' | 'kept'

/**
 * Normalisations, Softmax, Pow, Exp, sums over axes and the like stay in 32 bits: there 16 overflow or lose what counts.
 * So does every operator that is not listed, and a division by what is not a constant.
 */
export function weightOf(node: NodeProto, isConstant: (name: string) => boolean): Weight {
  const { opType = '', domain = '' } = node
  if (domain !== '' && domain !== 'ai.onnx') return 'kept'
  if (HEAVY.includes(opType)) return 'heavy'
  if (LIGHT.includes(opType) || (opType === 'Div' && isConstant(node.input[1] ?? ''))) return 'light'
  return 'kept'
}

export const takesBfloat16 = (opType: string, opset: number): boolean => opset >= (BFLOAT16_SINCE[opType] ?? 13)
