/** A number that `share` of the values do not exceed in magnitude; NaN aside. */
export function magnitudeQuantile(values: readonly ArrayLike<number>[], share: number): number {
  const magnitudes = values.flatMap((part) => Array.from(part, Math.abs)).filter(Number.isFinite)
  const sorted = Float64Array.from(magnitudes).sort()
  return sorted[Math.round(share * (sorted.length - 1))] ?? 0
}

/** Middle value; NaN aside. */
export function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(Array.from(values).filter(Number.isFinite)).sort()
  return sorted.length > 0 ? sorted[sorted.length >> 1]! : 0
}

/**
 * Samples as the data of an SVG path, in whole numbers: x from 0 to `width`, y by `y`. Where there are more samples than
 * units of width, each two units show the least and the greatest of their samples, so that no peak is lost. NaN breaks
 * the line.
 */
export function tracePath(samples: ArrayLike<number>, width: number, y: (uv: number) => number): string {
  let path = ''
  let last: [number, number] | null = null
  const add = (x: number, value: number) => {
    if (!Number.isFinite(value)) {
      last = null
      return
    }
    const [at, height] = [Math.round(x), Math.round(y(value))]
    if (!last) path += `M${at} ${height}`
    else if (at !== last[0] || height !== last[1]) path += `l${at - last[0]} ${height - last[1]}`
    last = [at, height]
  }
  const n = samples.length
  if (n <= width) for (let i = 0; i < n; i++) add((i * width) / n, samples[i]!)
  else
    for (let column = 0; column < width / 2; column++) {
      const [from, to] = [Math.floor((2 * column * n) / width), Math.floor((2 * (column + 1) * n) / width)]
      extremes(samples, from, Math.min(n, to)).forEach((value, i) => {
        add(2 * column + i, value)
      })
    }
  return path
}

/** Least and greatest of a part, in the order in which they occur; NaN where there is none. */
function extremes(samples: ArrayLike<number>, from: number, to: number): [number, number] {
  let [least, greatest] = [-1, -1]
  for (let i = from; i < to; i++) {
    const value = samples[i]!
    if (Number.isNaN(value)) continue
    if (least < 0 || value < samples[least]!) least = i
    if (greatest < 0 || value > samples[greatest]!) greatest = i
  }
  if (least < 0) return [Number.NaN, Number.NaN]
  return least <= greatest ? [samples[least]!, samples[greatest]!] : [samples[greatest]!, samples[least]!]
}
