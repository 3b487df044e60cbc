// Random tensors of any type, and any tensor as plain numbers: for checks that run a model on made-up inputs.
import { ARRAYS, countOf } from './tensor.js'
import type { DataType, Tensor, TensorData } from './types.js'

/** Uniform 24-bit integers, the same on each machine (a linear congruential generator). */
export function randomSource(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state >>> 8
  }
}

/** float32 and float64 in (-scale, scale), other floats in (-1, 1); integers and booleans 0 or 1, which are valid indices almost anywhere. */
export function randomTensor(type: DataType, dims: readonly number[], next: () => number, scale = 1): Tensor {
  const data = new ARRAYS[type](countOf(dims))
  const value = drawer(type, scale)
  for (let i = 0; i < data.length; i++) data[i] = value(next()) as never
  return { data, dims: [...dims] }
}

function drawer(type: DataType, scale: number): (bits: number) => number | bigint {
  switch (type) {
    case 'float32':
    case 'float64':
      return (bits) => (bits / 0x800000 - 1) * scale
    case 'float16': // sign, exponent of 1/8 to 1, 10 bits of mantissa
      return (bits) => ((bits & 1) << 15) | ((12 + ((bits >> 1) % 3)) << 10) | ((bits >> 8) & 0x3ff)
    case 'bfloat16': // sign, exponent of 1/8 to 1, 7 bits of mantissa
      return (bits) => ((bits & 1) << 15) | ((124 + ((bits >> 1) % 3)) << 7) | ((bits >> 8) & 0x7f)
    case 'int64':
    case 'uint64':
      return (bits) => BigInt((bits >> 12) & 1)
    default:
      return (bits) => (bits >> 12) & 1
  }
}

/** The values as doubles. */
export function toNumbers(type: DataType, data: TensorData): Float64Array {
  const decode = type === 'float16' ? halfToNumber : type === 'bfloat16' ? bfloatToNumber : Number
  const numbers = new Float64Array(data.length)
  for (let i = 0; i < data.length; i++) numbers[i] = decode(data[i] as number)
  return numbers
}

function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const mantissa = bits & 0x3ff
  if (exponent === 31) return mantissa ? NaN : sign * Infinity
  return sign * (exponent === 0 ? mantissa * 2 ** -24 : (1 + mantissa / 1024) * 2 ** (exponent - 15))
}

const word = new Uint32Array(1)
const single = new Float32Array(word.buffer)
function bfloatToNumber(bits: number): number {
  word[0] = bits << 16
  return single[0]!
}
