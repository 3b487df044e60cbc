import type { EegEvent } from '../events/types.js'

export type QualityGrade = 'EXCELLENT' | 'GOOD' | 'FAIR' | 'POOR'

/**
 * What can be wrong with a channel that AutoReject's thresholds cannot see or should not be asked about. A dead channel
 * has one finding: `flat` where it is so in all but a few epochs, else `disconnected`, whose spans say when; from a fifth
 * of the epochs on it is a bad channel for the reason `flat` either way.
 */
export type FindingKind = 'flat' | 'disconnected' | 'noisy' | 'mains' | 'bridged' | 'clipped' | 'units'

/** One thing that was found in one channel (bridges: in two). */
export interface QualityFinding {
  kind: FindingKind
  channels: string[]
  /** Stretches that the finding covers, in seconds from the recording's start. */
  spans: Array<{ start_s: number; duration_s: number }>
  /** Share of the channel's epochs that it covers, 0 to 1. */
  epoch_share: number
  /** What was measured, against which limit; the unit is in the name. */
  measure: { name: string; value: number; limit: number }
  /** Further figures, e.g. frequency_hz of the mains. */
  attributes: Record<string, number>
  /** What figures do not say, e.g. which unit the values look like. */
  note?: string
}

/** Why a channel counts as bad: a finding, or its labels in more than half of the epochs, by the report's method. */
export type BadChannelReason = 'flat' | 'noisy' | 'mains' | 'autoreject' | 'amplitude'

export interface BadChannel {
  name: string
  reasons: BadChannelReason[]
  /** Share of its cells that are bad, 0 to 1. */
  bad_epoch_share: number
}

/** What was asked for and could not be looked at, and why (e.g. mains at a rate too low to see it). */
export interface NotAssessed {
  what: string
  channels: string[]
  reason: string
}

/** 0 good, 1 bad, 2 bad and repaired by AutoReject; null: the channel was left out of its picks. */
export type CellLabel = 0 | 1 | 2 | null

export interface QualityReport {
  status: 'ok'
  grade: QualityGrade
  /** 1 - share of channel-epochs that are bad and not repaired. */
  quality_score: number
  bad_channels: BadChannel[]
  findings: QualityFinding[]
  not_assessed: NotAssessed[]
  /** n_interpolated: epochs that are kept and have a repaired channel. start_s: of each epoch. */
  epochs: { n: number; length_s: number; n_rejected: number; n_interpolated: number; start_s: number[] }
  channels: string[]
  /** One string per epoch, one character per channel: 0, 1, 2 as CellLabel, `-` where null. */
  labels: string[]
  /** Numbers of the rejected epochs. */
  rejected: number[]
  /** AutoReject's threshold of each picked channel. Empty where amplitude rules stood in for AutoReject. */
  thresholds_uv: Record<string, number>
  consensus: number | null
  n_interpolate: number | null
  /** `autoreject`, or `amplitude` where there are too few channels with a position (see warnings). */
  method: 'autoreject' | 'amplitude'
  /** Blinks, muscle, electrode pops and movement. */
  artifacts: EegEvent[]
  /** Every limit that decided, with its unit in the name. */
  limits: Record<string, number>
  warnings: Array<{ code: string; message: string }>
}

/** Why a recording could not be judged. */
export interface NotJudged {
  status: 'skipped' | 'unavailable'
  reason: string
}
