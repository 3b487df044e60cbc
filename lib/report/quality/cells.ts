import type { QualityFinding, QualityReport } from '../../analyses/quality/types.js'

/** What became of a channel in an epoch. */
export const CELL = {
  good: 0,
  /** Bad and not repaired: by its label, or because a finding covers it. */
  bad: 1,
  repaired: 2,
  /** Left out of AutoReject's picks, and no finding here. */
  leftOut: 3,
} as const

/** The state of every cell, one of CELL, channel after channel (channels x epochs). */
export function cellStates(report: QualityReport): Uint8Array {
  const { channels, labels } = report
  const epochs = labels.length
  const states = new Uint8Array(channels.length * epochs)
  labels.forEach((row, epoch) => {
    for (let channel = 0; channel < channels.length; channel++) {
      const label = row[channel]
      states[channel * epochs + epoch] =
        label === '1' ? CELL.bad : label === '2' ? CELL.repaired : label === '0' ? CELL.good : CELL.leftOut
    }
  })
  for (const finding of report.findings) {
    const covered = epochsCovered(finding, report)
    for (const name of finding.channels) {
      const channel = channels.indexOf(name)
      if (channel < 0) continue
      for (const epoch of covered) {
        const at = channel * epochs + epoch
        if (states[at] !== CELL.repaired) states[at] = CELL.bad
      }
    }
  }
  return states
}

/** The epochs whose middle lies in one of the finding's spans. */
function epochsCovered({ spans }: QualityFinding, { epochs }: QualityReport): number[] {
  const middles = epochs.start_s.map((start) => start + epochs.length_s / 2)
  return spans.flatMap(({ start_s, duration_s }) => {
    const covered: number[] = []
    for (let epoch = firstAtOrAfter(middles, start_s); (middles[epoch] ?? Infinity) < start_s + duration_s; epoch++)
      covered.push(epoch)
    return covered
  })
}

/** Index of the first of the ascending values that is not below `bound`. */
function firstAtOrAfter(values: readonly number[], bound: number): number {
  let [low, high] = [0, values.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (values[middle]! < bound) low = middle + 1
    else high = middle
  }
  return low
}

/** How often each state occurs in one channel. */
export interface CellCounts {
  good: number
  bad: number
  repaired: number
  leftOut: number
}

/** The counts of each channel, in the report's order. */
export function countCells(states: Uint8Array, channels: number): CellCounts[] {
  const epochs = channels > 0 ? states.length / channels : 0
  return Array.from({ length: channels }, (_, channel) => {
    const counts = [0, 0, 0, 0]
    for (const state of states.subarray(channel * epochs, (channel + 1) * epochs)) counts[state]!++
    const [good, bad, repaired, leftOut] = counts as [number, number, number, number]
    return { good, bad, repaired, leftOut }
  })
}

/** Share of a channel's epochs that are bad, repaired or not. */
export function badShare({ good, bad, repaired, leftOut }: CellCounts): number {
  const all = good + bad + repaired + leftOut
  return all > 0 ? (bad + repaired) / all : 0
}

/** Bad cells of each epoch, repaired or not. */
export function badChannelsPerEpoch(states: Uint8Array, channels: number): Uint16Array {
  const epochs = channels > 0 ? states.length / channels : 0
  const counts = new Uint16Array(epochs)
  for (let i = 0; i < states.length; i++)
    if (states[i] === CELL.bad || states[i] === CELL.repaired) counts[i % epochs]!++
  return counts
}
