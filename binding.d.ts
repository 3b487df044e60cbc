/**
 * The addon's whole surface. Only lib/native.ts loads it; everything else goes through that file. Arguments arrive here
 * already checked. Every function that computes returns a promise: its work runs on the addon's own threads, and it
 * rejects with an Error whose `code` is one of lib/errors.ts. Arrays handed in are read or written in place until the
 * promise settles and must not be transferred meanwhile.
 */

/** Stops a computation and tells how far it is (0 to 1). */
export class Job {
  cancel(): void
  readonly progress: number
}

/** An open EDF or BDF file. */
export class RecordingHandle {
  readonly info: NativeRecordingInfo
  close(): void
}

export interface NativeSignal {
  label: string
  transducer: string
  dimension: string
  prefilter: string
  physicalMin: number
  physicalMax: number
  digitalMin: number
  digitalMax: number
  samplesPerRecord: number
  /** Samples per second. */
  rate: number
  /** Samples in the whole records of the file. */
  samples: number
  isAnnotation: boolean
  /** False where the header gives no usable scaling: the signal then has no physical values. */
  usable: boolean
}

export interface NativeRecordingInfo {
  format: 'EDF' | 'EDF+C' | 'EDF+D' | 'BDF' | 'BDF+C' | 'BDF+D'
  patient: string
  recording: string
  startDate: string
  startTime: string
  /** ISO 8601 without zone; empty where the header holds no date. */
  startIso: string
  headerBytes: number
  records: number
  recordDuration: number
  signals: NativeSignal[]
  /** Onset of each record in seconds; empty where the file keeps no time (plain EDF and BDF). */
  recordOnsets: Float64Array
  /** Stretches without a gap. */
  segments: Array<{ firstRecord: number; records: number; startS: number; durationS: number }>
  annotations: Array<{ onset: number; duration: number | null; text: string }>
  warnings: string[]
  fileBytes: number
}

/** Samples for a computation: a signal of a recording (minus another), over a record range, times `scale`; or an array. */
export type NativeSource =
  | {
      recording: RecordingHandle
      signal: number
      /** Signal that is subtracted, or -1. */
      minus: number
      scale: number
      firstRecord: number
      records: number
    }
  | { samples: Float64Array | Float32Array; rate: number }

export type NativeRole = 'eeg' | 'eog' | 'emg'

export interface NativeFeatureRequest {
  role: NativeRole
  stretches: Array<{ source: NativeSource; firstEpochS: number; epochs: number; firstRow: number }>
}

export interface NativeNight {
  eeg: Float64Array
  eog: Float64Array | null
  emg: Float64Array | null
  rows: number
  age: number | null
  male: number | null
}

export interface NativePrediction {
  /** Model inputs, feature by feature (features x rows). */
  features: Float32Array
  /** Sums of leaf values, rows x 5 in the order N1, N2, N3, R, W. */
  raw: Float64Array
  /** rows x 5 in the order N1, N2, N3, R, W; NaN in rows without an epoch. */
  probabilities: Float64Array
}

/** A parsed classifier. */
export class TreeModel {
  constructor(bytes: Uint8Array)
  readonly featureNames: string[]
}

export interface NativeHypnogram {
  /** W 0, N1 1, N2 2, N3 3, REM 4, Art -1, Uns -2. */
  stages: Int8Array
  epochS: number
  /** Start of the source's first sample in seconds from the hypnogram's start. */
  offsetS: number
}

export interface NativeEvents {
  columns: Record<string, Float64Array>
  /** Why the channel was not looked at; empty where it was. */
  skipped: string
}

type Range = [number, number]
type Limits = [number | null, number | null]

export interface NativeSpindleOptions {
  include: number[]
  freqSp: Range
  freqBroad: Range
  duration: Range
  minDistanceMs: number
  relPow: number | null
  corr: number | null
  rms: number | null
}

