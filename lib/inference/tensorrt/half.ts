// 16-bit floats as their bits, since Node 20 has no Float16Array. Rounding is to nearest, ties to even, as CUDA's is.

/** Largest finite float16. */
export const FLOAT16_MAX = 65504
/** Below this float16 values lose bits. */
export const FLOAT16_SMALLEST_NORMAL = 2 ** -14

/** Bits of the nearest float16: infinity beyond FLOAT16_MAX and half a step. */
export function toFloat16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length)
  const halves = new Uint16Array(values.length)
  for (let i = 0; i < bits.length; i++) halves[i] = float16Bits(bits[i]!)
  return halves
}

function float16Bits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000
  const exponent = (bits >>> 23) & 0xff
  const mantissa = bits & 0x7fffff
  if (exponent === 0xff) return sign | 0x7c00 | (mantissa ? 0x200 | (mantissa >>> 13) : 0)
  const shifted = exponent - 127 + 15
  if (shifted >= 31) return sign | 0x7c00
  if (shifted > 0) return sign | roundShift((shifted << 23) | mantissa, 13)
  // Subnormal: the leading bit becomes part of the mantissa. 25 bits further down nothing is left to round up.
  const shift = 14 - shifted
  return shift > 24 ? sign : sign | roundShift(mantissa | 0x800000, shift)
}

/** Bits of the nearest bfloat16. */
export function toBfloat16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length)
  const halves = new Uint16Array(values.length)
  for (let i = 0; i < bits.length; i++) {
    const notANumber = (bits[i]! & 0x7fffffff) > 0x7f800000
    halves[i] = notANumber ? (bits[i]! >>> 16) | 0x40 : roundShift(bits[i]!, 16)
  }
  return halves
}

/** value / 2^shift, to nearest, ties to even. */
function roundShift(value: number, shift: number): number {
  const kept = value >>> shift
  const rest = value & ((1 << shift) - 1)
  const half = 1 << (shift - 1)
  return kept + (rest > half || (rest === half && kept & 1) ? 1 : 0)
}
