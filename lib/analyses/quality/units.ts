/** Channels whose values are not the microvolts that they claim to be. */
import type { Findings } from './findings.js'

/** What the values of each channel must be multiplied by to be microvolts; 1 where they are. */
export function factorsToMicrovolts({ findings, channels }: Findings): number[] {
  const units = findings.filter(({ kind }) => kind === 'units')
  const factors = new Map(units.map((finding) => [finding.channels[0]!, finding.attributes.factor!]))
  return channels.map((name) => factors.get(name) ?? 1)
}

/**
 * Those of some channels whose unit most of them share, and the others. AutoReject takes any unit, but not two, since it
 * predicts channels from each other. `in_uv`: whether that unit is the microvolt.
 */
export function ofOneUnit(
  channels: readonly number[],
  findings: Findings,
): { channels: number[]; left_out: number[]; in_uv: boolean } {
  const factors = factorsToMicrovolts(findings)
  const counts = new Map([[1, 0]])
  for (const c of channels) counts.set(factors[c]!, (counts.get(factors[c]!) ?? 0) + 1)
  const [common] = [...counts].reduce((most, entry) => (entry[1] > most[1] ? entry : most))
  return {
    channels: channels.filter((c) => factors[c] === common),
    left_out: channels.filter((c) => factors[c] !== common),
    in_uv: common === 1,
  }
}
