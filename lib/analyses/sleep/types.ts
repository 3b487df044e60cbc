/** Stages as the result document writes them; `?` is unscored. */
export type SleepStage = 'W' | 'N1' | 'N2' | 'N3' | 'R' | '?'

/** Probabilities of one epoch, in the order W, N1, N2, N3, R; null where the epoch is unscored. */
export type StageProbabilities = [number, number, number, number, number] | null

/** Sleep statistics with YASA's keys and units: minutes; percent where the name says so; SFI per hour. Null: undefined. */
export type SleepStatistics = Record<string, number | null>

/** Count, density and mean of each measured column of one kind of event. */
export interface EventSummary {
  count: number
  /** Events per minute of the stages that the detector looked at. */
  density_per_min: number | null
  means: Record<string, number>
  /** The same by stage. */
  by_stage: Partial<Record<SleepStage, { count: number; density_per_min: number | null }>>
  channels: string[]
}

/** How two hypnograms agree over the epochs that both score. */
export interface StageAgreement {
  epochs: number
  agreement: number
  kappa: number | null
  /** Rows: the given scoring; columns: the automatic one; order W, N1, N2, N3, R. */
  confusion: number[][]
}

/** The sleep part of the result document. */
export interface SleepResult {
  status: 'ok' | 'skipped' | 'failed' | 'unavailable'
  reason?: string
  epoch_s: number
  sleep_stages: SleepStage[]
  probabilities: StageProbabilities[]
  /** The human scoring where one was given; events and statistics then rest on it. */
  given_stages?: SleepStage[]
  agreement?: StageAgreement
  statistics: SleepStatistics
  /** Stage-to-stage transitions, order W, N1, N2, N3, R: counts, and rows normalised to 1. */
  transitions?: { counts: number[][]; probabilities: Array<Array<number | null>> }
  /** Seconds between which the statistics hold; null where they cover the whole recording. */
  lights?: { off_s: number; on_s: number } | null
  spindles: EventSummary | null
  slow_waves: EventSummary | null
  rems: EventSummary | null
  /** The channels that were staged. */
  channels: { eeg: string[]; eog: string | null; emg: string | null }
  warnings: SleepWarning[]
  model: StagingModel | null
}

export interface SleepWarning {
  code: string
  message: string
}

/** The classifier that staged, with what its licence asks to be shown. */
export interface StagingModel {
  id: string
  variant: string
  sha256: string
  trained: boolean
  licence: string
  attribution: string
}