export interface NativeSlowWaveOptions {
  include: number[]
  freqSw: Range
  durNeg: Range
  durPos: Range
  ampNeg: Limits
  ampPos: Limits
  ampPtp: Limits
  coupling: boolean
  couplingFreqSp: Range
  couplingTimeS: number
  /** Significance level below which ndPAC stays; null keeps every value. */
  couplingP: number | null
}

export interface NativeRemOptions {
  include: number[]
  amplitude: Limits
  duration: Range
  relativeProminence: number
  freqRem: Range
}

export interface NativeSpectra {
  /** epochs x bins, power density in uV^2/Hz. */
  power: Float64Array
  epochs: number
  bins: number
  stepHz: number
}

export function openRecording(path: string, job: Job): Promise<RecordingHandle>
/** Fills outputs[i] (records x samplesPerRecord values) with physical values of signals[i]. */
export function readRecords(
  recording: RecordingHandle,
  signals: number[],
  firstRecord: number,
  records: number,
  outputs: Array<Float32Array | Float64Array>,
  job: Job,
): Promise<void>
/** Fills `out` with samples [start, start + out.length) of a source. */
export function readSource(
  source: NativeSource,
  start: number,
  out: Float32Array | Float64Array,
  job: Job,
): Promise<void>
/** First and last digital values and the digital sum of a signal, for checks of a reader. */
export function digitalSummary(
  recording: RecordingHandle,
  signal: number,
  job: Job,
): Promise<{ first: number[]; last: number[]; sum: number }>
export function writeAnnotations(
  path: string,
  header: { patient: string; recording: string; startIso: string },
  annotations: Array<{ onset: number; duration: number | null; text: string }>,
  job: Job,
): Promise<void>

/** Raw features of each request, features x rows (feature by feature); rows without an epoch are NaN. */
export function sleepFeatures(requests: NativeFeatureRequest[], rows: number, job: Job): Promise<Float64Array[]>
export function sleepPredict(model: TreeModel, night: NativeNight, job: Job): Promise<NativePrediction>
export function sleepFeatureNames(role: NativeRole): string[]

export function detectSpindles(
  source: NativeSource,
  hypnogram: NativeHypnogram | null,
  options: NativeSpindleOptions,
  job: Job,
): Promise<NativeEvents>
export function detectSlowWaves(
  source: NativeSource,
  hypnogram: NativeHypnogram | null,
  options: NativeSlowWaveOptions,
  job: Job,
): Promise<NativeEvents>
export function detectRems(
  loc: NativeSource,
  roc: NativeSource,
  hypnogram: NativeHypnogram | null,
  options: NativeRemOptions,
  job: Job,
): Promise<NativeEvents>

/** Welch spectra of consecutive epochs: periodic Hann window, half overlap, mean removed, density. */
export function spectra(
  source: NativeSource,
  options: { epochS: number; segmentS: number; average: 'mean' | 'median'; window: 'hann' | 'hamming' },
  job: Job,
): Promise<NativeSpectra>
export function resample(source: NativeSource, rate: number, job: Job): Promise<Float64Array>
/** Zero-phase band-pass as MNE designs and applies it; null leaves an edge open. */
export function bandpass(
  source: NativeSource,
  lowHz: number | null,
  highHz: number | null,
  job: Job,
): Promise<Float64Array>

export interface NativePlantedEvent {
  type: string
  startS: number
  durationS: number
  amplitudeUv: number
  channels: string[]
}

export interface NativeSynthOptions {
  kind: 'night' | 'routine'
  seed: number
  hours: number
  rate: number
  channels: string[]
}
/** Writes a synthetic recording; resolves with the truth it was made from. */
export function synthesise(
  path: string,
  options: NativeSynthOptions,
  job: Job,
): Promise<{ stages: Int8Array; events: NativePlantedEvent[] }>

export function simd(): { active: string; available: string[] }
/** Forces a SIMD tier for the whole process (tests). */
export function forceSimd(tier: string): void
export function threads(): number
/** Limits the threads of one computation; 0 is all cores. Results do not depend on it. */
export function setThreads(count: number): void
