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
  /** Samples for the quality section; absent or null leaves its traces out. */
  quality?: ReportQuality | null
}

/** One channel's samples of a quality epoch, in uV after the quality run's high-pass. */
export interface QualityTrace {
  channel: string
  samples: Float32Array
}

/** An epoch of the quality run with all of its channels, as recorded (nothing repaired). */
export interface QualitySegment {
  /** Number of the epoch, from 0. */
  epoch: number
  start_s: number
  /** The quality report's channels in its order. */
  traces: QualityTrace[]
}

/** A cell that AutoReject repaired, as recorded and as interpolated from the other channels. */
export interface QualityRepair {
  epoch: number
  channel: string
  start_s: number
  before: Float32Array
  after: Float32Array
}

/** The samples that the quality section shows. */
export interface ReportQuality {
  /** Seconds that every epoch lasts. */
  epoch_s: number
  /** The epochs with most bad cells, the worst first. */
  segments: QualitySegment[]
  repairs: QualityRepair[]
}
