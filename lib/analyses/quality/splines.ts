import { callNative, type RunOptions, runNative } from '../../native.js'
import { invalid, positionRows } from './epoch-data.js'
import { rowsOf } from './global-threshold.js'

type Positions = Float64Array | ReadonlyArray<readonly number[]>

export interface SplineOptions extends RunOptions {
  /**
   * The sphere's centre, subtracted from all positions: [x, y, z], or 'auto' for the sphere that fits sources and targets
   * best, as MNE-Python's own interpolation has it. Default null: none, as the Python autoreject has it.
   */
  origin?: readonly [number, number, number] | 'auto' | null
}

/** Centre of the sphere that fits electrodes best, in the unit of the positions. @throws BrrrError INVALID_ARGUMENT */
export const headCentre = (positions: Float64Array): Float64Array => callNative((addon) => addon.headCentre(positions))

/** Positions as seen from an origin. */
export const centred = (positions: Float64Array, origin: ArrayLike<number>): Float64Array =>
  positions.map((value, i) => value - origin[i % 3]!)

function flat(positions: Positions, what: string): number[] {
  const rows = positionRows(positions)
  if (rows.length === 0 || rows.some((row) => row?.length !== 3))
    throw invalid(`${what} need at least one position of x, y and z.`)
  return rows.flatMap((row) => [...row])
}

/**
 * Weights of spherical splines (Perrin et al. 1989; stiffness 4, 50 terms, 1e-5 on the diagonal) by which the samples of
 * `targets` follow from those of `sources`: [target][source], each row sums to 1.
 * @param sources x, y, z of each electrode in the head frame
 * @param targets electrodes to predict; they may be among the sources
 * @throws BrrrError INVALID_ARGUMENT
 */
export async function sphericalSplineWeights(
  sources: Positions,
  targets: Positions,
  options: SplineOptions = {},
): Promise<Float64Array[]> {
  const { origin = null } = options
  const from = flat(sources, 'Sources')
  const positions = Float64Array.from([...from, ...flat(targets, 'Targets')])
  const centre = origin === 'auto' ? headCentre(positions) : (origin ?? [0, 0, 0])
  if (centre.length !== 3) throw invalid("origin is [x, y, z], 'auto' or null.")
  const count = from.length / 3
  const weights = await runNative(options, (addon, job) => addon.splineWeights(centred(positions, centre), count, job))
  return rowsOf(weights, count)
}
