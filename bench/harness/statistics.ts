// What is said of a series of measurements.

export const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length

/** Population standard deviation, as numpy.std. */
export function deviation(values: readonly number[]): number {
  const centre = mean(values)
  return Math.sqrt(mean(values.map((v) => (v - centre) ** 2)))
}

/** Linear interpolation between order statistics, as numpy.percentile. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const at = ((sorted.length - 1) * percent) / 100
  const below = sorted[Math.floor(at)]!
  return below + (sorted[Math.ceil(at)]! - below) * (at - Math.floor(at))
}

export const median = (values: readonly number[]): number => percentile(values, 50)

/** Slope of the least-squares line over 0, 1, 2, ... */
export function slope(values: readonly number[]): number {
  const centre = (values.length - 1) / 2
  const level = mean(values)
  const products = values.map((v, i) => (i - centre) * (v - level))
  const squares = values.map((_, i) => (i - centre) ** 2)
  return mean(products) / mean(squares)
}
