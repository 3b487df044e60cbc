/** An event of the result document. Times in seconds from the recording's start. */
export interface EegEvent {
  type: 'spindle' | 'slow_wave' | 'rem' | 'blink' | 'muscle' | 'electrode_pop' | 'movement'
  start_s: number
  duration_s: number
  channels: string[]
  /** 0 to 1, or null where the detector has none. */
  confidence: number | null
  /** The detector. */
  source: string
  /** The detector's other columns, snake_case, null where undefined. */
  attributes: Record<string, number | string | null>
}

/** A detector's table with YASA's column names: one array per column, equally long. */
export interface EventTable {
  columns: Record<string, Float64Array>
  /** Channel name of each row; empty for REMs, which belong to LOC and ROC together. */
  channel: string[]
  length: number
}
