import type { EegEvent } from '../analyses/events/types.js'
import type { QualityReport } from '../analyses/quality/types.js'
import type { SleepResult } from '../analyses/sleep/types.js'
import type { Triage } from '../analyses/triage.js'
import type { RecordingInfo } from '../recording/types.js'

export const SCHEMA_VERSION = '1.0.0'

/** A part of the document that did not run, and why. */
export interface PartStatus {
  status: 'unavailable' | 'skipped' | 'failed'
  reason: string
}

export interface DocumentWarning {
  code: string
  message: string
}

/** Everything that is known of one recording: the same from library, CLI and HTTP. */
export interface ResultDocument {
  schema_version: string
  recording: RecordingInfo
  quality_report: QualityReport | PartStatus
  abnormality: PartStatus
  sleep: SleepResult
  events: EegEvent[]
  features: PartStatus
  triage: Triage
  timings_s: Record<string, number>
  memory: Record<string, number>
  cache: { hit: boolean }
  provenance: {
    version: string
    backend: string
    device: string
    precision: string
    simd: string
    models: Array<{ id: string; sha256: string; trained: boolean; licence?: string; attribution?: string }>
    preprocessing_sha256: string
    seed: number | null
  }
  warnings: DocumentWarning[]
}
