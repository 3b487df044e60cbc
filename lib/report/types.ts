/** One staged channel over the whole recording, for the epoch viewer. */
export interface ReportTrace {
  channel: string
  /** Samples per second of `samples` (the channel's own rate, or less where the traces were thinned). */
  rate_hz: number
  /** 16-bit samples; microvolts = samples * scale_uv; -32768 where nothing was recorded. */
  samples: Int16Array
  scale_uv: number
}

/** Power over time and frequency of one channel. */
export interface ReportSpectrogram {
  channel: string
  /** Seconds per column. */
  step_s: number
  /** Frequency of the first row, and step between rows. */
  from_hz: number
  step_hz: number
  columns: number
  rows: number
  /** dB (10 log10 uV^2/Hz), column after column (columns x rows); NaN where nothing was recorded. */
  power_db: Float32Array
}

/** What the report shows beside the result document. */
export interface ReportSignals {
  traces: ReportTrace[]
  /** True where traces were thinned to keep the page below its limit. */
  thinned: boolean
  spectrogram: ReportSpectrogram | null
}
