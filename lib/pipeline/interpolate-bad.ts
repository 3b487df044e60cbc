import { sphericalSplineWeights } from '../analyses/quality/splines.js'
import type { QualityReport } from '../analyses/quality/types.js'
import type { RunOptions } from '../native.js'
import { electrodePositions } from '../recording/montage.js'
import type { Recording } from '../recording/recording.js'

const FEWEST_SOURCES = 4

/** A channel as a weighted sum of others. */
export interface InterpolatedChannel {
  target: string
  sources: string[]
  weights: Float64Array
}

/**
 * How to replace bad channels by the good ones: spherical splines around the head's centre (Perrin et al. 1989), from all
 * channels of the same rate that have a position, are not bad and are in their unit. Bad channels without a position, or
 * with fewer than four such others, are left out.
 * @param candidates the channels of the report that may be used
 */
export async function interpolateBad(
  recording: Recording,
  report: QualityReport,
  candidates: readonly string[],
  options: RunOptions,
): Promise<InterpolatedChannel[]> {
  const positions = new Map(
    electrodePositions(report.channels).flatMap((position, i) => (position ? [[report.channels[i]!, position]] : [])),
  )
  const bad = report.bad_channels.map(({ name }) => name).filter((name) => candidates.includes(name))
  const wrongUnit = report.findings.filter(({ kind }) => kind === 'units').flatMap(({ channels }) => channels)
  const good = candidates.filter((name) => positions.has(name) && !bad.includes(name) && !wrongUnit.includes(name))
  const replaced: InterpolatedChannel[] = []
  for (const target of bad.filter((name) => positions.has(name))) {
    const { rate_hz } = recording.channel(target)
    const sources = good.filter((name) => recording.channel(name).rate_hz === rate_hz)
    if (sources.length < FEWEST_SOURCES) continue
    const at = sources.map((name) => positions.get(name)!)
    const [weights] = await sphericalSplineWeights(at, [positions.get(target)!], { ...options, origin: 'auto' })
    replaced.push({ target, sources, weights: weights! })
  }
  return replaced
}
