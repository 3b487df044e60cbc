import type { QualityAnalysis } from '../analyses/quality/analysis.js'
import type { QualityReport } from '../analyses/quality/types.js'
import { BrrrError } from '../errors.js'
import type { RunOptions } from '../native.js'
import { badChannelsPerEpoch, CELL, cellStates } from '../report/quality/cells.js'
import type { QualityRepair, QualitySegment, ReportQuality } from '../report/types.js'

/** A cell of the quality report: an epoch by number and a channel by index. */
export interface Cell {
  epoch: number
  channel: number
}

/** The epochs with most bad channels, the worst first, an earlier one before a later one that is as bad. */
export function pickSegments(report: QualityReport, most = 5): number[] {
  const counts = badChannelsPerEpoch(cellStates(report), report.channels.length)
  return Array.from(counts, (count, epoch) => ({ count, epoch }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || a.epoch - b.epoch)
    .slice(0, most)
    .map(({ epoch }) => epoch)
}

/**
 * Repaired cells to show, one a channel: of the channels repaired most often, the middle one of their repairs. Rejected
 * epochs, whose repairs nobody uses, stand back where there are others.
 */
export function pickRepairs(report: QualityReport, most = 4): Cell[] {
  const epochs = report.labels.length
  const states = cellStates(report)
  const rejected = new Set(report.rejected)
  const repaired = report.channels.map((_, channel) => {
    const all = Array.from({ length: epochs }, (_, epoch) => epoch).filter(
      (epoch) => states[channel * epochs + epoch] === CELL.repaired,
    )
    const kept = all.filter((epoch) => !rejected.has(epoch))
    return { channel, count: kept.length, epochs: kept.length > 0 ? kept : all }
  })
  return repaired
    .filter((candidate) => candidate.epochs.length > 0)
    .sort((a, b) => b.count - a.count || a.channel - b.channel)
    .slice(0, most)
    .map((candidate) => ({
      epoch: candidate.epochs[Math.floor(candidate.epochs.length / 2)]!,
      channel: candidate.channel,
    }))
}

/** What the report shows of the quality run's samples; null where there are none, or where they were released. */
export async function reportQuality(
  quality: QualityAnalysis | null,
  options: RunOptions = {},
): Promise<ReportQuality | null> {
  if (quality?.report.status !== 'ok') return null
  const { report } = quality
  try {
    return {
      epoch_s: report.epochs.length_s,
      segments: await inTurn(pickSegments(report), (epoch) => segment(quality, report, epoch, options)),
      repairs: await inTurn(pickRepairs(report), (cell) => repair(quality, report, cell, options)),
    }
  } catch (error) {
    if (error instanceof BrrrError && error.code === 'CLOSED') return null
    throw error
  }
}

async function segment(
  quality: QualityAnalysis,
  { channels, epochs }: QualityReport,
  epoch: number,
  options: RunOptions,
): Promise<QualitySegment> {
  const traces = await inTurn(channels, async (channel) => ({
    channel,
    samples: await quality.samples(channel, epoch, options),
  }))
  return { epoch, start_s: epochs.start_s[epoch]!, traces }
}

async function repair(
  quality: QualityAnalysis,
  { channels, epochs }: QualityReport,
  { epoch, channel: index }: Cell,
  options: RunOptions,
): Promise<QualityRepair> {
  const channel = channels[index]!
  return {
    epoch,
    channel,
    start_s: epochs.start_s[epoch]!,
    before: await quality.samples(channel, epoch, options),
    after: await quality.samples(channel, epoch, { ...options, repaired: true }),
  }
}

async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (const item of items) results.push(await work(item))
  return results
}
