/** What the state of every cell, one channel in one epoch, says about a recording: bad channels, grade and score. */
import type { BadChannel, BadChannelReason, CellLabel, QualityGrade } from './types.js'

/** A channel whose share of cells labelled bad is above this is bad. */
export const BAD_CHANNEL_SHARE = 0.5

/** The worst of two shares, of bad channels and of rejected epochs, above which a grade holds. */
export const GRADES: ReadonlyArray<[above: number, grade: QualityGrade]> = [
  [0.3, 'POOR'],
  [0.15, 'FAIR'],
  [0.05, 'GOOD'],
]

/** All cells of a recording, epoch after epoch: epochs x channels. */
export interface Cells {
  channels: readonly string[]
  epochs: number
  labels: readonly CellLabel[]
  /** 1 where a finding covers the cell. */
  found: Uint8Array
  /** Of each epoch. */
  rejected: readonly boolean[]
}

export interface Grading {
  grade: QualityGrade
  quality_score: number
  bad_channels: BadChannel[]
  /** Ordinary channels that are labelled bad often enough to be bad. */
  spared: string[]
  n_rejected: number
  n_interpolated: number
}

/**
 * What became of cells, as counts: labelled bad, and those of them that are repaired; labelled bad or covered by a finding,
 * and those of them that stay so after repair.
 */
export interface CellCounts {
  labelled: number
  repaired: number
  bad: number
  lost: number
}

/** Of each channel, and of each epoch. */
export function countCells({ channels, epochs, labels, found, rejected }: Cells): {
  of_channel: CellCounts[]
  of_epoch: CellCounts[]
} {
  const none = (): CellCounts => ({ labelled: 0, repaired: 0, bad: 0, lost: 0 })
  const of_channel = channels.map(none)
  const of_epoch = Array.from({ length: epochs }, none)
  for (let epoch = 0, cell = 0; epoch < epochs; epoch++)
    for (let channel = 0; channel < channels.length; channel++, cell++) {
      const label = labels[cell] ?? 0
      if (label === 0 && found[cell] === 0) continue
      const lost = label !== 2 || rejected[epoch]
      for (const counts of [of_channel[channel]!, of_epoch[epoch]!]) {
        if (label > 0) counts.labelled++
        if (label === 2) counts.repaired++
        counts.bad++
        if (lost) counts.lost++
      }
    }
  return { of_channel, of_epoch }
}

/**
 * Grade and score of a recording.
 * @param findings why channels are bad by what was found in them, whatever their labels
 * @param method where the labels come from
 * @param ordinary channels that labels alone do not make bad
 */
export function gradeCells(
  cells: Cells,
  findings: ReadonlyMap<string, readonly BadChannelReason[]>,
  method: 'autoreject' | 'amplitude',
  ordinary: ReadonlySet<string> = new Set(),
): Grading {
  const { channels, epochs, labels, rejected } = cells
  const { of_channel, of_epoch } = countCells(cells)
  const spared: string[] = []
  const bad_channels = channels.flatMap((name, channel): BadChannel[] => {
    const { labelled, bad } = of_channel[channel]!
    const reasons = [...(findings.get(name) ?? [])]
    if (labelled / epochs > BAD_CHANNEL_SHARE) {
      if (ordinary.has(name)) spared.push(name)
      else reasons.push(method)
    }
    return reasons.length > 0 ? [{ name, reasons, bad_epoch_share: bad / epochs }] : []
  })
  const n_rejected = rejected.filter(Boolean).length
  const n_interpolated = of_epoch.filter(({ repaired }, epoch) => repaired > 0 && !rejected[epoch]).length
  const lost = of_channel.reduce((sum, counts) => sum + counts.lost, 0)
  return {
    grade: gradeOf(bad_channels.length / channels.length, n_rejected / epochs),
    quality_score: 1 - lost / labels.length,
    bad_channels,
    spared,
    n_rejected,
    n_interpolated,
  }
}

/** The grade by the worse of the share of bad channels and the share of rejected epochs; a bound belongs below. */
export function gradeOf(badChannels: number, rejectedEpochs: number): QualityGrade {
  const worst = Math.max(badChannels, rejectedEpochs)
  return GRADES.find(([above]) => worst > above)?.[1] ?? 'EXCELLENT'
}
